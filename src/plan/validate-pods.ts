import type { Settings } from '../engine/options.ts';
import type { Labels } from '../model/labels.ts';
import { compileSelector, mapSelectorMatches, requiredNodeAffinityMatches } from '../model/match.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Finding } from '../model/snapshot-results.ts';
import { Findings } from './validate-findings.ts';

/** Pods of which nothing good can come, and selectors that select nothing. */
export function* suspiciousPods(snapshot: Snapshot, settings: Settings): Generator<Finding> {
  const waiting = snapshot.pods.filter(({ nodeName, terminating }) => nodeName === '' && !terminating);
  yield* unserved(waiting, settings);
  yield* impossibleNodes(waiting, snapshot);
  yield* unknownTopology(waiting, snapshot);
  yield* idleSelectors(snapshot);
}

function reference({ namespace, name }: Pod) {
  return { kind: 'Pod', namespace, name };
}

function* unserved(waiting: readonly Pod[], { profiles }: Settings): Generator<Finding> {
  const names = profiles.map(({ schedulerName }) => schedulerName);
  const found = new Findings('warning', 'unserved-scheduler');
  for (const pod of waiting) {
    const { schedulerName } = pod.template;
    if (names.includes(schedulerName)) continue;
    const hint = `profiles: ${names.join(', ')}; give the other scheduler's configuration with --config`;
    found.add(`waits for scheduler ${schedulerName}, which no profile serves: it is left alone`, reference(pod), {
      path: 'spec.schedulerName',
      value: schedulerName,
      hint,
    });
  }
  yield* found;
}

/** Pods of one template ask the same. O(distinct templates · nodes). */
function* impossibleNodes(waiting: readonly Pod[], { nodes }: Snapshot): Generator<Finding> {
  if (nodes.length === 0) return;
  const found = new Findings('warning', 'no-such-node');
  const hopeless = new Map<PodTemplate, boolean>();
  for (const pod of waiting) {
    const { template } = pod;
    if (template.nodeSelector === undefined && template.nodeAffinity?.required === undefined) continue;
    let none = hopeless.get(template);
    if (none === undefined) {
      none = !nodes.some((node) => requiredNodeAffinityMatches(template, node));
      hopeless.set(template, none);
    }
    const problem = 'its node selector and required node affinity match no node';
    const hint = 'compare with kubectl get nodes --show-labels';
    if (none) found.add(problem, reference(pod), { path: 'spec', hint }, `${pod.namespace} ${template.owner?.name ?? pod.name}`);
  }
  yield* found;
}

function* unknownTopology(waiting: readonly Pod[], { nodes }: Snapshot): Generator<Finding> {
  if (nodes.length === 0) return;
  const known = new Set(nodes.flatMap(({ labels }) => [...labels.keys()]));
  const found = new Findings('warning', 'unknown-topology');
  for (const pod of waiting) {
    const { spreadConstraints, podAffinity } = pod.template;
    const hard = spreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
    for (const key of new Set([...hard, ...(podAffinity?.required ?? [])].map(({ topologyKey }) => topologyKey))) {
      if (known.has(key)) continue;
      const rest = { path: 'spec', value: key, hint: 'fetch the nodes with their labels, or correct the topologyKey' };
      found.add(`demands topology ${key}, and no node has the label: it finds no node`, reference(pod), rest);
    }
  }
  yield* found;
}

/** PodDisruptionBudgets and Services that select no pod; common for what is scaled to nothing, and the sign of a wrong label. */
function* idleSelectors({ pods, objects }: Snapshot): Generator<Finding> {
  const labelSets = new Map<string, Set<Labels>>();
  for (const { namespace, template } of pods) {
    const own = labelSets.get(namespace) ?? new Set();
    labelSets.set(namespace, own.add(template.labels));
  }
  const selectsSome = (namespace: string, matches: (labels: Labels) => boolean) => [...(labelSets.get(namespace) ?? [])].some(matches);
  const found = new Findings('note', 'idle-selector');
  const rest = { path: 'spec.selector', hint: 'compare with kubectl get pods --show-labels' };
  for (const { namespace, name, selector } of objects.podDisruptionBudgets) {
    const { matches } = compileSelector(selector);
    if (selectsSome(namespace, matches)) continue;
    found.add('selects no pod: it protects nothing', { kind: 'PodDisruptionBudget', namespace, name }, rest, `budget ${namespace}/${name}`);
  }
  for (const { namespace, name, selector } of objects.services) {
    if (selector === undefined || selector.size === 0) continue;
    if (selectsSome(namespace, (labels) => mapSelectorMatches(selector, labels))) continue;
    found.add('selects no pod', { kind: 'Service', namespace, name }, rest, `service ${namespace}/${name}`);
  }
  yield* found;
}
