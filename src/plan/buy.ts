import { assert } from '../base/assert.ts';
import { secondsNow } from '../base/clock.ts';
import { PlimsollError } from '../base/errors.ts';
import { type EngineOptions, resolveOptions, type Settings } from '../engine/options.ts';
import { provenanceOf } from '../engine/provenance.ts';
import type { Buy, BuyPlacement } from '../model/buy-results.ts';
import { type Catalogue, formatPrice } from '../model/catalogue.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { groupPods, problemOf, viewOfOffers } from './buy-demands.ts';
import { withFreeRoom } from './buy-free-room.ts';
import { withoutIdleNodes } from './buy-idle.ts';
import { impossiblePods } from './buy-impossible.ts';
import { type Offer, offersOf } from './buy-offers.ts';
import { pack } from './buy-pack.ts';
import { type Placed, Placer } from './buy-place.ts';
import { boughtNodes } from './buy-report.ts';
import { packPurchase, purchaseOf, searchPurchase } from './buy-search.ts';
import { boundsOf, dimensionPrices, packings } from './buy-solve.ts';
import { spreadGroups } from './buy-spread.ts';
import { afterPurchase } from './buy-states.ts';
import { type Workload, withManifests, withoutPods, workloadOf } from './buy-workload.ts';
import { withPrograms } from './linear-program.ts';
import type { PodManifest } from './pod-templates.ts';
import type { Watched } from './states.ts';

export interface BuyOptions extends EngineOptions, Watched {
  /** Pods that are not in the snapshot, with their copies. */
  readonly podspec?: readonly PodManifest[];
  /**
   * `packed` (default): each pod is promised the node where the plan has it, and the scheduler checks it with every rule. `configured`: the scheduler as
   * configured finds all places by itself, which takes more room.
   */
  readonly placement?: BuyPlacement;
}

/**
 * Which nodes of a catalogue to add at least cost so that every pod that waits has a node, and what no plan can be under.
 *
 * Pods with room on the nodes that are there are placed first. For the others a configuration program over contents of nodes (HiGHS) gives a lower
 * bound and purchases worth trying; each is then given to the scheduler as configured, with the pods of DaemonSets on every new node, and nodes are
 * added or taken away until it places everything and nothing cheaper is found. The search is bounded by numbers of decisions, never by time.
 *
 * @throws PlimsollError NOT_FOUND for profiles, FIELD for DaemonSets, and what `podsOfManifests` and `resolveOptions` throw.
 */
export async function buy(snapshot: Snapshot, catalogue: Catalogue, options: BuyOptions = {}): Promise<Buy> {
  const started = secondsNow();
  const { podspec = [], placement = 'packed', onStates, ...engineOptions } = options;
  if (!Array.isArray(catalogue?.types))
    throw new PlimsollError('USAGE', 'is no catalogue', { path: 'catalogue', hint: 'readCatalogue reads one' });
  const settings = resolveOptions(engineOptions);
  const offers = offersOf(catalogue, snapshot);
  const workload = await workloadOf(withManifests(snapshot, podspec), engineOptions, settings);
  const view = viewOfOffers(offers, workload.snapshot, settings);
  const groups = groupPods(workload.wanted, view, settings);
  const problem = problemOf(groups, offers, view);
  const hopeless = new Set(groups.groups.filter((_, i) => problem.demands[i]?.allowed.every((open) => open === 0)));
  const possible = { ...groups, groups: groups.groups.filter((group) => !hopeless.has(group)) };
  const gone = new Set([...hopeless].flatMap(({ pods }) => pods));
  const wanted = workload.wanted.filter((pod) => !gone.has(pod));
  const base = withoutPods(workload.snapshot, gone);
  const found = await solve({ ...workload, snapshot: base, wanted }, possible, offers, { engineOptions, placement, settings });
  onStates?.({ before: workload.snapshot, after: afterPurchase(workload.snapshot, found.placed, offers) });
  const impossible = impossiblePods(
    [...hopeless].map(({ pods }) => pods),
    found.placed,
    () => afterPurchase(workload.snapshot, found.placed, offers),
    view,
    offers,
    settings,
  );
  const { bound, cost } = found;
  return {
    apiVersion: API_VERSION,
    kind: 'Buy',
    provenance: provenanceOf(settings, snapshot.hash),
    complete: impossible.length === 0 && (found.placed?.complete ?? true),
    currency: catalogue.currency,
    cost: formatPrice(cost),
    ...(bound === undefined ? {} : { bound: formatPrice(bound) }),
    ...gapOf(cost, bound),
    nodes: boughtNodes(found.placed, offers, settings, base),
    placement,
    placedBy: settings.profiles
      .map(({ schedulerName }) => schedulerName)
      .filter((name) => wanted.some(({ template }) => template.schedulerName === name)),
    ...(found.packing
      ? { packing: { nodes: found.packing.nodes, cost: formatPrice(found.packing.cost), ...gapOf(found.packing.cost, bound) } }
      : {}),
    ...(found.unaided === undefined ? {} : { unaided: { waiting: found.unaided } }),
    placements: found.placed?.schedule.placements ?? [],
    impossible,
    summary: {
      nodesBefore: snapshot.nodes.length,
      nodesBought: found.placed?.nodes.length ?? 0,
      pending: workload.wanted.length,
      placed: wanted.length - (found.placed?.unplaced.length ?? 0),
      offers: offers.length,
      seconds: secondsNow() - started,
    },
    notModelled: [...snapshot.notModelled, ...settings.warnings, ...workload.notes, ...found.notes],
  };
}

const SPREAD_NOTE =
  'Pods with hard topology spread are planned over all domains on offer; the bound holds for plans with fewer too, which the scheduler accepts.';

interface Found {
  /** Undefined: nothing is to be placed. */
  readonly placed: Placed | undefined;
  readonly cost: bigint;
  readonly bound: bigint | undefined;
  readonly packing?: { readonly nodes: number; readonly cost: bigint } | undefined;
  /** Pods that wait where nobody promises them a node; undefined: nobody has. */
  readonly unaided?: number | undefined;
  readonly notes: readonly string[];
}

type Possible = ReturnType<typeof groupPods>;

interface How {
  readonly engineOptions: EngineOptions;
  readonly placement: BuyPlacement;
  readonly settings: Settings;
}

async function solve(workload: Workload, groups: Possible, offers: readonly Offer[], how: How): Promise<Found> {
  const { engineOptions, placement, settings } = how;
  const { snapshot, wanted } = workload;
  if (wanted.length === 0) return { placed: undefined, cost: 0n, bound: 0n, notes: [] };
  const view = viewOfOffers(offers, snapshot, settings);
  const even = spreadGroups(groups, offers, snapshot, settings, 'even');
  const problem = problemOf(even, offers, view);
  const least = spreadGroups(groups, offers, snapshot, settings, 'least');
  const floor = withFreeRoom(problemOf(least, offers, view), least, snapshot, settings);
  const placer = new Placer(snapshot, offers, wanted, engineOptions);
  return withPrograms(async (make) => {
    const bounds = boundsOf(problem, make);
    const untouched = (split: Possible) =>
      split.groups.length === groups.groups.length && split.groups.every((group, i) => group === groups.groups[i]);
    const same = floor.shapes.length === problem.shapes.length && untouched(least) && untouched(even);
    const lower = same ? bounds : boundsOf(floor, make);
    const parts = { problem, groups: even, offers, bounds, placer };
    const packed = packings(problem, bounds.columns, make, bounds.bound);
    const best = await packPurchase(parts, packed, make);
    const found = placement === 'packed' ? best : await searchPurchase(parts, packed, make);
    // Where limits forbid that all have a node, as many as a quick packing can serve.
    const tried = found ?? (await placer.place(purchaseOf(parts, pack(problem, dimensionPrices(problem, make)).counts)));
    const placed = await withoutIdleNodes(placer, tried);
    const cost = costOfNodes(placed, offers);
    assert(!placed.complete || (lower.bound !== undefined && lower.bound <= cost), 'no plan costs less than the bound');
    const packing = best?.complete ? { nodes: best.nodes.length, cost: costOfNodes(best, offers) } : undefined;
    const unaided = placement === 'packed' && placed.complete ? (await placer.place(placed.purchase)).unplaced.length : undefined;
    // A plan for fewer pods may cost less.
    return {
      placed,
      cost,
      bound: placed.complete ? lower.bound : undefined,
      packing,
      unaided,
      notes: untouched(even) ? [] : [SPREAD_NOTE],
    };
  });
}

function costOfNodes({ nodes }: Placed, offers: readonly Offer[]): bigint {
  return nodes.reduce((sum, { offer }) => sum + (offers[offer] as Offer).row.price, 0n);
}

function gapOf(cost: bigint, bound: bigint | undefined): { gapPercent?: number } {
  return bound === undefined ? {} : { gapPercent: gapPercent(cost, bound) };
}

/** In percent of the bound, rounded up to hundredths. */
function gapPercent(cost: bigint, bound: bigint): number {
  if (cost <= bound) return 0;
  return bound === 0n ? 100 : Number(((cost - bound) * 10_000n + bound - 1n) / bound) / 100;
}
