import { PlimsollError } from '../base/errors.ts';
import type { Node } from './node.ts';
import { canonical } from './parse/canonical.ts';
import { digestOf } from './parse/digest.ts';
import { inheritSource } from './parse/source-of.ts';
import type { Pod, PodTemplate } from './pod.ts';
import type { Amount } from './resources.ts';
import type { Snapshot } from './snapshot.ts';

const PREFIX = 'plimsoll.dev/';

/** The level of the physical machine; other levels (rack, power feed, ...) are named by the mapping. */
export const HOST_LEVEL = 'host';

/** Names listed in a remark; the count is always given. */
const NAMES_SHOWN_MAX = 5;

/** The failure domains that nodes stand in, and what the machines can give. */
export interface HostMap {
  /** Closest first: host, rack, ... */
  readonly levels: readonly string[];
  /** Node name to level to domain. A missing level is unknown. */
  readonly domains: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Level to the node label that names the domain where `domains` does not. */
  readonly labelKeys: ReadonlyMap<string, string>;
  /** Host to resource name to amount in upstream's unit. A resource that is not listed is not limited. */
  readonly capacities: ReadonlyMap<string, ReadonlyMap<string, Amount>>;
}

export const NO_HOSTS: HostMap = { levels: [], domains: new Map(), labelKeys: new Map(), capacities: new Map() };

/** What rules know of the machines beside the nodes' labels. */
export interface PhysicalHosts {
  readonly levels: readonly string[];
  readonly capacities: HostMap['capacities'];
  /** Pods of each owner in the snapshot, bound and waiting, by `ownerKey`. */
  readonly replicas: ReadonlyMap<string, number>;
}

/** The node label that carries a level. A level with a '/' is a label key already. */
export function levelLabel(level: string): string {
  return level.includes('/') ? level : `${PREFIX}${level}`;
}

/** Identity of the controller that owns a pod, the same for all of its replicas; undefined: nobody does. */
export function ownerKey({ namespace, owner }: PodTemplate): string | undefined {
  return owner && `${namespace}/${owner.kind}/${owner.name}`;
}

/**
 * The snapshot with each node's failure domains as labels (`plimsoll.dev/host`, ...) and the machines' capacities among
 * its objects. The mapping wins over a node label of the level's key. What stays unknown is said in `notModelled`.
 *
 * @throws PlimsollError INCONSISTENT when the mapping names none of the nodes, or a machine stands in two places. O(nodes + pods).
 */
export function applyHosts(snapshot: Snapshot, hosts: HostMap): Snapshot {
  if (hosts.domains.size > 0 && snapshot.nodes.length > 0 && !snapshot.nodes.some(({ name }) => hosts.domains.has(name))) {
    throw new PlimsollError('INCONSISTENT', 'the host mapping names none of the nodes', {
      value: hosts.domains.keys().next().value,
      hint: `nodes are named like ${snapshot.nodes[0]?.name}`,
    });
  }
  const nodes = snapshot.nodes.map((node) => withDomains(node, hosts));
  checkPlaces(nodes, hosts.levels);
  const physical = { levels: hosts.levels, capacities: hosts.capacities, replicas: countReplicas(snapshot.pods) };
  const applied: Snapshot = {
    ...snapshot,
    nodes,
    objects: { ...snapshot.objects, hosts: physical },
    notModelled: [...snapshot.notModelled, ...remarks(nodes, hosts)],
    hash: digestOf(`${snapshot.hash}${canonical(hosts)}`),
  };
  return inheritSource(applied, snapshot);
}

function withDomains(node: Node, hosts: HostMap): Node {
  const mapped = hosts.domains.get(node.name);
  const labels = new Map(node.labels);
  for (const level of hosts.levels) {
    const key = hosts.labelKeys.get(level);
    const domain = mapped?.get(level) ?? (key === undefined ? undefined : node.labels.get(key));
    if (domain !== undefined && domain !== '') labels.set(levelLabel(level), domain);
  }
  return { ...node, labels };
}

/** A machine is in one rack, on one feed, ...: two of its nodes cannot disagree. */
function checkPlaces(nodes: readonly Node[], levels: readonly string[]): void {
  const hostLabel = levelLabel(HOST_LEVEL);
  for (const level of levels) {
    const places = new Map<string, Node>();
    const label = levelLabel(level);
    for (const node of nodes) {
      const host = node.labels.get(hostLabel);
      const place = node.labels.get(label);
      if (host === undefined || place === undefined) continue;
      const first = places.get(host) ?? node;
      places.set(host, first);
      const other = first.labels.get(label) as string;
      if (other === place) continue;
      const both = `${level} ${other} by node ${first.name} and ${level} ${place} by node ${node.name}`;
      throw new PlimsollError('INCONSISTENT', `host ${host} is put in ${both}`, { hint: 'a machine stands in one place' });
    }
  }
}

function countReplicas(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const replicas = new Map<string, number>();
  for (const pod of pods) {
    const key = pod.terminating ? undefined : ownerKey(pod.template);
    if (key !== undefined) replicas.set(key, (replicas.get(key) ?? 0) + 1);
  }
  return replicas;
}

function remarks(nodes: readonly Node[], hosts: HostMap): string[] {
  const said: string[] = [];
  for (const level of hosts.levels) {
    const label = levelLabel(level);
    const without = nodes.filter((node) => !node.labels.has(label)).map(({ name }) => name);
    if (without.length > 0) said.push(`${level} unknown for ${listed('node', without)}: each counts as a ${level} of its own`);
  }
  const known = new Set(nodes.map(({ name }) => name));
  const absent = [...hosts.domains.keys()].filter((name) => !known.has(name));
  if (absent.length > 0) said.push(`host mapping of ${listed('node', absent)} not in the snapshot: ignored`);
  if (hosts.capacities.size === 0) return said;
  const used = new Set(nodes.flatMap((node) => node.labels.get(levelLabel(HOST_LEVEL)) ?? []));
  const unlimited = [...used].filter((host) => !hosts.capacities.has(host));
  if (unlimited.length > 0) said.push(`capacity unknown for ${listed('host', unlimited)}: not limited`);
  return said;
}

function listed(noun: string, names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN_MAX ? ', ...' : '';
  return `${names.length} ${noun}${names.length === 1 ? '' : 's'} (${names.slice(0, NAMES_SHOWN_MAX).join(', ')}${more})`;
}
