/** Writes the layout table to both sides. Run by `npm run layout`; CI runs it and requires an empty difference. */
import { writeFileSync } from 'node:fs';
import { BLOCK, CLOSED, type FieldKind, FLEET_ADDRESS, KERNELS, OPEN, RECORDS, SPAN } from '../src/layout/schema.ts';

const SIZE: Readonly<Record<FieldKind, number>> = { u32: 4, i32: 4, i64: 8, f64: 8 };

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function constants(): [name: string, value: number, doc: string][] {
  const rows: [string, number, string][] = [
    ['BLOCK', BLOCK, ''],
    ['SPAN', SPAN, ''],
    ['OPEN', OPEN, ''],
    ['CLOSED', CLOSED, ''],
    ['FLEET_ADDRESS', FLEET_ADDRESS, ''],
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
  for (const [family, names] of Object.entries(KERNELS)) {
    names.forEach((name, number) => {
      rows.push([`${family}_${snake(name)}`, number, '']);
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

const rows = constants();
const header = '// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.\n';
const addresses = new Set(
  Object.entries(RECORDS).flatMap(([record, fields]) => [...fields.map(([name]) => `${record}_${snake(name)}`), `${record}_BYTES`]),
);
const core = rows.map(
  ([name, value]) => `export const ${name}: ${addresses.has(name) || name === 'FLEET_ADDRESS' ? 'usize' : 'i32'} = ${value};`,
);
const host = rows.map(([name, value, doc]) => `${doc ? `/** ${doc} */\n` : ''}export const ${name} = ${value};`);
writeFileSync(
  'assembly/layout.generated.ts',
  `${header}${core.join('\n')}\nexport const LAYOUT_FINGERPRINT: i32 = ${fingerprint(rows)};\n`,
);
writeFileSync('src/layout/layout.generated.ts', `${header}${host.join('\n')}\nexport const LAYOUT_FINGERPRINT = ${fingerprint(rows)};\n`);
