import { PlimsollError } from '../base/errors.ts';
import { nearest } from '../engine/nearest.ts';
import { levelLabel } from '../model/hosts.ts';
import type { Node } from '../model/node.ts';

export interface Domain {
  readonly name: string;
  readonly nodes: readonly Node[];
}

export interface Domains {
  /** The label key; `node`: each node is a domain. */
  readonly key: string;
  /** In the order in which the nodes name them. */
  readonly all: readonly Domain[];
  readonly remarks: readonly string[];
}

const NODE = 'node';
const TOPOLOGY = 'topology.kubernetes.io/';
/** Names listed in a remark; the count is always given. */
const NAMES_SHOWN_MAX = 5;

/**
 * The failure domains that the nodes stand in. `domain` is a label key, `node`, or a short name: a level of the hosts (`host`, `rack`), a label under
 * `topology.kubernetes.io/` (`zone`, `region`) or a plain label. A node without the label is a domain of its own.
 *
 * @throws PlimsollError NOT_FOUND when no node has such a label.
 */
export function domainsOf(nodes: readonly Node[], domain: string): Domains {
  if (domain === NODE) return { key: NODE, all: nodes.map((node) => ({ name: node.name, nodes: [node] })), remarks: [] };
  const keys = domain.includes('/') ? [domain] : [levelLabel(domain), `${TOPOLOGY}${domain}`, domain];
  const key = keys.find((candidate) => nodes.some(({ labels }) => labels.has(candidate)));
  if (key === undefined) throw unknownDomain(nodes, domain);
  const byName = new Map<string, { name: string; nodes: Node[] }>();
  const without: string[] = [];
  for (const node of nodes) {
    const label = node.labels.get(key);
    if (label === undefined) without.push(node.name);
    // A label value never holds a space.
    const id = label ?? `${node.name} alone`;
    const known = byName.get(id) ?? { name: label ?? node.name, nodes: [] };
    byName.set(id, known);
    known.nodes.push(node);
  }
  const shown = `${without.slice(0, NAMES_SHOWN_MAX).join(', ')}${without.length > NAMES_SHOWN_MAX ? ', ...' : ''}`;
  const which = without.length === 1 ? `1 node has no label ${key} (${shown})` : `${without.length} nodes have no label ${key} (${shown})`;
  return { key, all: [...byName.values()], remarks: without.length > 0 ? [`${which}: each counts as a domain of its own`] : [] };
}

function unknownDomain(nodes: readonly Node[], domain: string): PlimsollError {
  const keys = new Set(nodes.flatMap(({ labels }) => [...labels.keys()]));
  const known = [NODE, ...[...keys].map((key) => (key.startsWith(TOPOLOGY) ? key.slice(TOPOLOGY.length) : key))];
  const similar = nearest(domain, known);
  const physical = domain === 'host' || domain === 'rack';
  const hint = physical
    ? 'say where the nodes stand: --hosts or --host-labels'
    : similar
      ? `did you mean ${similar}?`
      : `use node, or a label of the nodes: ${[...keys].slice(0, NAMES_SHOWN_MAX).join(', ') || 'they have none'}`;
  return new PlimsollError('NOT_FOUND', 'no node has a label of that name', { path: 'domain', value: domain, hint });
}

/** All choices of `count` items, in lexicographic order. */
export function* combinations<T>(items: readonly T[], count: number, from = 0): Generator<T[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= items.length - count; i++)
    for (const rest of combinations(items, count - 1, i + 1)) yield [items[i] as T, ...rest];
}

/** How many choices there are. */
export function combinationCount(items: number, count: number): number {
  let choices = 1;
  for (let i = 0; i < count; i++) choices = (choices * (items - i)) / (i + 1);
  return choices;
}
