/** The scheduler itself on the cluster with bought nodes. */
import { Engine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Node } from '../model/node.ts';
import { inheritSource } from '../model/parse/source-of.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Schedule } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { nodeNameOf, nodeOf, type Offer } from './buy-offers.ts';

/** Nodes to buy, by offer. */
export type Purchase = Int32Array;

export interface BoughtNode {
  readonly node: Node;
  readonly offer: number;
}

export interface Placed {
  readonly purchase: Purchase;
  readonly nodes: readonly BoughtNode[];
  readonly schedule: Schedule;
  /** Wanted pods that have no node, and their messages by `podKey`. */
  readonly unplaced: readonly Pod[];
  readonly messages: ReadonlyMap<string, string>;
  /** Nobody wanted is without a node, and nobody is evicted for it. */
  readonly complete: boolean;
}

/** For each offer the contents of its nodes, one after the other. */
export type Targets = ReadonlyMap<number, readonly (readonly Pod[])[]>;

/** The pods of DaemonSets that come with bought nodes. */
export function daemonsOn(nodes: readonly BoughtNode[], offers: readonly Offer[]): Pod[] {
  return nodes.flatMap(({ node, offer }) =>
    (offers[offer] as Offer).daemons.map((pod): Pod => ({ ...pod, name: `${pod.name}-${node.name}`, uid: '', nodeName: node.name })),
  );
}

function promises(targets: Targets, nodes: readonly BoughtNode[]): Map<string, string> {
  const promised = new Map<string, string>();
  const next = new Map<number, number>();
  for (const { node, offer } of nodes) {
    const number = next.get(offer) ?? 0;
    next.set(offer, number + 1);
    for (const pod of targets.get(offer)?.[number] ?? []) promised.set(podKey(pod), node.name);
  }
  return promised;
}

/** Asks the scheduler again and again, and counts how many decisions that took. */
export class Placer {
  decisions = 0;
  private readonly snapshot: Snapshot;
  private readonly offers: readonly Offer[];
  private readonly wanted: readonly Pod[];
  private readonly options: EngineOptions;
  private readonly known = new Map<string, Placed>();

  /** @param snapshot The cluster with all pods that wait, hypothetical ones too. @param wanted Those of them that are to have a node. */
  constructor(snapshot: Snapshot, offers: readonly Offer[], wanted: readonly Pod[], options: EngineOptions) {
    this.snapshot = snapshot;
    this.offers = offers;
    this.wanted = wanted;
    this.options = options;
  }

  /** The snapshot with the purchase in it: nodes after those that are there, in order of the catalogue, each with its own pods on it. */
  async place(purchase: Purchase, targets?: Targets): Promise<Placed> {
    const key = `${purchase.join()}${targets ? ' to targets' : ''}`;
    const known = this.known.get(key);
    if (known) return known;
    const nodes = this.nodesOf(purchase);
    const promised = targets && promises(targets, nodes);
    const daemons = daemonsOn(nodes, this.offers);
    const { snapshot } = this;
    const whole = {
      ...snapshot,
      nodes: [...snapshot.nodes, ...nodes.map(({ node }) => node)],
      pods: [...snapshot.pods.map((pod) => this.promise(pod, promised)), ...daemons],
    };
    const schedule = await new Engine(inheritSource(whole, snapshot), { ...this.options, untilStable: true }).schedule();
    this.decisions += this.wanted.length + nodes.length;
    const messages = new Map(schedule.unschedulable.map((each) => [podKey(each), each.message]));
    const unplaced = this.wanted.filter((pod) => messages.has(podKey(pod)));
    const placed = { purchase, nodes, schedule, unplaced, messages, complete: unplaced.length === 0 && schedule.preemptions.length === 0 };
    this.known.set(key, placed);
    return placed;
  }

  /** A pod that is promised a node is placed there, as long as every rule lets it in (upstream's nominated node). */
  private promise(pod: Pod, promised: ReadonlyMap<string, string> | undefined): Pod {
    const nominatedNodeName = promised?.get(podKey(pod));
    return nominatedNodeName === undefined ? pod : { ...pod, nominatedNodeName };
  }

  private nodesOf(purchase: Purchase): BoughtNode[] {
    const taken = new Set(this.snapshot.nodes.map(({ name }) => name));
    return [...purchase].flatMap((count, offer) => {
      const { row, zone } = this.offers[offer] as Offer;
      let number = 0;
      return Array.from({ length: count }, (): BoughtNode => {
        let name: string;
        do name = nodeNameOf(this.offers[offer] as Offer, ++number);
        while (taken.has(name));
        taken.add(name);
        return { node: nodeOf(row, zone, name), offer };
      });
    });
  }
}
