import { ownerKey } from '../model/hosts.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { afterAll, isFixed, replacementOf } from './cluster.ts';

/**
 * The cluster when every controller has `percent` of its pods, rounded up. More pods are copies of those that are there, waiting, the youngest of all;
 * fewer pods are without those that wait, then without the last ones of the input. Pods without a controller, of DaemonSets, static pods, and pods
 * that are being deleted stay as they are. Copies name the claims of their originals. O(pods).
 */
export function withReplicas(snapshot: Snapshot, percent: number): Snapshot {
  if (percent === 100) return snapshot;
  const groups = new Map<string, Pod[]>();
  for (const pod of snapshot.pods) {
    const key = isFixed(pod) || pod.terminating ? undefined : ownerKey(pod.template);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(pod);
    else groups.set(key, [pod]);
  }
  const wanted = (pods: number) => Math.ceil((pods * percent) / 100);
  const { hosts } = snapshot.objects;
  const replicas = new Map([...(hosts?.replicas ?? []), ...[...groups].map(([key, group]) => [key, wanted(group.length)] as const)]);
  return {
    ...snapshot,
    pods: percent < 100 ? fewer(snapshot.pods, groups, wanted) : more(snapshot, groups, wanted),
    ...(hosts ? { objects: { ...snapshot.objects, hosts: { ...hosts, replicas } } } : {}),
  };
}

type Groups = ReadonlyMap<string, readonly Pod[]>;

function fewer(pods: readonly Pod[], groups: Groups, wanted: (pods: number) => number): Pod[] {
  const gone = new Set<Pod>();
  for (const group of groups.values()) {
    const lastFirst = [...group].reverse();
    const order = [...lastFirst.filter(({ nodeName }) => nodeName === ''), ...lastFirst.filter(({ nodeName }) => nodeName !== '')];
    for (const pod of order.slice(0, group.length - wanted(group.length))) gone.add(pod);
  }
  return pods.filter((pod) => !gone.has(pod));
}

function more(snapshot: Snapshot, groups: Groups, wanted: (pods: number) => number): Pod[] {
  const laterMs = afterAll(snapshot);
  const taken = new Set(snapshot.pods.map(podKey));
  const added = [...groups.values()].flatMap((group) =>
    Array.from({ length: wanted(group.length) - group.length }, (_, i): Pod => {
      const original = group[i % group.length] as Pod;
      let copy = 1 + Math.floor(i / group.length);
      const named = () => ({ ...replacementOf(original, laterMs), name: `${original.name}-copy${copy}` });
      while (taken.has(podKey(named()))) copy++;
      taken.add(podKey(named()));
      return named();
    }),
  );
  return [...snapshot.pods, ...added];
}
