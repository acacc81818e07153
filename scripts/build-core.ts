/**
 * Compiles assembly/ with asc: a release build that is embedded, base64, in src/layout/core.generated.ts together with the types of its
 * exports, and a debug build for the twin test. Run by `npm run build:core`; CI runs it and requires an empty difference.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { checkHotLoops } from './wat-loops.ts';

mkdirSync('build', { recursive: true });
for (const target of ['release', 'debug']) {
  execFileSync(process.execPath, ['node_modules/assemblyscript/bin/asc.js', '--config', 'asconfig.json', '--target', target], {
    stdio: 'inherit',
  });
}

const wat = readFileSync('build/core.wat', 'utf8');
if (/\(data /.test(wat)) throw new Error('the core has a data segment: in shared memory every instantiation would write it again');
checkHotLoops(wat);

const signatures = [...readFileSync('build/core.d.ts', 'utf8').matchAll(/export function (\w+)\(([^)]*)\): (\w+);/g)];
const methods = signatures.map(([, name, parameters, result]) => `  ${name}(${parameters}): ${result};`);
const base64 = readFileSync('build/core.wasm').toString('base64');
writeFileSync(
  'src/layout/core.generated.ts',
  `// Generated from assembly/ by \`npm run build:core\`. Do not edit.\nexport interface CoreExports {\n${methods.join('\n')}\n}\n\nexport const CORE_BASE64: string =\n  '${base64}';\n`,
);
