/** Room on nodes that are there, for bounds. */
import type { Settings } from '../engine/options.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ClusterView } from '../rules/view.ts';
import { type Groups, groupPods, roomOf } from './buy-demands.ts';
import type { Problem, Shape } from './buy-problem.ts';

/**
 * The purchase with one more shape, free of charge and there once: all room that nodes have left for pods that fit on one of them. Pods of which the
 * scheduler finds no node may still fit on some: rules that ask who else is there may let them in later. A plan that uses these nodes as well as it can
 * uses no more than this. O(sets of constraints · nodes + groups).
 */
export function withFreeRoom(problem: Problem, groups: Groups, snapshot: Snapshot, settings: Settings): Problem {
  if (snapshot.nodes.length === 0) return problem;
  const view = ClusterView.of(snapshot, settings.semantics);
  const { allowed, room } = freeRoom(groups, view, settings);
  if (!allowed.includes(1)) return problem;
  const shape: Shape = { offers: [], price: 0, room, limit: problem.limits.length };
  return {
    ...problem,
    shapes: [...problem.shapes, shape],
    limits: [...problem.limits, 1],
    demands: problem.demands.map((demand, i) => ({ ...demand, allowed: Uint8Array.from([...demand.allowed, allowed[i] as number]) })),
  };
}

function freeRoom({ groups, dimensions }: Groups, view: ClusterView, settings: Settings): { allowed: number[]; room: Float64Array } {
  const rooms = view.nodes.map((node) => roomOf(node, dimensions));
  const room = new Float64Array(dimensions.length);
  const used = new Uint8Array(view.nodes.length);
  const opens = new Map<Uint8Array, Uint8Array>();
  const allowed = groups.map(({ pods, amounts, allowed: door }) => {
    // Groups that share the array share their constraints.
    let open = opens.get(door);
    if (!open) {
      const [first] = pods;
      open = (first && groupPods([first], view, settings).groups[0]?.allowed) ?? new Uint8Array(view.nodes.length);
      opens.set(door, open);
    }
    let fits = 0;
    for (const [i, free] of rooms.entries()) {
      if (open[i] === 0 || !dimensions.every((name, r) => (amounts.get(name) ?? 0) <= (free[r] as number))) continue;
      fits = 1;
      used[i] = 1;
    }
    return fits;
  });
  for (const [i, free] of rooms.entries())
    if (used[i] === 1) for (let r = 0; r < room.length; r++) room[r] = (room[r] as number) + Math.max(0, free[r] as number);
  return { allowed, room };
}
