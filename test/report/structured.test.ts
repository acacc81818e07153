import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { jsonPieces, yamlPieces } from '../../src/report/structured.ts';

const result = {
  apiVersion: 'plimsoll.dev/v1',
  text: 'quotes " and \n newlines, ünïcode \u2028, 0/3 nodes are available: 1 x.',
  empty: [],
  nothing: {},
  nested: { list: [1, { a: [] }], flag: false },
  items: Array.from({ length: 3000 }, (_, i) => ({ name: `pod-${i}`, on: i % 2 === 0, reasons: i % 3 === 0 ? [] : ['no', 'yes'] })),
  yes: 'yes',
  octal: '010',
  date: '2026-01-01',
};

describe('streamed JSON', () => {
  it('is byte for byte what JSON.stringify gives', () => {
    expect([...jsonPieces(result)].join('')).toBe(`${JSON.stringify(result, null, 2)}\n`);
    expect([...jsonPieces({})].join('')).toBe('{}\n');
    expect([...jsonPieces({ gone: undefined, a: 1 })].join('')).toBe('{\n  "a": 1\n}\n');
  });

  it('comes in pieces', () => {
    const longest = Math.max(...[...jsonPieces(result)].map((piece) => piece.length));
    expect(longest).toBeLessThan(JSON.stringify(result, null, 2).length / 2);
  });
});

describe('streamed YAML', () => {
  it('reads back as the same data', () => {
    expect(load([...yamlPieces(result)].join(''))).toEqual(result);
  });

  it('leaves out absent fields', () => {
    expect([...yamlPieces({ gone: undefined, list: [{ a: undefined, b: 1 }] })].join('')).toBe('list:\n- b: 1\n');
  });
});
