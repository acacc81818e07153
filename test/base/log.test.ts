import { describe, expect, it } from 'vitest';
import { naturalLogarithm } from '../../src/base/log.ts';

const view = new DataView(new ArrayBuffer(8));

function bitsOf(x: number): string {
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16);
}

describe('naturalLogarithm', () => {
  /** Printed by Go 1.26 on amd64. The first thirteen are the arguments below 5003 where V8's Math.log differs. */
  const goldens: [number, string][] = [
    [14, '40051cca16d7bba8'],
    [176, '4014ae935b3cb89e'],
    [185, '4014e1a4f518c72b'],
    [220, '4015931319798d6e'],
    [680, '401a169f7e9678c3'],
    [835, '401ae8e3dcb13aab'],
    [1524, '401d50fdf2c9fd81'],
    [1796, '401df9282829a995'],
    [2486, '401f461295d2663f'],
    [2519, '401f53937ab2e468'],
    [2728, '401fa5321fa6070c'],
    [2793, '401fbd4ef8c6c784'],
    [4498, '4020d2a1771e43f6'],
    [5, '3ff9c041f7ed8d33'],
    [2, '3fe62e42fefa39ef'],
    [1, '0'],
    [0.5, 'bfe62e42fefa39ef'],
    [1e300, '4085963447f87fb5'],
    [3e-308, 'c08620c7e098d3dc'],
    [1.7, '3fe0fae81914a991'],
  ];

  it.each(goldens)('log(%d) has the bits %s', (x, expected) => {
    expect(bitsOf(naturalLogarithm(x))).toBe(expected);
  });

  it('agrees with Go on every integer from 2 to 200002', () => {
    let hash = 2166136261; // FNV-1a over the high and low words, computed the same way in Go
    for (let i = 2; i <= 200_002; i++) {
      view.setFloat64(0, naturalLogarithm(i));
      for (const word of [view.getUint32(0), view.getUint32(4)]) hash = Math.imul(hash ^ word, 16777619);
    }
    expect(hash >>> 0).toBe(134685589);
  });

  it('treats the edges as Go does', () => {
    expect(naturalLogarithm(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(naturalLogarithm(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(naturalLogarithm(-1)).toBeNaN();
    expect(naturalLogarithm(Number.NaN)).toBeNaN();
    expect(naturalLogarithm(2 ** -1060)).toBeCloseTo(-1060 * Math.LN2, 9);
  });
});
