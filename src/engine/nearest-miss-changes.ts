import { compileNodeTerm, mapSelectorMatches, nodeTermsMatch, requirementMatches } from '../model/match.ts';
import type { ContainerPort, Pod } from '../model/pod.ts';
import { formatAmount } from '../model/quantity.ts';
import type { Amount, ResourceVector } from '../model/resources.ts';
import type { NodeSelectorTerm, Requirement } from '../model/selector.ts';
import { type Taint, tolerates } from '../model/taint.ts';
import { type AffinityFilterState, isTaken, satisfiesAffinity } from '../rules/inter-pod-affinity-filter.ts';
import type { NodeAffinityArgs } from '../rules/node-affinity.ts';
import { takenPorts } from '../rules/node-ports.ts';
import { type NodeResourcesFitArgs, type Shortage, shortages } from '../rules/node-resources-fit.ts';
import { UNSCHEDULABLE_TAINT } from '../rules/node-unschedulable.ts';
import { type SpreadFilterState, skewOn } from '../rules/pod-topology-spread-filter.ts';
import { REPELLING_EFFECTS } from '../rules/taint-toleration.ts';
import type { ClusterView, NodeView } from '../rules/view.ts';
import type { PreparedRule, Refusal } from './cycle.ts';

/** One change that a refusing rule needs. */
export interface Change {
  readonly text: string;
  /** How far away the change is, for ranking nodes: from 1 (a little room) to 6 (something that no edit of pod or node mends). */
  readonly effort: number;
}

interface Case {
  readonly prepared: PreparedRule;
  readonly pod: Pod;
  readonly node: NodeView;
  readonly cluster: ClusterView;
}

/** Efforts: room and taints are everyday edits, labels and other pods' places less so, a rule's own text comes last. */
const TAINT_EFFORT = 2;
const PORT_EFFORT = 3;
const OTHER_PODS_EFFORT = 3;
const LABEL_EFFORT = 4;
const NAME_EFFORT = 5;
const OTHER_EFFORT = 6;

const UNCORDON: Change = { text: 'uncordon the node', effort: TAINT_EFFORT };

const CHANGES: ReadonlyMap<string, (of: Case) => readonly Change[]> = new Map([
  ['NodeUnschedulable', () => [UNCORDON]],
  ['NodeName', ({ node }: Case) => [{ text: `set spec.nodeName to ${node.node.name}`, effort: NAME_EFFORT }]],
  ['TaintToleration', taintChanges],
  ['NodeAffinity', affinityChanges],
  ['NodePorts', portChanges],
  ['NodeResourcesFit', resourceChanges],
  ['PodTopologySpread', spreadChanges],
  ['InterPodAffinity', podAffinityChanges],
]);

/** The smallest changes after which the rules would accept the node; a rule without an entry repeats its reasons. */
export function changesFor(refusals: readonly Refusal[], pod: Pod, node: NodeView, cluster: ClusterView): readonly Change[] {
  const changes = refusals.flatMap(({ prepared, status }) => {
    const changesOf = CHANGES.get(prepared.rule.name);
    return changesOf ? changesOf({ prepared, pod, node, cluster }) : status.reasons.map((text) => ({ text, effort: OTHER_EFFORT }));
  });
  // A cordoned node carries the taint too; it goes with the cordon.
  return changes.includes(UNCORDON) ? changes.filter(({ text }) => text !== `tolerate ${taintText(UNSCHEDULABLE_TAINT)}`) : changes;
}

function taintChanges({ pod, node, cluster }: Case): readonly Change[] {
  const comparison = cluster.semantics.gates.TaintTolerationComparisonOperators;
  return node.node.taints
    .filter(({ effect }) => REPELLING_EFFECTS.includes(effect))
    .filter((taint) => !pod.template.tolerations.some((toleration) => tolerates(toleration, taint, comparison)))
    .map((taint) => ({ text: `tolerate ${taintText(taint)}`, effort: TAINT_EFFORT }));
}

function taintText({ key, value, effect }: Taint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

function portChanges({ prepared, node }: Case): readonly Change[] {
  return takenPorts(prepared.state as readonly ContainerPort[], node).map((port) => {
    const address = port.hostIP === '0.0.0.0' ? '' : `${port.hostIP}:`;
    return { text: `free host port ${address}${port.hostPort}/${port.protocol}`, effort: PORT_EFFORT };
  });
}

function resourceChanges({ prepared, node }: Case): readonly Change[] {
  return shortages(prepared.state as ResourceVector, node, prepared.args as NodeResourcesFitArgs).map(shortageChange);
}

/** The share of the node that is missing ranks shortages among themselves. */
function shortageChange({ resource, requested, used, capacity }: Shortage): Change {
  if (resource === 'pods') return { text: `too many pods: ${used} of ${capacity}`, effort: 1 };
  const short = requested - (capacity - used);
  return { text: `${formatAmount(resource, short)} ${resource === 'cpu' ? 'CPU' : resource} short`, effort: 1 + share(short, capacity) };
}

/** From 0 to 1, and never level: what lacks more is further away. */
function share(part: Amount, whole: Amount): number {
  return whole <= 0n ? 1 : Number(part) / (Number(part) + Number(whole));
}

function affinityChanges({ prepared, pod, node }: Case): readonly Change[] {
  const { nodeSelector, nodeAffinity } = pod.template;
  const added = (prepared.args as NodeAffinityArgs).addedAffinity?.required;
  const selector = [...(nodeSelector ?? [])].filter((pair) => !mapSelectorMatches(new Map([pair]), node.node.labels));
  return [
    ...selector.map(([key, value]) => label(`label ${key}=${value}`)),
    ...termChanges(nodeAffinity?.required, node),
    ...termChanges(added, node),
  ];
}

/** What the term that fails least needs. */
function termChanges(terms: readonly NodeSelectorTerm[] | undefined, node: NodeView): readonly Change[] {
  if (terms === undefined || nodeTermsMatch(terms, node.node)) return [];
  const [first, ...others] = terms.filter(canMatch).map((term) => requirementChanges(term, node));
  if (first === undefined) return [{ text: 'give the required node affinity a term that can match', effort: OTHER_EFFORT }];
  return others.reduce((best, changes) => (changes.length < best.length ? changes : best), first);
}

function canMatch(term: NodeSelectorTerm): boolean {
  const { empty, invalid } = compileNodeTerm(term);
  return !empty && invalid.length === 0;
}

function requirementChanges({ matchExpressions, matchFields }: NodeSelectorTerm, node: NodeView): readonly Change[] {
  const { labels, name } = node.node;
  const names = new Map([['metadata.name', name]]);
  return [
    ...matchExpressions
      .filter((requirement) => !requirementMatches(requirement, labels))
      .map((requirement) => label(labelText(requirement))),
    ...(matchFields.some((requirement) => !requirementMatches(requirement, names))
      ? [{ text: `allow node ${name} in the required node affinity`, effort: NAME_EFFORT }]
      : []),
  ];
}

function label(text: string): Change {
  return { text, effort: LABEL_EFFORT };
}

function labelText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `label ${key}=${values[0]}` : `label ${key} with one of ${values.join(', ')}`;
    case 'NotIn':
      return `label ${key} with anything but ${values.join(', ')}`;
    case 'Exists':
      return `label ${key}`;
    case 'DoesNotExist':
      return `remove label ${key}`;
    case 'Gt':
      return `label ${key} above ${values[0]}`;
    default:
      return `label ${key} below ${values[0]}`;
  }
}

function spreadChanges({ prepared, node }: Case): readonly Change[] {
  return (prepared.state as SpreadFilterState).flatMap((count) => {
    const { topologyKey, maxSkew } = count.constraint;
    const skew = skewOn(count, node);
    if (skew === undefined) return [label(`label ${topologyKey}`)];
    return skew <= maxSkew ? [] : [fewerPods(skew - maxSkew, node, topologyKey, 'topology spread')];
  });
}

function podAffinityChanges({ prepared, pod, node }: Case): readonly Change[] {
  const state = prepared.state as AffinityFilterState;
  const missing = satisfiesAffinity(state, pod.template, node) ? [] : missingPods(state, node);
  const antiKeys = new Set(state.terms.requiredAnti.map((term) => term.topologyKey));
  const crowded = [...antiKeys]
    .filter((key) => isTaken(state.anti, node, key))
    .map((key) => fewerPods(state.anti.on(node, key) ?? 0, node, key, "the pod's anti-affinity"));
  const repelling = [...state.existingAnti.keys()]
    .filter((key) => isTaken(state.existingAnti, node, key))
    .map((key) => fewerPods(state.existingAnti.on(node, key) ?? 0, node, key, 'their anti-affinity'));
  return [...missing, ...crowded, ...repelling];
}

function missingPods(state: AffinityFilterState, node: NodeView): readonly Change[] {
  const keys = new Set(state.terms.requiredAffinity.map((term) => term.topologyKey));
  return [...keys].flatMap((key) => {
    if (!node.node.labels.has(key)) return [label(`label ${key}`)];
    if (isTaken(state.affinity, node, key)) return [];
    return [{ text: `a pod that the pod affinity asks for in ${domainText(node, key)}`, effort: OTHER_PODS_EFFORT }];
  });
}

function fewerPods(count: number, node: NodeView, key: string, why: string): Change {
  const text = `${count} ${count === 1 ? 'pod' : 'pods'} fewer in ${domainText(node, key)} (${why})`;
  return { text, effort: OTHER_PODS_EFFORT };
}

function domainText(node: NodeView, key: string): string {
  return `${key}=${node.node.labels.get(key)}`;
}
