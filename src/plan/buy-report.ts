/** What was bought, for people. */
import type { Settings } from '../engine/options.ts';
import type { BoughtNodes } from '../model/buy-results.ts';
import { formatPrice } from '../model/catalogue.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { formatAmount } from '../model/quantity.ts';
import { podUsage } from '../model/requests.ts';
import { amountOf, type ResourceVector } from '../model/resources.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Offer } from './buy-offers.ts';
import type { BoughtNode, Placed } from './buy-place.ts';

const PODS = 'pods';

/** Nodes by offer, in the catalogue's order. O(pods + nodes). */
export function boughtNodes(placed: Placed | undefined, offers: readonly Offer[], settings: Settings, snapshot: Snapshot): BoughtNodes[] {
  if (!placed) return [];
  const pods = new Map(snapshot.pods.map((pod) => [podKey(pod), pod]));
  const onNode = new Map<string, Pod[]>();
  for (const placement of placed.schedule.placements) {
    const pod = pods.get(podKey(placement));
    const list = onNode.get(placement.node);
    if (pod && list) list.push(pod);
    else if (pod) onNode.set(placement.node, [pod]);
  }
  return offers.flatMap((offer, i) => {
    const nodes = placed.nodes.filter((node) => node.offer === i);
    return nodes.length === 0 ? [] : [ofOffer(offer, nodes, onNode, settings)];
  });
}

function ofOffer(offer: Offer, nodes: readonly BoughtNode[], onNode: ReadonlyMap<string, readonly Pod[]>, settings: Settings): BoughtNodes {
  const { row, zone, daemons } = offer;
  const requested = (pod: Pod): ResourceVector => podUsage(pod, settings.semantics).requested;
  const sum = (list: readonly Pod[], name: string) => list.reduce((total, pod) => total + amountOf(requested(pod), name), 0n);
  const { allocatable } = row;
  const names = ['cpu', 'memory', 'ephemeral-storage', ...allocatable.scalars.keys()];
  const used: Record<string, number> = {};
  const count = BigInt(nodes.length);
  const all = nodes.flatMap(({ node }) => onNode.get(node.name) ?? []);
  for (const name of names) {
    const offered = amountOf(allocatable, name) * count;
    if (offered > 0n) used[name] = share(sum(all, name) + sum(daemons, name) * count, offered);
  }
  if (allocatable.pods > 0n) used[PODS] = share(BigInt(all.length) + BigInt(daemons.length) * count, allocatable.pods * count);
  const overhead = names.map((name) => [name, sum(daemons, name)] as const).filter(([, amount]) => amount > 0n);
  return {
    type: row.type,
    ...(zone === undefined ? {} : { zone }),
    count: nodes.length,
    price: formatPrice(row.price),
    cost: formatPrice(row.price * count),
    nodes: nodes.map(({ node }) => node.name),
    used,
    daemonSets: daemons.map(({ namespace, name }) => `${namespace}/${name}`),
    overhead: Object.fromEntries(overhead.map(([name, amount]) => [name, formatAmount(name, amount)])),
  };
}

/** To four digits. */
function share(part: bigint, whole: bigint): number {
  return Number((part * 10_000n) / whole) / 10_000;
}
