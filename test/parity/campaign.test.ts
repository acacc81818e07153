import { expect, test } from 'vitest';
import { type CampaignOptions, compareAll, decisionsIn, minimal, type UpstreamSide } from './campaign.ts';
import { drawCase } from './cases.ts';
import { askPlimsoll } from './plimsoll.ts';
import { askedPods, type ParityCase } from './protocol.ts';
import { runOfAttempts } from './upstream.ts';

const OPTIONS: CampaignOptions = { seeds: [1, 4], versions: ['1.36'], modes: ['explain', 'sequence'], stopAfter: 9, isOver: () => false };

/** An upstream that agrees, but for what `change` does to pods whose message says that some node has too many pods. */
function almostPlimsoll(suffix: string): UpstreamSide {
  return {
    ask: async (parityCase: ParityCase) => {
      const answer = await askPlimsoll(parityCase);
      const pods = answer.pods?.map((pod) => (pod.message?.includes('Too many pods') ? { ...pod, message: pod.message + suffix } : pod));
      return pods ? { pods } : answer;
    },
  };
}

test('two sides that agree leave no finding, and everything is counted', async () => {
  const tally = await compareAll(almostPlimsoll(''), OPTIONS, () => undefined);
  expect(tally.findings).toEqual([]);
  expect(tally.cases).toBe(8);
  expect(tally.clusters.get('1.36')?.size).toBe(4);
  let expected = 0;
  for (let seed = 1; seed <= 4; seed++) expected += decisionsIn(await askPlimsoll(drawCase(seed, 'sequence', '1.36').parityCase));
  expect(tally.decisions.get('1.36 sequence')).toBe(expected);
  expect(tally.events.get('pods with a feasible node')).toBeGreaterThan(0);
});

test('a planted difference is found, ends the campaign when asked to, and comes down to one node and one pod', async () => {
  const upstream = almostPlimsoll(' (planted)');
  const tally = await compareAll(upstream, { ...OPTIONS, seeds: [1, 200], modes: ['explain'], stopAfter: 1 }, () => undefined);
  expect(tally.findings).toHaveLength(1);
  const [finding] = tally.findings;
  expect(finding?.differences[0]?.what).toBe('message');
  const small = await minimal(upstream, finding as (typeof tally.findings)[number]);
  expect(small.objects.map(({ kind }) => kind).sort()).toEqual(['Node', 'Pod']);
  expect(askedPods(small)).toHaveLength(1);
});

test('a run is what its attempts come to', () => {
  const attempts = [
    { pod: 'd/a', node: '', message: 'no room' },
    { pod: 'd/b', node: 'n1' },
    { pod: 'd/c', node: '', message: 'm', nominated: 'n1', victims: ['d/b', 'd/old'] },
    { pod: 'd/c', node: 'n1' },
    { pod: 'd/a', node: '', message: 'still no room' },
    { pod: 'd/gated', node: '', message: 'held' },
    { pod: 'd/e', node: '', error: 'boom' },
  ];
  expect(runOfAttempts(attempts, new Set(['d/a', 'd/b', 'd/c', 'd/e']))).toEqual({
    placements: ['d/c n1'],
    preemptions: [{ pod: 'd/c', node: 'n1', victims: ['d/b', 'd/old'] }],
    failed: { 'd/a': 'still no room', 'd/e': 'boom' },
  });
});
