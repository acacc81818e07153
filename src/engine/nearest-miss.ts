import type { NearestMiss } from '../model/results.ts';
import type { NodeView } from '../rules/view.ts';
import { type PreparedFilters, withNominatedPods } from './cycle.ts';
import { type Change, changesFor } from './nearest-miss-changes.ts';

/**
 * For every given node that is not feasible the smallest changes that would let the pod fit, the nodes that are nearest to
 * it first. Runs all rules on each node, because several may refuse it at once. O(nodes · rules).
 */
export function nearestMisses(filters: PreparedFilters, nodes: readonly NodeView[]): readonly NearestMiss[] {
  return nodes
    .map((node) => ({ node, changes: changesOn(filters, node) }))
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => effortOf(a.changes) - effortOf(b.changes) || a.node.row - b.node.row)
    .map(({ node, changes }) => ({ node: node.node.name, changes: [...new Set(changes.map(({ text }) => text))] }));
}

/** With the nominated pods on the node, if that is where it fails. */
function changesOn(filters: PreparedFilters, node: NodeView): readonly Change[] {
  const first = withNominatedPods(filters, node);
  const changes = first ? changesIn(first.filters, first.node) : [];
  return changes.length > 0 ? changes : changesIn(filters, node);
}

function changesIn(filters: PreparedFilters, node: NodeView): readonly Change[] {
  return changesFor(filters.refusals(node), filters.pod, node, filters.cluster);
}

function effortOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { effort }) => sum + effort, 0);
}
