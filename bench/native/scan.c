// The fit + least-allocated scan in plain C, for comparison with the core's kernels: `scan COLUMNS ROWS REPEATS` reads the columns that
// bench/native.ts writes, prints the best time of one scan in nanoseconds for each form, and a checksum of the scores of open rows.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t *cap_cpu, *cap_memory, *used_cpu, *used_memory, *nonzero_cpu, *nonzero_memory;
static const int32_t *pods, *limits;
static int64_t ask_cpu, ask_memory;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void fit(uint8_t *restrict open, int rows) {
  for (int i = 0; i < rows; i++) {
    int refused = (pods[i] >= limits[i]) | (ask_cpu > cap_cpu[i] - used_cpu[i]) | (ask_memory > cap_memory[i] - used_memory[i]);
    open[i] = refused ? 9 : 255;
  }
}

// Whole numbers, as upstream writes the formula.
static void least_integer(int32_t *restrict score, int rows) {
  for (int i = 0; i < rows; i++) {
    int64_t cpu = cap_cpu[i] - nonzero_cpu[i] - ask_cpu, memory = cap_memory[i] - nonzero_memory[i] - ask_memory;
    int64_t a = cpu < 0 ? 0 : cpu * 100 / cap_cpu[i], b = memory < 0 ? 0 : memory * 100 / cap_memory[i];
    score[i] = (int32_t)((a + b) / 2);
  }
}

// Doubles, which SSE can divide two at a time.
static void least_double(int32_t *restrict score, int rows) {
  for (int i = 0; i < rows; i++) {
    double cap_a = (double)cap_cpu[i], cap_b = (double)cap_memory[i];
    double cpu = cap_a - (double)(nonzero_cpu[i] + ask_cpu), memory = cap_b - (double)(nonzero_memory[i] + ask_memory);
    double a = __builtin_trunc((cpu < 0 ? 0 : cpu) * 100 / cap_a), b = __builtin_trunc((memory < 0 ? 0 : memory) * 100 / cap_b);
    score[i] = (int32_t)((a + b) * 0.5);
  }
}

static void measure(const char *name, void (*least)(int32_t *, int), int rows, int repeats) {
  uint8_t *open = malloc(rows);
  int32_t *score = malloc(rows * sizeof *score);
  double best = 1e300;
  for (int r = 0; r < repeats; r++) {
    double started = now();
    fit(open, rows);
    least(score, rows);
    double time = now() - started;
    if (time < best) best = time;
    __asm__ volatile("" : : "r"(open), "r"(score) : "memory");
  }
  uint64_t sum = 0;
  for (int i = 0; i < rows; i++) sum = sum * 31 + (open[i] == 255 ? (uint64_t)score[i] + 1 : 0);
  printf("%s %.0f %llu\n", name, best, (unsigned long long)(sum & ((1ULL << 52) - 1)));
}

int main(int argc, char **argv) {
  if (argc != 4) return 1;
  int rows = atoi(argv[2]), repeats = atoi(argv[3]);
  size_t bytes = 16 + (size_t)rows * (6 * 8 + 2 * 4);
  char *data = aligned_alloc(64, (bytes + 63) / 64 * 64);
  FILE *file = fopen(argv[1], "rb");
  if (!file || fread(data, 1, bytes, file) != bytes) return 1;
  fclose(file);
  memcpy(&ask_cpu, data, 8);
  memcpy(&ask_memory, data + 8, 8);
  const int64_t *wide = (const int64_t *)(data + 16);
  cap_cpu = wide, cap_memory = wide + rows, used_cpu = wide + 2 * rows, used_memory = wide + 3 * rows;
  nonzero_cpu = wide + 4 * rows, nonzero_memory = wide + 5 * rows;
  pods = (const int32_t *)(wide + 6 * rows), limits = pods + rows;
  measure("integer", least_integer, rows, repeats);
  measure("double", least_double, rows, repeats);
  return 0;
}
