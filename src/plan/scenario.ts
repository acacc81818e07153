import { PlimsollError } from '../base/errors.ts';
import { Prng } from '../base/prng.ts';
import { nearest } from '../engine/nearest.ts';
import type { Scenario } from '../model/compare-results.ts';
import { emptied } from '../model/emptied.ts';
import type { Pod } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { afterAll, isFixed, replacementOf } from './cluster.ts';
import { domainsOf } from './domains.ts';
import { scaledSnapshot } from './load.ts';
import { withReplicas } from './replicas.ts';

/**
 * What the runs of a scenario start from: domains gone and what they ran waiting, then more or fewer pods of each controller, then (if asked for) all
 * movable pods off their nodes, then requests scaled. O(nodes + pods).
 *
 * @throws PlimsollError NOT_FOUND for a domain, USAGE for one that is not written `zone=a`.
 */
export function scenarioStart(
  snapshot: Snapshot,
  { loadPercent = 100, replicaPercent = 100, lost = [] }: Scenario,
  fromEmpty: boolean,
  semantics: Semantics,
): Snapshot {
  const left = withReplicas(withoutDomains(snapshot, lost), replicaPercent);
  const started = fromEmpty ? { ...left, pods: emptied(left).pods } : left;
  return scaledSnapshot(started, loadPercent, semantics);
}

function withoutDomains(snapshot: Snapshot, lost: readonly string[]): Snapshot {
  if (lost.length === 0) return snapshot;
  const gone = new Set(lost.flatMap((text) => nodesOf(snapshot, text)));
  const laterMs = afterAll(snapshot);
  const pods = snapshot.pods.flatMap((pod): Pod[] => {
    if (!gone.has(pod.nodeName)) return [pod];
    return isFixed(pod) || pod.terminating ? [] : [replacementOf(pod, laterMs)];
  });
  return { ...snapshot, nodes: snapshot.nodes.filter(({ name }) => !gone.has(name)), pods };
}

/** Names of the nodes in the domain `zone=a`. */
function nodesOf({ nodes }: Snapshot, text: string): readonly string[] {
  const [, key, name] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (key === undefined) throw new PlimsollError('USAGE', 'must be written as zone=NAME', { path: 'lost', value: text });
  const { all } = domainsOf(nodes, key);
  const domain = all.find((each) => each.name === name);
  if (domain) return domain.nodes.map((node) => node.name);
  const names = all.map((each) => each.name);
  const similar = nearest(name as string, names);
  const hint = similar === undefined ? `there are ${names.slice(0, 5).join(', ')}` : `did you mean ${key}=${similar}?`;
  throw new PlimsollError('NOT_FOUND', 'there is no such domain', { path: 'lost', value: text, hint });
}

/**
 * The snapshot in which the waiting pods arrive in an order drawn by the seed: the same moments, dealt out anew. Priority still goes first. Each
 * order of the pods is equally likely. O(pods log pods).
 */
export function shuffled(snapshot: Snapshot, seed: number): Snapshot {
  const places: number[] = [];
  snapshot.pods.forEach(({ nodeName }, i) => {
    if (nodeName === '') places.push(i);
  });
  const moments = Float64Array.from(places, (i) => (snapshot.pods[i] as Pod).createdMs).sort();
  const pods = [...snapshot.pods];
  new Prng(seed)
    .fork()
    .shuffle([...places])
    .forEach((from, k) => {
      const pod = snapshot.pods[from] as Pod;
      const createdMs = moments[k] as number;
      pods[places[k] as number] = pod.createdMs === createdMs ? pod : { ...pod, createdMs };
    });
  return { ...snapshot, pods };
}
