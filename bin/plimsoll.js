#!/usr/bin/env node
// The published package carries compiled code; a clone runs its TypeScript as it is.
import { existsSync } from 'node:fs';

const compiled = new URL('../dist/cli/main.js', import.meta.url);
const source = new URL('../src/cli/main.ts', import.meta.url);
const inClone = existsSync(source);

if (inClone && !process.features.typescript) refuse(`Node ${process.version} cannot run the TypeScript of a clone`);
else {
  try {
    await import((inClone ? source : compiled).href);
  } catch (error) {
    if (!inClone || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    refuse('the packages of this clone are not installed');
  }
}

function refuse(problem) {
  console.error(`USAGE: ${problem} (run npm ci, which brings a Node too, then npx plimsoll or npm start --)`);
  process.exitCode = 1;
}
