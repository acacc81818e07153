/**
 * Defaults of a pod that depend on nothing but the pod (upstream `SetDefaults_Pod`, specification 1.3): requests from limits,
 * host ports of the host network, protocol TCP, pod-level requests and huge page limits. Applying them twice changes nothing.
 */

import type { DraftContainer, DraftPort, PodDraft } from '../parse/pod-draft.ts';
import type { NodeAffinity } from '../pod.ts';
import { isPodLevelResource, sumContainers } from '../requests.ts';
import { type NanoQuantity, NO_QUANTITIES, type QuantityList } from '../resources.ts';

export function withStaticDefaults(draft: PodDraft): PodDraft {
  const containers = draft.containers.map((container) => withContainerDefaults(container, draft.hostNetwork));
  const initContainers = draft.initContainers.map((container) => withContainerDefaults(container, draft.hostNetwork));
  const { nodeSelector, nodeAffinity, ...rest } = draft;
  const defaulted: PodDraft = {
    ...rest,
    ...(nodeSelector && nodeSelector.size > 0 && { nodeSelector }),
    ...(nodeAffinity && { nodeAffinity: withoutEmptyLists(nodeAffinity) }),
    schedulerName: draft.schedulerName || 'default-scheduler',
    containers,
    initContainers,
  };
  return draft.podResources === undefined ? defaulted : { ...defaulted, podResources: podLevelResources(defaulted) };
}

/** Storing a pod turns an empty list or map into none. */
function withoutEmptyLists({ required, preferred }: NodeAffinity): NodeAffinity {
  return { ...(required && { required }), ...(preferred && preferred.length > 0 && { preferred }) };
}

function withContainerDefaults(container: DraftContainer, hostNetwork: boolean): DraftContainer {
  const ports = container.ports.map((port) => withPortDefaults(port, hostNetwork));
  if (container.limits === undefined) return { ...container, ports };
  return { ...container, ports, requests: withMissing(container.requests, container.limits) };
}

function withPortDefaults(port: DraftPort, hostNetwork: boolean): DraftPort {
  return { ...port, protocol: port.protocol || 'TCP', hostPort: port.hostPort || (hostNetwork ? port.containerPort : 0) };
}

/** The list with the entries of `defaults` for names that it lacks. */
export function withMissing(list: QuantityList | undefined, defaults: QuantityList): QuantityList {
  if (list === undefined) return defaults;
  const filled = new Map(list);
  for (const [name, quantity] of defaults) if (!filled.has(name)) filled.set(name, quantity);
  return filled.size === list.size ? list : filled;
}

type Resources = NonNullable<PodDraft['podResources']>;

function podLevelResources(draft: PodDraft): Resources {
  const written = draft.podResources ?? {};
  const limits = hugePageLimits(draft, written);
  if (limits === undefined || limits.size === 0) return written;
  const requests = new Map<string, NanoQuantity>(written.requests);
  for (const [name, quantity] of containerTotals(draft, 'requests')) {
    // Huge pages take the limit below; everything else that is supported here may be overcommitted.
    if (!requests.has(name) && (name === 'cpu' || name === 'memory')) requests.set(name, quantity);
  }
  for (const [name, quantity] of limits) {
    if (!requests.has(name) && isPodLevelResource(name)) requests.set(name, quantity);
  }
  return requests.size > 0 ? { requests, limits } : { ...written, limits };
}

/** Huge page limits of the containers become the pod's, unless the pod names a request or limit of that size itself. */
function hugePageLimits(draft: PodDraft, { requests, limits }: Resources): QuantityList | undefined {
  if ((limits?.size ?? 0) + (requests?.size ?? 0) === 0) return limits;
  const filled = new Map<string, NanoQuantity>(limits);
  for (const [name, quantity] of containerTotals(draft, 'limits')) {
    if (name.startsWith('hugepages-') && !requests?.has(name) && !filled.has(name)) filled.set(name, quantity);
  }
  return filled;
}

/** Requests or limits of all containers together. */
export function containerTotals(draft: Pick<PodDraft, 'containers' | 'initContainers'>, which: 'requests' | 'limits'): QuantityList {
  const pick = ({ name, image, restartable, ...rest }: DraftContainer) => ({
    name,
    image,
    ports: [],
    restartable,
    requests: rest[which] ?? NO_QUANTITIES,
  });
  return sumContainers({ containers: draft.containers.map(pick), initContainers: draft.initContainers.map(pick) });
}
