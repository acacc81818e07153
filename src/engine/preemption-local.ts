import type { Pod } from '../model/pod.ts';
import type { ClusterView, NodeView } from '../rules/view.ts';
import type { PodClass } from './classes.ts';
import { nominatedOn, PreparedFilters, prepareRule, type Rejection, withNominatedPods } from './cycle.ts';

/** Filters whose answer about a node depends on the pod's template, on that node and on the pods on it alone. */
export const LOCAL_FILTERS: ReadonlySet<string> = new Set([
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
]);

/**
 * Whether every filter that can refuse the class somewhere is local, whatever becomes of the pods on nodes: other rules have compiled to nothing,
 * which they do only for templates that they pass over, and a term of another pod that could change that compiles the class anew.
 */
export function isLocal(cls: PodClass): boolean {
  if (cls.refused || cls.hostFilters.length > 0) return false;
  return cls.codes.every(({ rule, status }) => (rule === '' || LOCAL_FILTERS.has(rule)) && status.failure !== true);
}

/** The filters of a local class, for one pod of it. Costs no look at the cluster, unlike PreFilter. */
export function localFilters(cls: PodClass, pod: Pod, cluster: ClusterView): PreparedFilters {
  const bound = cls.profile.filter.filter(({ rule }) => LOCAL_FILTERS.has(rule.name));
  return new PreparedFilters(
    pod,
    cluster,
    bound.flatMap((one) => prepareRule(one, pod, cluster) ?? []),
  );
}

/** The first of upstream's two passes: why the pod is refused on a node with the pods that it is promised to; undefined = it is not. */
export function refusalBesidePromised(filters: PreparedFilters, node: NodeView): Rejection | undefined {
  if (nominatedOn(node, filters.pod, filters.cluster).length === 0) return undefined;
  const pass = withNominatedPods(filters, node);
  return pass?.filters.check(pass.node);
}
