// How fast the machine reads memory: `memory REPEATS BYTES...` prints, for each size, the best time in nanoseconds of one pass that adds up all words.
#include <emmintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

// Eight sums side by side: what remains is the reading.
static int64_t pass(const __m128i *words, size_t count) {
  __m128i sums[8];
  memset(sums, 0, sizeof sums);
  for (size_t i = 0; i + 8 <= count; i += 8)
    for (int k = 0; k < 8; k++) sums[k] = _mm_add_epi64(sums[k], _mm_load_si128(words + i + k));
  for (int k = 1; k < 8; k++) sums[0] = _mm_add_epi64(sums[0], sums[k]);
  return _mm_cvtsi128_si64(sums[0]);
}

int main(int argc, char **argv) {
  if (argc < 3) return 1;
  int repeats = atoi(argv[1]);
  for (int a = 2; a < argc; a++) {
    size_t bytes = strtoull(argv[a], NULL, 10) / 128 * 128;
    char *data = aligned_alloc(128, bytes);
    memset(data, 1, bytes);
    double best = 1e300;
    for (int r = 0; r < repeats; r++) {
      double started = now();
      int64_t sum = pass((const __m128i *)data, bytes / 16);
      double time = now() - started;
      if (time < best) best = time;
      __asm__ volatile("" : : "r"(sum) : "memory");
    }
    printf("%.0f\n", best);
    free(data);
  }
  return 0;
}
