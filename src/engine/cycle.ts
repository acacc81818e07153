import { type Pod, podKey } from '../model/pod.ts';
import { type AnyPlainRule, type Prepared, type Status, unresolvable } from '../rules/rule.ts';
import type { ClusterView, NodeView } from '../rules/view.ts';
import type { BoundRule, PreemptionArgs, ResolvedProfile } from './resolved-profile.ts';

/** A status with the plugin that gave it; '' for the narrowing of several PreFilters to nothing, which none of them gave. */
export interface Rejection {
  readonly plugin: string;
  readonly status: Status;
}

/** A filter rule with what its PreFilter has prepared for one pod. */
export interface PreparedRule extends BoundRule {
  readonly state: unknown;
}

/** A prepared rule that refuses a node. */
export interface Refusal {
  readonly prepared: PreparedRule;
  readonly status: Status;
}

/**
 * The filters of one scheduling cycle, ready to run on any node: the reference for every decision and what preemption's
 * dry runs modify. Rules that skip themselves are left out; they see no nominated pods and no victims (specification Q6).
 */
export class PreparedFilters {
  readonly pod: Pod;
  readonly cluster: ClusterView;
  /** In filter order. */
  readonly rules: readonly PreparedRule[];

  constructor(pod: Pod, cluster: ClusterView, rules: readonly PreparedRule[]) {
    this.pod = pod;
    this.cluster = cluster;
    this.rules = rules;
  }

  /** A copy whose `podAdded` and `podRemoved` leave this one alone. */
  clone(): PreparedFilters {
    const rules = this.rules.map((prepared) => {
      const { rule, state } = prepared;
      return rule.cloneState ? { ...prepared, state: rule.cloneState(state) } : prepared;
    });
    return new PreparedFilters(this.pod, this.cluster, rules);
  }

  /** `other` has just been added to `node`. */
  podAdded(other: Pod, node: NodeView): void {
    for (const { rule, state, args } of this.rules) rule.podAdded?.(state, this.pod, other, node, this.cluster, args);
  }

  /** `other` has just been removed from `node`. */
  podRemoved(other: Pod, node: NodeView): void {
    for (const { rule, state, args } of this.rules) rule.podRemoved?.(state, this.pod, other, node, this.cluster, args);
  }

  /** The first rule that refuses the node as it stands; undefined = feasible. */
  check(node: NodeView): Rejection | undefined {
    for (const prepared of this.rules) {
      const status = this.statusOf(prepared, node);
      if (status) return { plugin: prepared.rule.name, status };
    }
    return undefined;
  }

  /** Every rule that refuses the node as it stands. */
  refusals(node: NodeView): readonly Refusal[] {
    return this.rules.flatMap((prepared) => {
      const status = this.statusOf(prepared, node);
      return status ? [{ prepared, status }] : [];
    });
  }

  private statusOf({ rule, state, args }: PreparedRule, node: NodeView): Status | undefined {
    return rule.accepts?.(state, this.pod, node, this.cluster, args);
  }
}

/** The filters with a node and its changed copy, as `withNominatedPods` returns them. */
export interface Pass {
  readonly filters: PreparedFilters;
  readonly node: NodeView;
}

/** The pods promised to the node that the pod has to respect: those of its priority or more. */
export function nominatedOn(node: NodeView, pod: Pod, cluster: ClusterView): readonly Pod[] {
  const nominated = cluster.nominated.get(node.node.name) ?? [];
  const key = podKey(pod);
  return nominated.filter((other) => other.template.priority >= pod.template.priority && podKey(other) !== key);
}

/**
 * The first of upstream's two passes: the node as if the pods nominated to it with the pod's priority or more were on it
 * already. Undefined when there are none: then one pass is all.
 */
export function withNominatedPods(filters: PreparedFilters, node: NodeView): Pass | undefined {
  const counted = nominatedOn(node, filters.pod, filters.cluster);
  if (counted.length === 0) return undefined;
  const pass = { filters: filters.clone(), node: node.clone() };
  for (const other of counted) {
    pass.node.addPod(other);
    pass.filters.podAdded(other, pass.node);
  }
  return pass;
}

/** RunFilterPluginsWithNominatedPods: the node must pass with the nominated pods on it and without them. Undefined = feasible. */
export function filterNode(filters: PreparedFilters, node: NodeView): Rejection | undefined {
  const first = withNominatedPods(filters, node);
  return first?.filters.check(first.node) ?? filters.check(node);
}

/** What PreFilter has found out (specification 4.1). */
export interface PreFilterOutcome {
  /** The whole cluster refuses the pod. */
  readonly rejection?: Rejection;
  /** Absent when PreFilter stopped early (UnschedulableAndUnresolvable): later rules never saw the pod. */
  readonly filters?: PreparedFilters;
  /** Only these nodes can be feasible; absent = all. */
  readonly nodeNames?: ReadonlySet<string>;
  /** Plugins that named nodes, sorted. */
  readonly narrowedBy: readonly string[];
}

type AnyPrepared = Prepared<unknown>;

/** RunPreFilterPlugins. O(nodes + pods) for rules that count pods. */
export function runPreFilter(pod: Pod, cluster: ClusterView, profile: ResolvedProfile): PreFilterOutcome {
  const results = new Map<string, AnyPrepared>();
  const narrowedBy: string[] = [];
  let nodeNames: ReadonlySet<string> | undefined;
  let rejection: Rejection | undefined;
  for (const bound of profile.preFilter) {
    const { rule } = bound;
    const result = prepare(bound, pod, cluster);
    results.set(rule.name, result);
    if (result.kind === 'skip') continue;
    if (result.kind === 'status') {
      rejection = { plugin: rule.name, status: result.status };
      if (result.status.code === 'UnschedulableAndUnresolvable') return { rejection, narrowedBy: [] };
      continue;
    }
    if (!result.nodeNames) continue;
    narrowedBy.push(rule.name);
    nodeNames = nodeNames ? intersection(nodeNames, result.nodeNames) : result.nodeNames;
    if (nodeNames.size === 0) return { rejection: { plugin: '', status: emptyIntersection(narrowedBy) }, narrowedBy: narrowedBy.sort() };
  }
  const filters = new PreparedFilters(pod, cluster, preparedRules(profile, results, pod, cluster));
  return { filters, narrowedBy: narrowedBy.sort(), ...(rejection ? { rejection } : {}), ...(nodeNames ? { nodeNames } : {}) };
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)));
}

function prepare({ rule, args }: BoundRule, pod: Pod, cluster: ClusterView): AnyPrepared {
  return rule.prepareFilter?.(pod, cluster, args) ?? { kind: 'state', state: undefined };
}

/** A filter that is enabled without its PreFilter is prepared all the same, where upstream would fail the cycle. */
function preparedRules(
  profile: ResolvedProfile,
  results: ReadonlyMap<string, AnyPrepared>,
  pod: Pod,
  cluster: ClusterView,
): PreparedRule[] {
  return profile.filter.flatMap((bound): PreparedRule[] => {
    const prepared = preparedAs(bound, results.get(bound.rule.name) ?? prepare(bound, pod, cluster));
    return prepared ? [prepared] : [];
  });
}

function preparedAs(bound: BoundRule, result: AnyPrepared): PreparedRule | undefined {
  if (result.kind === 'skip') return undefined;
  if (result.kind === 'state') return { ...bound, state: result.state };
  return { ...bound, rule: refusing(bound.rule, result.status), state: undefined };
}

/** One rule by itself, ready to run on any node; undefined when it skips itself. */
export function prepareRule(bound: BoundRule, pod: Pod, cluster: ClusterView): PreparedRule | undefined {
  return preparedAs(bound, prepare(bound, pod, cluster));
}

/** Stands for a rule whose PreFilter said Unschedulable: no node passes it, whatever is removed. */
function refusing(rule: AnyPlainRule, status: Status): AnyPlainRule {
  return { name: rule.name, accepts: () => status };
}

function emptyIntersection(plugins: readonly string[]): Status {
  if (plugins.length === 1) return unresolvable(`node(s) didn't satisfy plugin ${plugins[0]}`);
  return unresolvable(`node(s) didn't satisfy plugin(s) ${goList([...plugins].sort())} simultaneously`);
}

/**
 * The status of the nodes that PreFilter's node names leave out. A plugin that has just refused the pod's nominated node stands in the list too:
 * upstream keeps one set for both (schedule_one.go findNodesThatFitPod).
 */
export function narrowedAway({ narrowedBy }: Pick<PreFilterOutcome, 'narrowedBy'>, nominatedRefusal?: Rejection): Status {
  const plugins = nominatedRefusal ? [...new Set([...narrowedBy, nominatedRefusal.plugin])].sort() : narrowedBy;
  return unresolvable(`node(s) didn't satisfy plugin(s) ${goList(plugins)}`);
}

/** Go's `%v` of a string slice. */
function goList(items: readonly string[]): string {
  return `[${items.join(' ')}]`;
}

/** Everything that PostFilter is told about an attempt in which no node was feasible (upstream Diagnosis.NodeToStatus). */
export interface FailedAttempt {
  readonly pod: Pod;
  readonly cluster: ClusterView;
  readonly profile: ResolvedProfile;
  /** Absent when PreFilter stopped early; then `absent` is UnschedulableAndUnresolvable. */
  readonly filters?: PreparedFilters;
  /** Status of each examined node by row. */
  readonly rejections: ReadonlyMap<number, Rejection>;
  /** Status of every other node. */
  readonly absent: Status;
}

/** Result of DefaultPreemption. */
export interface PreemptionOutcome {
  /** The nominated node, when pods are evicted. */
  readonly node?: string;
  /** Upstream's text with its prefix `preemption: `; '' when pods are evicted, up to 1.36. */
  readonly message: string;
  /** The text is that of an error, which upstream reports alone. */
  readonly failed?: boolean;
}

/** DefaultPreemption on a failed attempt. */
export type Preempt = (attempt: FailedAttempt, args: PreemptionArgs) => PreemptionOutcome;
