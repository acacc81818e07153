import { amountOf, type ResourceVector } from '../../model/resources.ts';
import type { PackedPod } from './packing.ts';
import type { PackingPods, PackingResource } from './packing-data.ts';

/** Names of one node's pods that anybody reads. */
const PER_NODE_MAX = 60;
/** About 50 bytes each: five megabytes of names at most. */
const LISTED_MAX = 100_000;

/** The pods that the page names: of each node those that change place first, then the largest. O(pods log pods). */
export function listedPods(packed: readonly PackedPod[], nodes: number, resources: readonly PackingResource[]): PackingPods {
  const perNode = Math.max(1, Math.min(PER_NODE_MAX, perNodeWithin(packed, nodes)));
  const listed = choose(packed, nodes, perNode, resources);
  const namespaces = new Map<string, number>();
  const shapes = new Map<ResourceVector, number>();
  const codeOf = <Key>(codes: Map<Key, number>, key: Key): number => {
    const code = codes.get(key) ?? codes.size;
    codes.set(key, code);
    return code;
  };
  const namespace = listed.map(({ pod }) => codeOf(namespaces, pod.namespace));
  const shape = listed.map(({ usage }) => codeOf(shapes, usage));
  const states = packed[0]?.at.length ?? 0;
  return {
    namespaces: [...namespaces.keys()],
    shapes: [...shapes.keys()].map((usage) => resources.slice(0, -1).map(({ name }) => Number(amountOf(usage, name)))),
    namespace,
    name: listed.map(({ pod }) => pod.name),
    shape,
    at: Array.from({ length: states }, (_, state) => listed.map(({ at }) => at[state] as number)),
    perNode,
    unlisted: packed.length - listed.length,
  };
}

/** The most pods of each node such that no more than the bound are listed. */
function perNodeWithin(packed: readonly PackedPod[], nodes: number): number {
  const counts = new Array<number>(nodes).fill(0);
  for (const { at } of packed) for (const row of new Set(at)) if (row >= 0) counts[row] = (counts[row] as number) + 1;
  let most = PER_NODE_MAX;
  while (most > 1 && counts.reduce((sum, count) => sum + Math.min(count, most), 0) > LISTED_MAX) most--;
  return most;
}

function choose(packed: readonly PackedPod[], nodes: number, perNode: number, resources: readonly PackingResource[]): PackedPod[] {
  const totals = resources.slice(0, -1).map(({ name, offered }) => ({ name, total: offered.reduce((sum, amount) => sum + amount, 0) }));
  const sizes = new Map<ResourceVector, number>();
  for (const { usage } of packed) {
    if (sizes.has(usage)) continue;
    sizes.set(usage, Math.max(0, ...totals.map(({ name, total }) => (total > 0 ? Number(amountOf(usage, name)) / total : 0))));
  }
  const moves = ({ at }: PackedPod) => (at[0] === at[at.length - 1] ? 0 : 1);
  const ranked = [...packed].sort((a, b) => moves(b) - moves(a) || (sizes.get(b.usage) as number) - (sizes.get(a.usage) as number));
  const room = Array.from({ length: packed[0]?.at.length ?? 0 }, () => new Array<number>(nodes).fill(perNode));
  return ranked.filter(({ at }) => {
    let shown = false;
    for (const [state, row] of at.entries()) {
      const left = row < 0 ? 0 : (room[state] as number[])[row];
      if (!left) continue;
      (room[state] as number[])[row] = left - 1;
      shown = true;
    }
    return shown;
  });
}
