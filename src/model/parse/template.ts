/** From a defaulted draft to the shared PodTemplate. */
import { plainTolerations } from '../defaults/admission.ts';
import type { Container, PodTemplate } from '../pod.ts';
import { NO_QUANTITIES } from '../resources.ts';
import type { Interner } from './interner.ts';
import type { DraftContainer, PodDraft } from './pod-draft.ts';

/** The template of a draft; parts that equal parts of earlier templates are the same objects, and so is an equal whole. */
export function templateOf(draft: PodDraft, interner: Interner): PodTemplate {
  return interner.shareWhole(withParts(draft, interner));
}

function withParts(draft: PodDraft, interner: Interner): PodTemplate {
  const owner = interner.shareOptional(draft.owner);
  const nodeSelector = interner.shareOptional(draft.nodeSelector);
  const nodeAffinity = interner.shareOptional(draft.nodeAffinity);
  const podAffinity = interner.shareOptional(draft.podAffinity);
  const podAntiAffinity = interner.shareOptional(draft.podAntiAffinity);
  const podRequests = draft.podResources && interner.share(draft.podResources.requests ?? NO_QUANTITIES);
  return {
    namespace: draft.namespace,
    labels: interner.share(draft.labels),
    ...(owner && { owner }),
    schedulerName: draft.schedulerName,
    priority: draft.priority ?? 0,
    preemptionPolicy: draft.preemptionPolicy === 'PreemptLowerPriority' ? '' : draft.preemptionPolicy,
    mirror: draft.mirror,
    schedulingGates: interner.share(draft.schedulingGates),
    ...(nodeSelector && { nodeSelector }),
    ...(nodeAffinity && { nodeAffinity }),
    ...(podAffinity && { podAffinity }),
    ...(podAntiAffinity && { podAntiAffinity }),
    tolerations: interner.share(plainTolerations(draft.tolerations)),
    spreadConstraints: interner.share(draft.spreadConstraints),
    initContainers: interner.share(draft.initContainers.map(containerOf)),
    containers: interner.share(draft.containers.map(containerOf)),
    overhead: interner.share(draft.overhead ?? NO_QUANTITIES),
    ...(podRequests && { podRequests }),
    hostNetwork: draft.hostNetwork,
    volumes: interner.share(draft.volumes),
    resourceClaims: interner.share(draft.resourceClaims),
    ...(draft.requiredFeatures.length > 0 && { requiredFeatures: draft.requiredFeatures }),
  };
}

/** Only ports that are taken from the host matter. */
function containerOf(container: DraftContainer): Container {
  return {
    name: container.name,
    image: container.image,
    requests: container.requests ?? NO_QUANTITIES,
    ports: container.ports.filter((port) => port.hostPort > 0).map(({ hostIP, hostPort, protocol }) => ({ hostIP, hostPort, protocol })),
    restartable: container.restartable,
  };
}
