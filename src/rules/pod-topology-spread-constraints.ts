import { PlimsollError } from '../base/errors.ts';
import type { Labels } from '../model/labels.ts';
import { compileSelector, requiredNodeAffinityMatches, requirementMatches } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import type { PodTemplate, SpreadConstraint } from '../model/pod.ts';
import type { Requirement } from '../model/selector.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import { untoleratedTaint } from '../model/taint.ts';
import { defaultSelector } from './default-selector.ts';
import type { Semantics } from './rule.ts';
import { REPELLING_EFFECTS } from './taint-toleration.ts';
import type { NodeView } from './view.ts';

export const HOSTNAME_KEY = 'kubernetes.io/hostname';

/** PodTopologySpreadArgs. */
export interface PodTopologySpreadArgs {
  readonly defaultingType: 'System' | 'List';
  /** For pods without constraints of their own, with defaultingType List; without selectors. */
  readonly defaultConstraints: readonly SpreadConstraint[];
}

export const defaultArgs: PodTopologySpreadArgs = { defaultingType: 'System', defaultConstraints: [] };

const SYSTEM_CONSTRAINTS: readonly SpreadConstraint[] = [
  { maxSkew: 3, topologyKey: HOSTNAME_KEY, whenUnsatisfiable: 'ScheduleAnyway', matchLabelKeys: [] },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', matchLabelKeys: [] },
];

/** Which pods a constraint counts, by their labels. */
export interface SpreadSelector {
  /** `{}` without matchLabelKeys: it matches every pod, yet existing pods are counted as none (specification Q4). */
  readonly empty: boolean;
  /** ANDed; undefined: the selector is nil and matches nothing. */
  readonly requirements: readonly Requirement[] | undefined;
  matches(labels: Labels): boolean;
}

/** A spread constraint with its defaults filled in. */
export interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly minDomains: number;
  /** nodeAffinityPolicy Honor: only nodes that the pod's node affinity allows count. */
  readonly honorAffinity: boolean;
  /** nodeTaintsPolicy Honor: only nodes whose taints the pod tolerates count. */
  readonly honorTaints: boolean;
  readonly selector: SpreadSelector;
}

export type Unsatisfiable = 'DoNotSchedule' | 'ScheduleAnyway';

/**
 * The constraints that apply to pods of the template: its own, or the defaults of the profile with the default selector
 * where it has none of either kind (specification 8.14).
 *
 * @throws PlimsollError SELECTOR for a selector that the API server would refuse: upstream gives up the whole attempt.
 */
export function spreadConstraints(
  template: PodTemplate,
  kind: Unsatisfiable,
  args: PodTopologySpreadArgs,
  objects: ClusterObjects,
  semantics: Semantics,
): readonly Constraint[] {
  const own = template.spreadConstraints;
  if (own.length > 0) return ofKind(own, kind).map((constraint) => withDefaults(constraint, template.labels, semantics));
  const defaults = ofKind(args.defaultingType === 'System' ? SYSTEM_CONSTRAINTS : args.defaultConstraints, kind);
  if (defaults.length === 0) return [];
  const labelSelector = defaultSelector(template, objects);
  if (labelSelector === undefined) return [];
  const selector = fromRequirements(labelSelector.requirements);
  return defaults.map((constraint) => ({ ...withDefaults(constraint, template.labels, semantics), selector }));
}

/** Whether a node without all topology keys is left out of the score: not under the system's default constraints. */
export function requiresAllKeys(template: PodTemplate, args: PodTopologySpreadArgs): boolean {
  return template.spreadConstraints.length > 0 || args.defaultingType !== 'System';
}

function ofKind(constraints: readonly SpreadConstraint[], kind: Unsatisfiable): readonly SpreadConstraint[] {
  return constraints.filter((constraint) => constraint.whenUnsatisfiable === kind);
}

function withDefaults(constraint: SpreadConstraint, podLabels: Labels, { gates }: Semantics): Constraint {
  const policies = gates.NodeInclusionPolicyInPodTopologySpread;
  const keys = gates.MatchLabelKeysInPodTopologySpread ? constraint.matchLabelKeys : [];
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    minDomains: constraint.minDomains ?? 1,
    honorAffinity: !policies || (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
    honorTaints: policies && constraint.nodeTaintsPolicy === 'Honor',
    selector: selectorOf(constraint, keys, podLabels),
  };
}

/** The constraint's selector with the values that the pod itself has for the listed keys. A nil selector stays nil. */
function selectorOf({ labelSelector }: SpreadConstraint, keys: readonly string[], podLabels: Labels): SpreadSelector {
  const { invalid } = compileSelector(labelSelector);
  if (invalid !== undefined) {
    const hint = 'correct the labelSelector of the constraint';
    throw new PlimsollError('SELECTOR', invalid, { path: 'spec.topologySpreadConstraints', hint });
  }
  if (labelSelector === undefined) return { empty: false, requirements: undefined, matches: () => false };
  const own = [...new Set(keys)].filter((key) => podLabels.has(key));
  const pinned = own.map((key) => ({ key, operator: 'In', values: [podLabels.get(key) as string] }));
  return fromRequirements([...pinned, ...labelSelector.requirements]);
}

/** Requirements that have been checked, or that upstream does not check (maps of Services, labels of the pod). */
function fromRequirements(requirements: readonly Requirement[]): SpreadSelector {
  return {
    empty: requirements.length === 0,
    requirements,
    matches: (labels) => requirements.every((requirement) => requirementMatches(requirement, labels)),
  };
}

/** Whether the pods of the node count for the constraint. `template` is the pod to be placed. */
export function countsNode(constraint: Constraint, template: PodTemplate, node: Node, semantics: Semantics): boolean {
  if (constraint.honorAffinity && !requiredNodeAffinityMatches(template, node)) return false;
  if (!constraint.honorTaints) return true;
  const comparison = semantics.gates.TaintTolerationComparisonOperators;
  return untoleratedTaint(node.taints, template.tolerations, REPELLING_EFFECTS, comparison) === undefined;
}

export function hasAllKeys(node: Node, constraints: readonly Constraint[]): boolean {
  return constraints.every((constraint) => node.labels.has(constraint.topologyKey));
}

/**
 * Counts, for one constraint and one namespace, the pods of a node: those of the namespace that are not terminating and
 * that the selector matches. Remembers its verdict per template.
 */
export function podCounter({ selector }: Constraint, namespace: string): (node: NodeView) => number {
  if (selector.empty) return () => 0;
  const verdicts = new Map<PodTemplate, boolean>();
  const counts = (template: PodTemplate): boolean => {
    let verdict = verdicts.get(template);
    if (verdict === undefined) {
      verdict = template.namespace === namespace && selector.matches(template.labels);
      verdicts.set(template, verdict);
    }
    return verdict;
  };
  return (node) => {
    let count = 0;
    for (const pod of node.pods) if (counts(pod.template) && !pod.terminating) count++;
    return count;
  };
}
