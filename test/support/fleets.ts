import { Prng } from '../../src/base/prng.ts';
import { drawConfiguration } from './fleet-config.ts';
import { Draw, FEATURES, type Feature, type RawItem } from './fleet-draw.ts';
import { drawNodes } from './fleet-nodes.ts';
import { drawObjects, usedNamespaces } from './fleet-objects.ts';
import { drawPods } from './fleet-pods.ts';
import { drawStorage } from './fleet-volumes.ts';

export { FEATURES, type Feature, type RawItem } from './fleet-draw.ts';

export interface HardClusterOptions {
  /** Most nodes, default 300; most seeds draw far fewer. */
  readonly maxNodes?: number;
  /** Least nodes, default 1; at most `maxNodes`. */
  readonly minNodes?: number;
  /** Most pods, bound and pending together, default 200. */
  readonly maxPods?: number;
  /** Most pending pods, default 12. */
  readonly maxPending?: number;
  /** Features to switch on or off whatever the seed says. */
  readonly features?: Readonly<Partial<Record<Feature, boolean>>>;
}

export interface HardCluster {
  readonly seed: number;
  /** A v1 List, valid for `readSnapshot` with and without `defaults`. Nodes are mixed among the other objects; their order is snapshot order. */
  readonly list: { readonly apiVersion: 'v1'; readonly kind: 'List'; readonly items: readonly RawItem[] };
  /** A KubeSchedulerConfiguration v1. Every pending pod names one of its profiles. */
  readonly config: RawItem;
  /** Names of the profiles. */
  readonly profiles: readonly string[];
  readonly features: ReadonlySet<Feature>;
}

/**
 * A small cluster full of edge cases, drawn from a seed: first which features exist, then sizes, then objects. The same
 * seed and options give the same cluster. Everything is valid Kubernetes except that selectors may be empty or nil,
 * objects that pods name may be missing and nodes may be overcommitted.
 */
export function hardCluster(seed: number, options: HardClusterOptions = {}): HardCluster {
  const prng = new Prng(seed);
  const features = drawFeatures(prng.fork(), options.features ?? {});
  const draw = new Draw(prng.fork(), features);
  const nodeCount = Math.max(options.minNodes ?? 1, drawSize(draw, options.maxNodes ?? 300));
  const { config, profiles } = drawConfiguration(draw);
  const nodes = drawNodes(draw, nodeCount);
  const nodeNames = nodes.map((node) => (node.metadata as { readonly name: string }).name);
  const storage = drawStorage(draw, usedNamespaces(draw), nodeNames);
  const budget = options.maxPods ?? 200;
  const pending = Math.min(budget, draw.prng.between(1, options.maxPending ?? 12));
  const bound = Math.min(budget - pending, draw.prng.below(4 * nodeCount + 1));
  const pods = drawPods(draw, { bound, pending, templates: draw.prng.between(1, 8), nodeNames, storage, profiles });
  const others = [...drawObjects(draw), ...storage.items];
  const items = draw.prng.chance(1, 2) ? [...others, ...nodes, ...pods] : interleave(draw, [others, nodes, pods]);
  return { seed, list: { apiVersion: 'v1', kind: 'List', items }, config, profiles, features };
}

/** One seed in six has hardly any feature, one in six nearly all; the rest lie between. */
function drawFeatures(prng: Prng, forced: Readonly<Partial<Record<Feature, boolean>>>): ReadonlySet<Feature> {
  const share = prng.pick([10, 25, 25, 40, 40, 85]);
  const features = new Set<Feature>();
  for (const feature of FEATURES) {
    const on = prng.chance(share, 100);
    if (forced[feature] ?? on) features.add(feature);
  }
  return features;
}

/** Mostly 1 to 16 nodes, often up to 60, seldom the most; block borders (64, 128) come up on purpose. */
function drawSize(draw: Draw, most: number): number {
  const { prng } = draw;
  const roll = prng.below(20);
  if (roll < 10) return prng.between(1, Math.min(most, 16));
  if (roll < 17) return prng.between(1, Math.min(most, 60));
  if (roll < 18) return Math.min(most, prng.pick([63, 64, 65, 127, 128, 129]));
  return prng.between(1, most);
}

/** Merges the lists at random; each keeps its order. */
function interleave(draw: Draw, lists: readonly (readonly RawItem[])[]): RawItem[] {
  const tickets = draw.prng.shuffle(lists.flatMap((list, index) => new Array<number>(list.length).fill(index)));
  const next = lists.map(() => 0);
  return tickets.map((index) => {
    const at = next[index] as number;
    next[index] = at + 1;
    return (lists[index] as readonly RawItem[])[at] as RawItem;
  });
}
