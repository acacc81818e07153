import { describe, expect, test } from 'vitest';
import { differences } from './differential.ts';
import type { Answer, NodeAnswer, PodAnswer, RunAnswer } from './protocol.ts';

const NODE: NodeAnswer = { name: 'a', code: 'Success', raw: { Fit: 3 }, normalized: { Fit: 30 }, weighted: { Fit: 60 }, total: 60 };
const REFUSED: NodeAnswer = { name: 'b', code: 'Unschedulable', plugin: 'NodePorts', reasons: ['x', 'y'] };
const POD: PodAnswer = { pod: 'default/p', nodes: [NODE, REFUSED], feasible: 1, best: 60, tied: ['a'], node: 'a' };
const FAILED: PodAnswer = { pod: 'default/q', nodes: [REFUSED], feasible: 0, message: 'm', nominated: 'b', victims: ['default/v'] };
const RUN: RunAnswer = {
  placements: ['default/p a', 'default/r b'],
  preemptions: [{ pod: 'default/q', node: 'b', victims: ['default/v'] }],
  failed: { 'default/z': 'm' },
};

function whatDiffers(upstream: Answer, plimsoll: Answer): string[] {
  return differences(upstream, plimsoll).map(({ what, where }) => `${what}: ${where}`);
}

describe('answers about pods', () => {
  const withNode = (node: Partial<NodeAnswer>): Answer => ({ pods: [{ ...POD, nodes: [{ ...NODE, ...node }, REFUSED] }] });

  test('equal answers have no difference', () => {
    expect(whatDiffers({ pods: [POD, FAILED] }, structuredClone({ pods: [POD, FAILED] }))).toEqual([]);
  });

  test.each<[keyof NodeAnswer, Partial<NodeAnswer>, string]>([
    ['code', { code: 'Error' }, 'code'],
    ['plugin', { plugin: 'NodeName' }, 'plugin'],
    ['reasons', { reasons: ['z'] }, 'reasons'],
    ['raw', { raw: { Fit: 4 } }, 'raw Fit'],
    ['normalized', { normalized: { Fit: 31 } }, 'normalized Fit'],
    ['weighted', { weighted: { Fit: 60, Other: 0 } }, 'weighted Other'],
    ['total', { total: 61 }, 'total'],
    ['name', { name: 'c' }, 'node order'],
  ])('another %s of a node is one', (_field, change, what) => {
    expect(whatDiffers({ pods: [POD] }, withNode(change))).toEqual([`${what}: default/p @ a`]);
  });

  test.each<[keyof PodAnswer, Partial<PodAnswer>]>([
    ['feasible', { feasible: 0 }],
    ['best', { best: 1 }],
    ['tied', { tied: ['a', 'b'] }],
    ['node', { node: 'b' }],
    ['message', { message: 'other' }],
    ['nominated', { nominated: 'a' }],
    ['victims', { victims: [] }],
    ['error', { error: 'boom' }],
  ])('another %s of a pod is one', (field, change) => {
    const base = field in POD ? POD : FAILED;
    expect(whatDiffers({ pods: [base] }, { pods: [{ ...base, ...change }] })).toEqual([`${field}: ${base.pod}`]);
  });

  test('the order of reasons, and a node or pod too few, count', () => {
    const turned = { ...FAILED, nodes: [{ ...REFUSED, reasons: ['y', 'x'] }] };
    expect(whatDiffers({ pods: [FAILED] }, { pods: [turned] })).toEqual(['reasons: default/q @ b']);
    expect(whatDiffers({ pods: [POD] }, { pods: [{ ...POD, nodes: [NODE] }] })).toEqual(['node order: default/p @ b']);
    expect(whatDiffers({ pods: [POD, FAILED] }, { pods: [POD] })).toEqual(['asked: ']);
  });
});

describe('answers about runs', () => {
  test('equal answers have no difference', () => {
    expect(whatDiffers({ run: RUN }, structuredClone({ run: RUN }))).toEqual([]);
  });

  test.each<[string, Partial<RunAnswer>, readonly string[]]>([
    ['the order of placements', { placements: ['default/r b', 'default/p a'] }, ['placements: number 0', 'placements: number 1']],
    ['a placement too few', { placements: ['default/p a'] }, ['placements: number 1']],
    ['a victim', { preemptions: [{ pod: 'default/q', node: 'b', victims: [] }] }, ['preemptions: number 0']],
    ['a message', { failed: { 'default/z': 'n' } }, ['failed: default/z']],
    ['a failure too many', { failed: { 'default/z': 'm', 'default/y': 'm' } }, ['failed: default/y']],
  ])('%s is one', (_name, change, expected) => {
    expect(whatDiffers({ run: RUN }, { run: { ...RUN, ...change } })).toEqual(expected);
  });
});

test('a question that only one side takes is a difference', () => {
  expect(whatDiffers({ invalid: 'bad' }, { pods: [] })).toEqual(['invalid: ']);
  expect(whatDiffers({ pods: [] }, { invalid: 'bad' })).toEqual(['invalid: ']);
});
