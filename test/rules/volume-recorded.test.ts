import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type FeatureGates, GATE_DEFAULTS } from '../../src/model/gates.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Pod } from '../../src/model/pod.ts';
import { nodeVolumeLimits } from '../../src/rules/node-volume-limits.ts';
import type { Status } from '../../src/rules/rule.ts';
import { ClusterView } from '../../src/rules/view.ts';
import { volumeBinding } from '../../src/rules/volume-binding.ts';
import { volumeRestrictions } from '../../src/rules/volume-restrictions.ts';
import { volumeZone } from '../../src/rules/volume-zone.ts';
import { ask, type Verdict } from './volume-support.ts';

// Generated clusters (drawn at random from small vocabularies, then kept where they showed a status not seen six times
// before) with the answers of Kubernetes 1.36.2: its four volume plugins run in process over informer stores filled
// with the same objects, PreFilter and Filter of the pod ns/p on every node. `Skip` is the text; null is Success; an
// Error status is noted as UnschedulableAndUnresolvable with the error's text. Scenes whose answer depends on the order
// of a Go map are left out.

interface Scene {
  readonly name: string;
  readonly items: readonly unknown[];
  readonly featureGates?: Partial<FeatureGates>;
  readonly expected: Readonly<Record<string, 'Skip' | object>>;
}

const text = gunzipSync(readFileSync(new URL('fixtures/volumes.jsonl.gz', import.meta.url))).toString('utf8');
const scenes: Scene[] = text
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

function answers({ name, items, featureGates }: Scene): Record<string, unknown> {
  const builder = new SnapshotBuilder({ defaults: false });
  builder.add({ apiVersion: 'v1', kind: 'List', items }, { file: name });
  const snapshot = builder.finish();
  const cluster = ClusterView.of(snapshot, { kubeVersion: '1.36', gates: { ...GATE_DEFAULTS, ...featureGates } });
  const pod = snapshot.pods.find((candidate) => candidate.namespace === 'ns' && candidate.name === 'p') as Pod;
  const rules = [volumeRestrictions, nodeVolumeLimits, volumeBinding, volumeZone];
  return Object.fromEntries(rules.map((rule) => [rule.name, noted(ask(rule, pod, cluster))]));
}

function noted(verdict: Verdict): unknown {
  if (verdict === 'skip') return 'Skip';
  return 'code' in verdict ? plain(verdict) : verdict.map((status) => (status ? plain(status) : null));
}

/** The plugins were asked without the framework, which puts its own words before an error. */
function plain({ code, reasons }: Status): Status {
  return { code, reasons: reasons.map((reason) => reason.replace(/^running "\w+" filter plugin: /, '')) };
}

describe('recorded answers of upstream’s volume plugins', () => {
  it.each(scenes)('$name', (scene) => {
    expect(answers(scene)).toEqual(scene.expected);
  });
});
