/** Writes the layout table to both sides. Run by `npm run layout`; CI runs it and requires an empty difference. */
import { writeFileSync } from 'node:fs';
import { KERNELS, type Kernel, RATES } from '../src/layout/kernels.ts';
import {
  BLOCK,
  CLOSED,
  type FieldKind,
  FLEET_ADDRESS,
  GLANCES_MAX,
  LEVELS,
  NUMBERS_ADDRESS,
  OPEN,
  RECORDS,
  SPAN,
} from '../src/layout/schema.ts';

const SIZE: Readonly<Record<FieldKind, number>> = { u32: 4, i32: 4, i64: 8, f64: 8 };

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function constants(): [name: string, value: number, doc: string][] {
  const rows: [string, number, string][] = [
    ['BLOCK', BLOCK, ''],
    ['SPAN', SPAN, ''],
    ['LEVELS', LEVELS, ''],
    ['GLANCES_MAX', GLANCES_MAX, ''],
    ['OPEN', OPEN, ''],
    ['CLOSED', CLOSED, ''],
    ['FLEET_ADDRESS', FLEET_ADDRESS, ''],
    ['NUMBERS_ADDRESS', NUMBERS_ADDRESS, ''],
  ];
  for (const [record, fields] of Object.entries(RECORDS)) {
    let offset = 0;
    for (const [name, kind, doc] of fields) {
      offset = Math.ceil(offset / SIZE[kind]) * SIZE[kind];
      rows.push([`${record}_${snake(name)}`, offset, `${kind}${doc ? `: ${doc}` : ''}`]);
      offset += SIZE[kind];
    }
    rows.push([`${record}_BYTES`, Math.ceil(offset / 8) * 8, '']);
  }
  const numbered = { ...KERNELS, RATE: RATES.map((name) => ({ name })) };
  for (const [family, kernels] of Object.entries(numbered)) {
    kernels.forEach(({ name }, position) => {
      rows.push([`${family}_${snake(name)}`, position + 1, '']);
    });
  }
  return rows;
}

/** FNV-1a over names and values: what must agree between the two sides. */
function fingerprint(rows: readonly [string, number, string][]): number {
  let hash = 0x811c9dc5;
  for (const character of rows.map(([name, value]) => `${name}=${value};`).join('')) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return hash | 0;
}

/** Kernel numbers to functions: imports and one switch per family. */
function dispatch(): string {
  const all: readonly Kernel[] = [...KERNELS.FILTER, ...KERNELS.SCORE];
  const files = Map.groupBy(all, ({ file }) => file);
  const imports = [...files].map(([file, kernels]) => {
    const names = kernels.flatMap(({ run, prepare }) => (prepare ? [run, prepare] : [run])).sort();
    return `import { ${names.join(', ')} } from './rules/${file}';`;
  });
  const numbers = Object.entries(KERNELS).flatMap(([family, kernels]) => kernels.map(({ name }: Kernel) => `${family}_${snake(name)}`));
  const cases = (family: string, kernels: readonly Kernel[], call: (kernel: Kernel) => string) =>
    kernels.map((kernel) => `    case ${family}_${snake(kernel.name)}: ${call(kernel)}; break;`);
  const switchOver = (lines: readonly string[], otherwise: string) => [
    '  switch (kernel) {',
    ...lines,
    `    default: ${otherwise}`,
    '  }',
    '}',
  ];
  return [
    `import { ${numbers.join(', ')} } from './layout.generated';`,
    ...imports,
    '',
    'export function filterKernel(kernel: i32, params: usize, code: i32, begin: i32, end: i32, lane: usize): void {',
    ...switchOver(
      cases('FILTER', KERNELS.FILTER, ({ run }) => `${run}(params, code, begin, end, lane)`),
      'assert(false);',
    ),
    '',
    '/** Work of a counting filter before its rows. */',
    'export function prepareKernel(kernel: i32, params: usize): void {',
    ...switchOver(
      cases(
        'FILTER',
        KERNELS.FILTER.filter(({ prepare }) => prepare),
        ({ prepare }) => `${prepare}(params)`,
      ),
      'break;',
    ),
    '',
    'export function scoreKernel(kernel: i32, params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {',
    ...switchOver(
      cases('SCORE', KERNELS.SCORE, ({ run }) => `${run}(params, weight, begin, end, lane)`),
      'assert(false);',
    ),
    '',
  ].join('\n');
}

const rows = constants();
const header = '// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.\n';
const addresses = new Set(
  Object.entries(RECORDS).flatMap(([record, fields]) => [...fields.map(([name]) => `${record}_${snake(name)}`), `${record}_BYTES`]),
);
const core = rows.map(
  ([name, value]) => `export const ${name}: ${addresses.has(name) || name.endsWith('_ADDRESS') ? 'usize' : 'i32'} = ${value};`,
);
const host = rows.map(([name, value, doc]) => `${doc ? `/** ${doc} */\n` : ''}export const ${name} = ${value};`);
writeFileSync(
  'assembly/layout.generated.ts',
  `${header}${core.join('\n')}\nexport const LAYOUT_FINGERPRINT: i32 = ${fingerprint(rows)};\n`,
);
writeFileSync('src/layout/layout.generated.ts', `${header}${host.join('\n')}\nexport const LAYOUT_FINGERPRINT = ${fingerprint(rows)};\n`);
writeFileSync('assembly/kernels.generated.ts', `${header}${dispatch()}`);
