import { expect, test } from 'vitest';
import { SchedulingQueue } from '../../src/engine/queue.ts';
import type { Pod } from '../../src/model/pod.ts';
import { makePod } from '../support/builders.ts';

const FIT = new Set(['NodeResourcesFit']);
const SELECTOR = new Set(['NodeAffinity']);

/** The pods that are tried again, in order, after the last one has given up its nomination. */
function triedAgain(
  waiting: readonly { readonly name: string; readonly priority: number; readonly refusedBy: ReadonlySet<string> }[],
): string[] {
  const pods: Pod[] = [...waiting.map(({ name, priority }) => makePod(name, { priority })), makePod('promised', { priority: 5 })];
  const queue = new SchedulingQueue(pods);
  queue.take(pods.length);
  waiting.forEach(({ refusedBy }, i) => {
    queue.failed(i, refusedBy);
  });
  queue.failed(pods.length - 1, SELECTOR);
  queue.nominationLost(pods.at(-1) as Pod);
  const names: string[] = [];
  for (let [index] = queue.take(1); index !== undefined; [index] = queue.take(1)) names.push((pods[index] as Pod).name);
  return names;
}

test('a nomination given up wakes pods of no more priority, for which it counted', () => {
  const pods = [
    { name: 'higher', priority: 6, refusedBy: FIT },
    { name: 'equal', priority: 5, refusedBy: FIT },
    { name: 'lower', priority: 0, refusedBy: FIT },
  ];
  expect(triedAgain(pods)).toEqual(['equal', 'lower']);
});

test('a nomination given up wakes nobody whom the departure of a pod does not help', () => {
  expect(triedAgain([{ name: 'choosy', priority: 0, refusedBy: SELECTOR }])).toEqual([]);
});
