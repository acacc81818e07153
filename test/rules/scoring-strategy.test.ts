import { expect, it } from 'vitest';
import { shapeScore } from '../../src/rules/scoring-strategy.ts';

function shape(...points: [number, number][]) {
  return points.map(([utilization, score]) => ({ utilization, score }));
}

/** Upstream's facts about the broken line, scaled from configured scores (to 10) to node scores (to 100). */
it.each([
  [
    shape([10, 1], [90, 9]),
    [
      [-10, 10],
      [0, 10],
      [9, 10],
      [10, 10],
      [15, 15],
      [19, 19],
      [20, 20],
      [89, 89],
      [90, 90],
      [99, 90],
      [110, 90],
    ],
  ],
  [
    shape([0, 2], [40, 10], [100, 0]),
    [
      [-10, 20],
      [0, 20],
      [20, 60],
      [30, 80],
      [40, 100],
      [70, 50],
      [100, 0],
      [110, 0],
    ],
  ],
  [
    shape([0, 2], [40, 2], [100, 2]),
    [
      [-10, 20],
      [0, 20],
      [20, 20],
      [40, 20],
      [70, 20],
      [100, 20],
      [110, 20],
    ],
  ],
  // Truncation toward zero on a falling slope.
  [
    shape([0, 10], [70, 3]),
    [
      [0, 100],
      [1, 99],
      [33, 67],
      [69, 31],
      [70, 30],
      [100, 30],
    ],
  ],
])('shape %j', (points, facts) => {
  for (const [utilization, expected] of facts)
    expect([utilization, shapeScore(points, utilization as number)]).toEqual([utilization, expected]);
});
