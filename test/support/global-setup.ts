import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );
}

/** The twin test needs the debug build of the core, which is not committed. */
export default function setup(): void {
  const debug = 'build/core.debug.wasm';
  if (existsSync(debug) && statSync(debug).mtimeMs > newest('assembly')) return;
  const asc = 'node_modules/assemblyscript/bin/asc.js';
  execFileSync(process.execPath, [asc, '--config', 'asconfig.json', '--target', 'debug'], { stdio: 'inherit' });
}
