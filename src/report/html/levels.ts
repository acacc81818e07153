import { levelLabel } from '../../model/hosts.ts';
import type { Node } from '../../model/node.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** From the widest to the closest; levels of a host mapping that are not among them stand between zone and rack. */
const WIDE = ['region', 'zone'];
const CLOSE = ['rack', 'host'];

export interface Level {
  readonly name: string;
  /** Node labels that carry it, the first one that a node has. */
  readonly keys: readonly string[];
}

/**
 * The failure domains by which nodes are drawn, widest first. A level that tells no two nodes apart, or every two, says nothing and is left out; so is
 * one that groups exactly as a wider one does.
 */
export function levelsOf({ nodes, objects }: Pick<Snapshot, 'nodes' | 'objects'>): Level[] {
  const mapped = [...(objects.hosts?.levels ?? [])].reverse().filter((level) => ![...WIDE, ...CLOSE].includes(level));
  const candidates = [...WIDE, ...mapped, ...CLOSE].map(levelOf);
  const chosen: Level[] = [];
  let groups = 1;
  for (const level of candidates) {
    const known = nodes.some((node) => domainAt(node, level) !== undefined);
    if (!known) continue;
    const finer = groupCount(nodes, [...chosen, level]);
    const only = level.name === 'zone' && finer === 1;
    if ((finer <= groups && !only) || (finer === nodes.length && nodes.length > 1)) continue;
    groups = finer;
    chosen.push(level);
  }
  return chosen;
}

export function domainAt(node: Node, { keys }: Level): string | undefined {
  for (const key of keys) {
    const value = node.labels.get(key);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function levelOf(name: string): Level {
  return { name, keys: [levelLabel(name), `topology.kubernetes.io/${name}`, `failure-domain.beta.kubernetes.io/${name}`, name] };
}

function groupCount(nodes: readonly Node[], levels: readonly Level[]): number {
  return new Set(nodes.map((node) => JSON.stringify(levels.map((level) => domainAt(node, level) ?? null)))).size;
}
