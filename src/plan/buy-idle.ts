/** Nodes that are bought and used by nobody, where some pods find no place whatever is bought. */
import type { Placed, Placer, Purchase } from './buy-place.ts';

/** Purchases that are tried without the idle nodes of the one before. */
const ROUNDS_MAX = 5;

/**
 * The purchase without the nodes on which no pod is that waits, as long as the scheduler places as many without them. A purchase that grew for pods
 * that nothing helps (affinity to what runs nowhere) would keep all nodes that were tried for these otherwise. Complete ones stay as they are.
 */
export async function withoutIdleNodes(placer: Placer, placed: Placed): Promise<Placed> {
  let best = placed;
  for (let round = 0; round < ROUNDS_MAX && !best.complete; round++) {
    const purchase = usedOnly(best);
    if (purchase.every((count, offer) => count === best.purchase[offer])) break;
    const next = await placer.place(purchase);
    if (next.unplaced.length > best.unplaced.length || next.schedule.preemptions.length > best.schedule.preemptions.length) break;
    // Where no node is left nobody says why.
    best = next.nodes.length === 0 ? { ...next, messages: best.messages } : next;
  }
  return best;
}

function usedOnly({ purchase, nodes, schedule }: Placed): Purchase {
  const used = new Set(schedule.placements.map(({ node }) => node));
  const left = purchase.slice();
  for (const { node, offer } of nodes) if (!used.has(node.name)) left[offer] = (left[offer] as number) - 1;
  return left;
}
