#!/usr/bin/env node
// The published package carries compiled code; a clone runs its TypeScript as it is.
import { existsSync } from 'node:fs';

const compiled = new URL('../dist/cli/main.js', import.meta.url);
const source = new URL('../src/cli/main.ts', import.meta.url);
await import((existsSync(source) ? source : compiled).href);
