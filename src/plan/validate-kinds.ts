import type { RawObject } from '../model/parse/fields.ts';
import type { PodTemplate } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Finding } from '../model/snapshot-results.ts';

interface Need {
  /** Kinds of which at least one object is there, when the question does not arise. */
  readonly kinds: readonly string[];
  /** What kubectl calls them. */
  readonly fetch: string;
  /** For one pod, for several, and what is said of both. */
  readonly why: readonly [one: string, many: string, rest: string];
  readonly needed: (template: PodTemplate) => boolean;
}

const NEEDS: readonly Need[] = [
  {
    kinds: ['PersistentVolumeClaim'],
    fetch: 'pvc,pv,sc,csinodes,csidrivers,csistoragecapacities,volumeattachments',
    why: ['uses', 'use', 'persistent volume claims, and there is none: no node takes a pod whose claim is not there'],
    needed: ({ volumes }) => volumes.some(({ kind }) => kind === 'claim'),
  },
  {
    kinds: ['Namespace'],
    fetch: 'namespaces',
    why: ['selects', 'select', 'namespaces by label, and there is no namespace: such selectors match nothing'],
    needed: ({ podAffinity, podAntiAffinity }) =>
      [podAffinity, podAntiAffinity].some((affinity) =>
        [...(affinity?.required ?? []), ...(affinity?.preferred ?? []).map(({ term }) => term)].some(
          ({ namespaceSelector }) => (namespaceSelector?.requirements.length ?? 0) > 0,
        ),
      ),
  },
  {
    kinds: ['ReplicaSet'],
    fetch: 'deploy,rs,sts,rc,services',
    why: ['belongs', 'belong', 'to ReplicaSets, and there is none: without Service or ReplicaSet pods are not spread by default'],
    needed: ({ owner, spreadConstraints }) => owner?.kind === 'ReplicaSet' && spreadConstraints.length === 0,
  },
];

/** Kinds without which a decision about the pods of the dump may come out differently, each with the command that fetches them. */
export function* missingKinds({ pods, nodes }: Snapshot, raw: readonly RawObject[]): Generator<Finding> {
  const kinds = new Set(raw.map(({ kind }) => kind));
  if (nodes.length === 0) {
    const problem = 'there are no nodes: no pod can be placed';
    yield { severity: 'warning', check: 'missing-kind', problem, hint: 'kubectl get nodes -o json' };
  }
  for (const {
    kinds: wanted,
    fetch,
    why: [one, many, rest],
    needed,
  } of NEEDS) {
    if (wanted.some((kind) => kinds.has(kind))) continue;
    const asking = pods.filter(({ template }) => needed(template));
    const [first] = asking;
    if (first === undefined) continue;
    yield {
      severity: 'warning',
      check: 'missing-kind',
      problem: `${asking.length} ${asking.length === 1 ? `pod ${one}` : `pods ${many}`} ${rest}`,
      object: { kind: 'Pod', namespace: first.namespace, name: first.name },
      ...(asking.length > 1 ? { count: asking.length } : {}),
      hint: `kubectl get ${fetch} -A -o json`,
    };
  }
}
