import type { Container, ContainerPort, PodTemplate } from '../model/pod.ts';

const WILDCARD_IP = '0.0.0.0';

const NO_PORTS: readonly ContainerPort[] = [];
const portsByTemplate = new WeakMap<PodTemplate, readonly ContainerPort[]>();

/**
 * Host ports that a pod holds on its node: those of sidecars, then of regular containers, in order, with the empty
 * address and protocol filled in. Ordinary init containers hold none.
 */
export function hostPorts(template: PodTemplate): readonly ContainerPort[] {
  // Nearly all templates hold none: they stay out of the weak map, whose entries cost the garbage collector.
  if (!template.containers.some(holdsPort) && !template.initContainers.some(holdsPort)) return NO_PORTS;
  let ports = portsByTemplate.get(template);
  if (!ports) {
    ports = [...template.initContainers.filter((container) => container.restartable), ...template.containers]
      .flatMap((container) => container.ports)
      .filter((port) => port.hostPort > 0)
      .map((port) => ({ hostIP: port.hostIP || WILDCARD_IP, hostPort: port.hostPort, protocol: port.protocol || 'TCP' }));
    portsByTemplate.set(template, ports);
  }
  return ports;
}

function holdsPort({ ports }: Container): boolean {
  return ports.length > 0 && ports.some(({ hostPort }) => hostPort > 0);
}

/** Whether two ports exclude each other: same protocol and number, and the same address or either side 0.0.0.0. */
export function portsConflict(a: ContainerPort, b: ContainerPort): boolean {
  if (a.protocol !== b.protocol || a.hostPort !== b.hostPort) return false;
  return a.hostIP === WILDCARD_IP || b.hostIP === WILDCARD_IP || a.hostIP === b.hostIP;
}

/**
 * The host ports in use on one node (upstream HostPortInfo): a set, not a count. Two pods that were forced onto one port
 * share its entry, and the removal of either frees it.
 */
export class HostPortSet {
  /** `TCP/8080` to the addresses on which it is held. */
  private readonly addresses = new Map<string, Set<string>>();

  add(port: ContainerPort): void {
    const key = `${port.protocol}/${port.hostPort}`;
    const held = this.addresses.get(key);
    if (held) held.add(port.hostIP);
    else this.addresses.set(key, new Set([port.hostIP]));
  }

  remove(port: ContainerPort): void {
    const key = `${port.protocol}/${port.hostPort}`;
    const held = this.addresses.get(key);
    if (held?.delete(port.hostIP) && held.size === 0) this.addresses.delete(key);
  }

  /** Whether the port is taken: on the same address, or either side is 0.0.0.0. `::` is an address like any other. */
  conflicts(port: ContainerPort): boolean {
    const held = this.addresses.get(`${port.protocol}/${port.hostPort}`);
    return held !== undefined && (port.hostIP === WILDCARD_IP || held.has(WILDCARD_IP) || held.has(port.hostIP));
  }

  copyFrom(other: HostPortSet): void {
    for (const [key, held] of other.addresses) this.addresses.set(key, new Set(held));
  }
}
