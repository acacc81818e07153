import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountText, Fleet, shareText } from '../../../page/fleet.ts';
import { type Box, cellOf, gridOf, hit, layOut, type Rect, strips } from '../../../page/layout.ts';
import { MARK, type PackingData } from '../../../src/report/html/packing-data.ts';

const rect = fc.record({
  x: fc.integer({ min: 0, max: 50 }),
  y: fc.integer({ min: 0, max: 50 }),
  w: fc.integer({ min: 20, max: 1500 }),
  h: fc.integer({ min: 20, max: 900 }),
});

function within(inner: Rect, outer: Rect): boolean {
  const slack = 1e-6;
  return (
    inner.x >= outer.x - slack &&
    inner.y >= outer.y - slack &&
    inner.x + inner.w <= outer.x + outer.w + slack &&
    inner.y + inner.h <= outer.y + outer.h + slack
  );
}

function overlap(a: Rect, b: Rect): boolean {
  const slack = 1e-6;
  return a.x + a.w > b.x + slack && b.x + b.w > a.x + slack && a.y + a.h > b.y + slack && b.y + b.h > a.y + slack;
}

describe('rows of groups', () => {
  it('fill the rectangle in proportion to the weights and never overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 40 }), rect, (weights, around) => {
        const placed = strips(weights, around);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        expect(placed).toHaveLength(weights.length);
        for (const [i, each] of placed.entries()) {
          expect(within(each, around)).toBe(true);
          expect((each.w * each.h) / (around.w * around.h)).toBeCloseTo((weights[i] as number) / total, 9);
          for (const other of placed.slice(0, i)) expect(overlap(each, other)).toBe(false);
        }
      }),
    );
  });
});

describe('a grid of nodes', () => {
  it('has a cell inside for every node', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), rect, (count, around) => {
        const grid = gridOf(count, around);
        for (const place of [0, Math.floor(count / 2), count - 1]) expect(within(cellOf(grid, place), around)).toBe(true);
      }),
    );
  });
});

/** Nodes in zones and racks, two resources, one state. */
function fleetOf(zones: readonly number[], racks: readonly number[]): Fleet {
  const count = zones.length;
  const zeros = new Array<number>(count).fill(0);
  const data: PackingData = {
    states: ['Now'],
    levels: ['zone', 'rack'],
    domains: [['a', 'b', 'c'], Array.from({ length: 9 }, (_, i) => `r${i}`)],
    nodes: { name: zones.map((_, i) => `n${i}`), domain: [zones, racks], mark: zeros, arrived: zeros, left: zeros },
    resources: [{ name: 'pods', unit: 'count', offered: new Array<number>(count).fill(10), used: [zones.map((_, i) => i % 11)] }],
    pods: { namespaces: [], shapes: [], namespace: [], name: [], shape: [], at: [[]], perNode: 0, unlisted: 0 },
  };
  return new Fleet(data);
}

function leaves(box: Box): Box[] {
  return box.boxes.length > 0 ? box.boxes.flatMap(leaves) : [box];
}

describe('the layout of a fleet', () => {
  const members = fc.array(fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 8 })), { minLength: 1, maxLength: 400 });

  it('shows every node once, alone or in a block, and finds it again under the pointer', () => {
    fc.assert(
      fc.property(members, rect, (pairs, around) => {
        const fleet = fleetOf(
          pairs.map(([zone]) => zone),
          pairs.map(([, rack]) => rack),
        );
        const box = layOut(fleet.root, around);
        const all = leaves(box);
        // As deep in one place as in another: nodes everywhere or nowhere.
        expect(new Set(all.map(({ grid }) => grid !== undefined)).size).toBe(1);
        expect(all.flatMap(({ group }) => group.rows).sort((a, b) => a - b)).toEqual(pairs.map((_, row) => row));
        for (const leaf of all) {
          const { grid, group } = leaf;
          if (!grid) continue;
          const place = group.rows.length - 1;
          const cell = cellOf(grid, place);
          // In the narrowest pictures nothing is left beside the frames.
          if (cell.w < 1 || cell.h < 1) continue;
          const found = hit(box, cell.x + cell.w / 2, cell.y + cell.h / 2);
          expect(found?.place === undefined ? undefined : found.box.group.rows[found.place]).toBe(group.rows[place]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('draws 100,000 nodes as blocks', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => i);
    const fleet = fleetOf(
      rows.map((i) => i % 3),
      rows.map((i) => Math.floor(i / 3) % 9),
    );
    const all = leaves(layOut(fleet.root, { x: 0, y: 0, w: 1200, h: 600 }));
    expect(all).toHaveLength(27);
    expect(all.every(({ grid }) => grid === undefined)).toBe(true);
  });
});

describe('the fleet of a page', () => {
  it('knows shares of nodes and means of groups', () => {
    const fleet = fleetOf([0, 0, 0], [0, 0, 0]);
    expect(fleet.fill([2], -1, 0)).toEqual({ share: 0.2, resource: 0 });
    expect(fleet.groupShare([0, 1, 2], -1, 0)).toBeCloseTo(0.1);
    expect(fleet.sums([1, 2], 0, 0)).toEqual({ offered: 20, used: 3 });
  });

  it('leaves out nodes that are not there in a state', () => {
    const { data } = fleetOf([0, 0], [0, 0]);
    const used = [0, 1].map(() => [5, 5]);
    const fleet = new Fleet({
      ...data,
      states: ['Before', 'After'],
      nodes: { ...data.nodes, mark: [MARK.lost, MARK.added] },
      resources: [{ name: 'pods', unit: 'count', offered: [10, 10], used }],
    });
    expect([0, 1].map((state) => fleet.sums([0, 1], 0, state).offered)).toEqual([10, 10]);
    expect([0, 1].map((row) => [fleet.exists(row, 0), fleet.exists(row, 1)])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it.each([
    [1500, 'milli-cpu', '1.5'],
    [2 ** 31, 'bytes', '2 GiB'],
    [1500 * 2 ** 20, 'bytes', '1.5 GiB'],
    [123_456, 'count', '123,456'],
  ] as const)('writes %d %s as %s', (amount, unit, text) => expect(amountText(amount, unit)).toBe(text));

  it.each([
    [0.031, '3.1%'],
    [0.5, '50%'],
    [1.2, '120%'],
    [Number.POSITIVE_INFINITY, 'over'],
  ])('writes the share %d as %s', (share, text) => expect(shareText(share)).toBe(text));
});
