import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readSnapshot, schedule } from '../../src/index.ts';
import { podKey } from '../../src/model/pod.ts';
import type { RawItem } from '../support/fleets.ts';

/** A whole run of kube-scheduler; the first line of the file says how it was recorded. Pods are named `namespace/name`. */
interface RecordedRun {
  readonly id: number;
  readonly items: readonly RawItem[];
  readonly config: RawItem;
  readonly placements: readonly (readonly [pod: string, node: string])[];
  readonly preemptions: readonly { readonly pod: string; readonly node: string; readonly victims: readonly string[] }[];
  readonly failed: Readonly<Record<string, string>>;
}

const text = gunzipSync(readFileSync(new URL('./queue-runs.jsonl.gz', import.meta.url))).toString();
const [, ...lines] = text.trimEnd().split('\n');
const runs = lines.map((line): RecordedRun => JSON.parse(line));

test.each(runs.map((run) => [run.id, run] as const))(
  'decides as kube-scheduler 1.36.2 did, message by message: run %i',
  async (_id, run) => {
    const snapshot = await readSnapshot({ apiVersion: 'v1', kind: 'List', items: run.items }, { defaults: false });
    const ours = await schedule(snapshot, { config: run.config, tie: 'heap', percentageOfNodesToScore: 100, untilStable: true });
    expect(ours.preemptions.map((p) => ({ pod: podKey(p), node: p.node, victims: p.victims.map(podKey) }))).toEqual(run.preemptions);
    expect(ours.placements.map((p) => [podKey(p), p.node])).toEqual(run.placements);
    const messages = new Map(ours.unschedulable.map((p) => [podKey(p), p.message]));
    for (const [pod, message] of Object.entries(run.failed)) expect([pod, messages.get(pod)]).toEqual([pod, message]);
  },
);
