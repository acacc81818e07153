import type { Node } from '../model/node.ts';

/** Label of a key, where a beta label that is present wins over the GA one even when empty. */
function topologyLabel(node: Node, beta: string, ga: string): string {
  return node.labels.get(beta) ?? node.labels.get(ga) ?? '';
}

/** Upstream's zone of a node: '' without region and zone, else region, a colon, NUL, a colon, zone. */
export function zoneKey(node: Node): string {
  const zone = topologyLabel(node, 'failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone');
  const region = topologyLabel(node, 'failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region');
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`;
}

/** Rows in upstream's node order: zones in first-seen order, one node of each in turn, nodes inside a zone in snapshot order. */
export function nodeOrder(nodes: readonly Node[]): number[] {
  const zones = new Map<string, number[]>();
  nodes.forEach((node, row) => {
    const key = zoneKey(node);
    const rows = zones.get(key);
    if (rows) rows.push(row);
    else zones.set(key, [row]);
  });
  const lists = [...zones.values()];
  const longest = lists.reduce((length, rows) => Math.max(length, rows.length), 0);
  const order: number[] = [];
  for (let turn = 0; turn < longest; turn++) for (const rows of lists) if (turn < rows.length) order.push(rows[turn] as number);
  return order;
}
