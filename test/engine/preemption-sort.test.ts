import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortLikeGo } from '../../src/engine/preemption-sort.ts';

interface Item {
  readonly key: number;
  readonly id: number;
}

const UNKNOWN = -1;
const LENGTHS = [0, 1, 2, 11, 12, 13, 20, 49, 50, 51, 64, 100, 110, 257, 600];

/** Like the start times of pods: known ones in order, unknown ones last, and each unknown one before the others. */
function precedes(a: Item, b: Item): boolean {
  if (a.key === UNKNOWN) return b.key === UNKNOWN;
  return b.key === UNKNOWN || a.key < b.key;
}

/** xorshift32, the same stream for all lists, as in the program that recorded the answers. */
let state = 12345;
function below(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

const noisy = (i: number, n: number) => (below(20) === 0 ? below(n) : i);

/** Shapes of input, with the FNV-1a hash of the resulting order and the number of comparisons of `sort.Slice` in Go 1.26, by length. */
const SHAPES: readonly [
  name: string,
  key: (i: number, n: number) => number,
  recorded: readonly (readonly [hash: number, comparisons: number])[],
][] = [
  [
    'few values',
    () => below(4),
    [
      [2166136261, 0],
      [84696351, 0],
      [3950255460, 1],
      [3745737100, 25],
      [2472147367, 42],
      [2118566795, 27],
      [3096239801, 60],
      [2985331205, 168],
      [3909395692, 166],
      [184097758, 202],
      [88914361, 229],
      [3127272733, 332],
      [2834544794, 340],
      [4041077057, 1172],
      [3300205327, 2431],
    ],
  ],
  [
    'many values',
    () => below(1000),
    [
      [2166136261, 0],
      [84696351, 0],
      [3950255460, 1],
      [2052588584, 32],
      [4217304181, 48],
      [3498046517, 39],
      [1504856097, 69],
      [2219887949, 294],
      [1790899092, 287],
      [4025474066, 281],
      [724262357, 369],
      [1347480379, 657],
      [3424654872, 744],
      [276997677, 2101],
      [970590497, 5660],
    ],
  ],
  [
    'nearly in order',
    noisy,
    [
      [2166136261, 0],
      [84696351, 0],
      [276207162, 1],
      [1569952360, 13],
      [1246796121, 11],
      [1337325107, 38],
      [2017146113, 22],
      [1862084167, 206],
      [3221887110, 86],
      [351269996, 200],
      [3682130141, 441],
      [1238363509, 585],
      [3872830916, 297],
      [3816270859, 2445],
      [2693595309, 6216],
    ],
  ],
  [
    'backwards',
    (i, n) => n - i,
    [
      [2166136261, 0],
      [84696351, 0],
      [3950255460, 1],
      [3520023852, 55],
      [3142626969, 66],
      [1938077823, 33],
      [3231257305, 55],
      [266409023, 187],
      [3672985188, 61],
      [767324276, 62],
      [4212687301, 75],
      [342685881, 111],
      [1322477788, 121],
      [2326376223, 268],
      [697473685, 611],
    ],
  ],
  [
    'all unknown',
    () => UNKNOWN,
    [
      [2166136261, 0],
      [84696351, 0],
      [3950255460, 1],
      [3520023852, 55],
      [3142626969, 66],
      [1179256507, 81],
      [1822227097, 174],
      [3878532401, 634],
      [2929791428, 905],
      [2404309002, 935],
      [1286235047, 1324],
      [1698179997, 2207],
      [2198071742, 2459],
      [127313019, 6865],
      [3008316469, 18221],
    ],
  ],
  [
    'some unknown',
    () => below(5) - 1,
    [
      [2166136261, 0],
      [84696351, 0],
      [3950255460, 1],
      [3204421880, 35],
      [1811974585, 32],
      [1133557583, 44],
      [680608965, 88],
      [201668121, 250],
      [1069022356, 270],
      [1466678926, 180],
      [566352809, 396],
      [4012969935, 397],
      [2443454414, 636],
      [362519911, 1726],
      [2390659205, 4849],
    ],
  ],
  [
    'up and down',
    (i, n) => (i > Math.trunc(n / 2) ? n - i : i),
    [
      [2166136261, 0],
      [84696351, 0],
      [276207162, 1],
      [1349009964, 30],
      [4002664079, 36],
      [737388107, 34],
      [2683153367, 76],
      [3382087423, 234],
      [3742997458, 251],
      [3893401006, 264],
      [1177201677, 330],
      [231128127, 630],
      [3696939140, 715],
      [272972423, 1948],
      [3376582481, 5200],
    ],
  ],
  [
    'sawtooth',
    (i) => i % 9,
    [
      [2166136261, 0],
      [84696351, 0],
      [276207162, 1],
      [3515758738, 25],
      [2387740609, 32],
      [1172730069, 40],
      [1361525893, 78],
      [3390680861, 240],
      [817736538, 246],
      [2394316224, 272],
      [3022095025, 367],
      [4053489567, 468],
      [4133220852, 561],
      [608079335, 1395],
      [1733902821, 2844],
    ],
  ],
  [
    'mixed',
    (i, n) => (i < Math.trunc(n / 8) ? i : (i * 7919) % 17),
    [
      [2166136261, 0],
      [84696351, 0],
      [276207162, 1],
      [851926536, 40],
      [2141552903, 51],
      [310066281, 37],
      [2284989031, 71],
      [2771955057, 251],
      [368531444, 263],
      [1422942402, 250],
      [1421829263, 333],
      [1663780663, 575],
      [2012632660, 621],
      [1954144929, 1536],
      [832456381, 3487],
    ],
  ],
];

test.each(SHAPES)('walks the steps of Go: %s', (_name, key, recorded) => {
  for (const [index, length] of LENGTHS.entries()) {
    const items = Array.from({ length }, (_, id): Item => ({ key: key(id, length), id }));
    let comparisons = 0;
    sortLikeGo(items, (a, b) => {
      comparisons++;
      return precedes(a, b);
    });
    const hash = items.reduce((sum, { id }) => Math.imul(sum ^ id, 16_777_619), 2_166_136_261) >>> 0;
    expect([length, hash, comparisons]).toEqual([length, ...(recorded[index] as readonly number[])]);
  }
});

test('sorts whatever it is given', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 400 }), (keys) => {
      const sorted = [...keys];
      sortLikeGo(sorted, (a, b) => a < b);
      expect(sorted).toEqual([...keys].sort((a, b) => a - b));
    }),
  );
});

test('ends for an order that contradicts itself, and loses nothing', () => {
  const items = Array.from({ length: 500 }, (_, i) => i);
  sortLikeGo(items, (a, b) => (a * 31 + b * 17) % 3 !== 0);
  expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
});
