/**
 * Makes src/report/html/page.generated.ts: the script and the style that every HTML report carries inline. The modules of page/ become one script by
 * putting them behind one another, without types, imports and exports; names at the top level of modules are told apart by this check alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, normalize } from 'node:path';

const ENTRY = 'page/main.ts';
const STYLE = 'page/page.css';
const OUTPUT = 'src/report/html/page.generated.ts';
const HEADER = '// Generated from page/ by `npm run build:page`. Do not edit.';

const IMPORT = /^import (?:type )?\{[^}]*\} from '([^']+)';\n/gm;
const DECLARATION = /^(?:async )?(?:function|class|const|let|var) \*?([A-Za-z_$][\w$]*)/gm;

/** Modules in the order in which they can run: what is imported comes first. */
function modulesFrom(path: string, order: Map<string, string>, open: ReadonlySet<string> = new Set()): void {
  if (order.has(path)) return;
  if (open.has(path)) throw new Error(`${path} imports itself by way of others`);
  const source = readFileSync(path, 'utf8');
  for (const [line, target] of source.matchAll(IMPORT)) {
    if (line.startsWith('import type')) continue;
    modulesFrom(normalize(join(dirname(path), target as string)), order, new Set([...open, path]));
  }
  order.set(path, bare(path, source));
}

function bare(path: string, source: string): string {
  const code = stripTypeScriptTypes(source.replace(IMPORT, ''))
    .replace(/^export (?=(?:async )?(?:function|class|const) )/gm, '')
    .replace(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
  const left = /^(?:import|export)\b.*/m.exec(code);
  if (left) throw new Error(`${path}: cannot be put into one script: ${left[0]}`);
  return code;
}

function check(modules: ReadonlyMap<string, string>): void {
  const owners = new Map<string, string>();
  for (const [path, code] of modules) {
    for (const [, name = ''] of code.matchAll(DECLARATION)) {
      const owner = owners.get(name);
      if (owner !== undefined) throw new Error(`${path} and ${owner} both name something ${name}`);
      owners.set(name, path);
    }
  }
}

const modules = new Map<string, string>();
modulesFrom(ENTRY, modules);
check(modules);
const script = `'use strict';\n(() => {\n${[...modules.values()].join('\n')}\n})();\n`;
if (/<\/script|<!--/i.test(script)) throw new Error('the script would end its own element');
const style = readFileSync(STYLE, 'utf8').replace(/\n\s*/g, ' ').trim();
const text = `${HEADER}\nexport const PAGE_SCRIPT: string = ${JSON.stringify(script)};\n\nexport const PAGE_STYLE: string = ${JSON.stringify(style)};\n`;
// A test compares without writing.
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(OUTPUT, text);
