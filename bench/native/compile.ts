import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['-O3', '-march=x86-64-v2', '-std=gnu11'];

/** Compiles a file of this folder and hands over the binary, with a folder that is gone afterwards. Without gcc it says so instead. */
export function withBinary(source: string, use: (binary: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-native-'));
  try {
    const binary = join(folder, 'compiled');
    execFileSync('gcc', [...FLAGS, '-o', binary, join(import.meta.dirname, source)]);
    use(binary, folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    process.stdout.write('skipped: gcc is not installed\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
