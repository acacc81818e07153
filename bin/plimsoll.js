#!/usr/bin/env node
// The published package carries compiled code; a clone runs its TypeScript as it is.
import { existsSync, readFileSync } from 'node:fs';

const compiled = new URL('../dist/cli/main.js', import.meta.url);
const source = new URL('../src/cli/main.ts', import.meta.url);
const inClone = existsSync(source);

if (!hasNode(neededNode())) refuse(`Node ${process.version} is older than ${neededNode()}`);
else if (inClone && !process.features.typescript) refuse(`Node ${process.version} cannot run the TypeScript of a clone`);
else {
  try {
    await import((inClone ? source : compiled).href);
  } catch (error) {
    if (!inClone || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    refuse('the packages of this clone are not installed');
  }
}

/** The oldest Node that the package says it runs on, as `22.18`. */
function neededNode() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return engines.node.replace('>=', '');
}

function hasNode(needed) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

function refuse(problem) {
  const clone = 'run npm ci, which brings a Node too, then npx plimsoll or npm start --';
  console.error(`USAGE: ${problem} (${inClone ? clone : 'install a newer Node'})`);
  process.exitCode = 1;
}
