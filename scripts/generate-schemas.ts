import { mkdirSync, writeFileSync } from 'node:fs';
import { schemaFiles } from './result-schemas.ts';

const folder = new URL('../docs/schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [file, text] of schemaFiles()) writeFileSync(new URL(file, folder), text);
