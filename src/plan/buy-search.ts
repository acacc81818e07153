/** From bounds and packings to a purchase with which the scheduler places everything. */

import { type Pod, podKey } from '../model/pod.ts';
import { roomCuts, wholeNodes } from './buy-bound.ts';
import type { Groups } from './buy-demands.ts';
import { evenFleet, wasteful } from './buy-fleet.ts';
import type { Offer } from './buy-offers.ts';
import { type Packing, pack } from './buy-pack.ts';
import type { Placed, Placer, Purchase, Targets } from './buy-place.ts';
import { type Counts, costOf, type Problem, type Shape, within } from './buy-problem.ts';
import { type Bounds, dimensionPrices, type MakeProgram } from './buy-solve.ts';

export interface SearchParts {
  readonly problem: Problem;
  readonly groups: Groups;
  readonly offers: readonly Offer[];
  readonly bounds: Bounds;
  readonly placer: Placer;
}

/** Room that each node is taken to leave unused, in pods of a large size. */
const WASTES = [0, 0.15, 0.3, 0.45, 0.6, 0.8, 1, 1.3, 1.7, 2.2];
/** Times that nodes are added for pods without a node. */
const REPAIRS_MAX = 30;
/** Decisions that the search for cheaper nodes may take, and decisions after which no more slack is tried. */
const DECISIONS_MAX = 300_000;

const PODS_MANY = 5000;

/** Numbers of nodes worth trying, cheapest first and none twice. */
function candidates({ problem, bounds }: SearchParts, packed: readonly Packing[], make: MakeProgram): Counts[] {
  const found = packed.map(({ counts }) => counts);
  if (bounds.counts) found.push(bounds.counts);
  for (const waste of WASTES) {
    const { counts } = wholeNodes(problem, roomCuts(wasteful(problem, waste)), make, { nodesMax: 8 });
    if (counts) found.push(counts);
  }
  const unique = [...new Map(found.map((counts) => [counts.join(), counts])).values()].filter((counts) => within(problem, counts));
  return unique
    .map((counts) => ({ counts, cost: costOf(problem, counts) }))
    .sort((a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0))
    .map(({ counts }) => counts);
}

/**
 * The cheapest purchase found with which the scheduler as configured places all: candidates in order of cost, each repaired by further nodes for what
 * is left over, the best then made cheaper node by node. Every purchase that counts has been placed by the scheduler itself.
 */
export async function searchPurchase(parts: SearchParts, packed: readonly Packing[], make: MakeProgram): Promise<Placed | undefined> {
  const { problem, placer } = parts;
  let best: Priced | undefined = await leanest(parts, make);
  let nearest: Placed | undefined;
  const pods = problem.demands.reduce((sum, { count }) => sum + count, 0);
  // Of very many pods every purchase takes long to place, and the fleet is large enough to be even.
  const tried = best && pods > PODS_MANY ? [] : candidates(parts, packed, make);
  for (const counts of tried) {
    if (best && (costOf(problem, counts) >= best.cost || placer.decisions > DECISIONS_MAX)) break;
    const found = await repaired(parts, counts, make, best?.cost);
    if (found.placed.complete) {
      const cost = costOf(problem, found.counts);
      if (!best || cost < best.cost) best = { ...found, cost };
    } else if (!nearest || found.placed.unplaced.length < nearest.unplaced.length) nearest = found.placed;
  }
  return best ? (await improved(parts, best)).placed : nearest;
}

/**
 * The cheapest purchase found on which all pods have a place, wherever they are put: each pod is promised the node on which the packing has it, and the
 * scheduler places it there if every rule lets it in. What does not fit so is placed by the scheduler, and repaired by further nodes.
 */
export async function packPurchase(parts: SearchParts, packed: readonly Packing[], make: MakeProgram): Promise<Placed | undefined> {
  const { problem, placer } = parts;
  let best: { placed: Placed; cost: bigint } | undefined;
  let nearest: Placed | undefined;
  for (const packing of packed) {
    const cost = costOf(problem, packing.counts);
    if (best && cost >= best.cost) break;
    const first = await placer.place(...targetsOf(parts, packing));
    const found = first.complete
      ? { counts: packing.counts, placed: first }
      : await repaired(parts, packing.counts, make, best?.cost, first);
    const total = costOf(problem, found.counts);
    if (!found.placed.complete) nearest = found.placed;
    else if (!best || total < best.cost) best = { placed: found.placed, cost: total };
  }
  return best?.placed ?? nearest;
}

/** The purchase of a packing, and which pods each of its nodes is for. */
function targetsOf(parts: SearchParts, { counts, contents }: Packing): [Purchase, Targets] {
  const { problem, groups } = parts;
  const purchase = purchaseOf(parts, counts);
  // Offers of a shape are equal to the pods: their nodes are filled in order.
  const open = problem.shapes.map(({ offers }) =>
    offers.flatMap((offer) => Array.from({ length: purchase[offer] as number }, () => offer)),
  );
  const queues = groups.groups.map(({ pods }) => [...pods]);
  const targets = new Map<number, Pod[][]>();
  for (const { shape, times, demands, counts: each } of contents)
    for (let n = 0; n < times; n++) {
      const offer = open[shape]?.shift() as number;
      const pods = demands.flatMap((demand, i) => queues[demand]?.splice(0, each[i]) ?? []);
      const list = targets.get(offer);
      if (list) list.push(pods);
      else targets.set(offer, [pods]);
    }
  return [purchase, targets];
}

/** Waste that is looked at first, doubled until all pods are placed; then halvings of what lies between. */
const FIRST_WASTE = 2;
const DOUBLINGS_MAX = 4;
const HALVINGS = 4;

/** The cheapest even fleet on which the scheduler places all, by bisection over the room that nodes leave. */
async function leanest(parts: SearchParts, make: MakeProgram): Promise<Priced | undefined> {
  const { problem, placer } = parts;
  let best: Priced | undefined;
  const holds = async (waste: number): Promise<boolean> => {
    const counts = evenFleet(problem, waste, make);
    if (!counts || !within(problem, counts)) return false;
    const placed = await placer.place(purchaseOf(parts, counts));
    const cost = costOf(problem, counts);
    if (placed.complete && (!best || cost < best.cost)) best = { counts, placed, cost };
    return placed.complete;
  };
  let [low, high] = [0, FIRST_WASTE];
  for (let n = 0; !(await holds(high)); n++) {
    if (n === DOUBLINGS_MAX) return undefined;
    [low, high] = [high, high * 2];
  }
  for (let n = 0; n < HALVINGS && placer.decisions < DECISIONS_MAX; n++) {
    const middle = (low + high) / 2;
    if (await holds(middle)) high = middle;
    else low = middle;
  }
  return best;
}

interface Found {
  readonly counts: Counts;
  readonly placed: Placed;
}

interface Priced extends Found {
  readonly cost: bigint;
}

/** Further nodes for the pods that have none, until all have, nothing helps, or a purchase that is known is cheaper. */
async function repaired(parts: SearchParts, start: Counts, make: MakeProgram, ceiling: bigint | undefined, first?: Placed): Promise<Found> {
  const { problem, placer } = parts;
  let counts = start;
  let placed = first ?? (await placer.place(purchaseOf(parts, counts)));
  for (let round = 0; round < REPAIRS_MAX && !placed.complete; round++) {
    const more = nodesFor(parts, placed, counts, make);
    if (!more) break;
    const next = counts.map((count, shape) => count + (more[shape] as number));
    if (!within(problem, next) || (ceiling !== undefined && costOf(problem, next) >= ceiling)) break;
    counts = next;
    placed = await placer.place(purchaseOf(parts, counts));
  }
  return { counts, placed };
}

/** The cheapest quick packing of the pods without a node, spread over the domains where fewest of their group are. */
function nodesFor({ problem, groups }: SearchParts, { unplaced }: Placed, bought: Counts, make: MakeProgram): Counts | undefined {
  const lacking = new Set(unplaced.map(podKey));
  const demands = problem.demands.map((demand, i) => ({
    ...demand,
    count: groups.groups[i]?.pods.filter((pod) => lacking.has(podKey(pod))).length ?? 0,
  }));
  const limits = problem.limits.map((limit, l) => limit - bought.reduce((sum, n, s) => sum + (problem.shapes[s]?.limit === l ? n : 0), 0));
  const left = { ...problem, demands: demands.filter(({ count }) => count > 0), limits };
  if (left.demands.length === 0) return undefined;
  const { counts } = pack(left, dimensionPrices(left, make));
  return counts.some((count) => count > 0) ? counts : undefined;
}

/** Zones of a shape take turns: each node goes to the zone that has fewest. */
export function purchaseOf({ problem, offers }: Pick<SearchParts, 'problem' | 'offers'>, counts: Counts): Purchase {
  const purchase = new Int32Array(offers.length);
  const inZone = new Map<string | undefined, number>();
  const zoneOf = (offer: number) => offers[offer]?.zone;
  for (const [s, { offers: same }] of problem.shapes.entries())
    for (let n = 0; n < (counts[s] as number); n++) {
      const offer = same.reduce((least, other) => ((inZone.get(zoneOf(other)) ?? 0) < (inZone.get(zoneOf(least)) ?? 0) ? other : least));
      inZone.set(zoneOf(offer), (inZone.get(zoneOf(offer)) ?? 0) + 1);
      purchase[offer] = (purchase[offer] as number) + 1;
    }
  return purchase;
}

/** One node fewer, or one of a cheaper shape in its place, whatever saves most, as long as the scheduler still places all. */
async function improved(parts: SearchParts, start: Found): Promise<Found> {
  const { problem, placer } = parts;
  let best = start;
  for (let again = true; again; ) {
    again = false;
    for (const counts of cheaperNeighbours(problem, parts.bounds, best.counts)) {
      if (placer.decisions > DECISIONS_MAX) return best;
      const placed = await placer.place(purchaseOf(parts, counts));
      if (!placed.complete) continue;
      best = { counts, placed };
      again = true;
      break;
    }
  }
  return best;
}

function cheaperNeighbours(problem: Problem, { cuts }: Bounds, counts: Counts): Counts[] {
  const { shapes } = problem;
  const enough = (next: Counts) =>
    cuts.every(({ gives, needs }) => next.reduce((sum, count, s) => sum + count * (gives[s] as number), 0) >= needs);
  const found: { counts: Counts; saved: number }[] = [];
  for (const [s, count] of counts.entries()) {
    if (count === 0) continue;
    const fewer = counts.slice();
    fewer[s] = count - 1;
    const { price } = shapes[s] as Shape;
    if (price > 0) found.push({ counts: fewer, saved: price });
    for (const [t, other] of shapes.entries()) {
      if (other.price >= price) continue;
      const next = fewer.slice();
      next[t] = (next[t] as number) + 1;
      found.push({ counts: next, saved: price - other.price });
    }
  }
  return found
    .filter(({ counts: next }) => enough(next) && within(problem, next))
    .sort((a, b) => b.saved - a.saved)
    .map(({ counts: next }) => next);
}
