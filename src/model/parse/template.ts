/** From a defaulted draft to the shared PodTemplate. */
import { plainTolerations } from '../defaults/admission.ts';
import type { Container, PodTemplate } from '../pod.ts';
import { NO_QUANTITIES } from '../resources.ts';
import type { Interner } from './interner.ts';
import type { DraftContainer, PodDraft } from './pod-draft.ts';

/**
 * The template of a draft; parts that equal parts of earlier templates are the same objects, and so is an equal whole.
 * Every field is always set, in one order: `shareWhole` compares by position, and all templates have one shape.
 */
export function templateOf(draft: PodDraft, interner: Interner): PodTemplate {
  return interner.shareWhole({
    namespace: draft.namespace,
    labels: interner.share(draft.labels),
    owner: interner.shareOptional(draft.owner),
    schedulerName: draft.schedulerName,
    priority: draft.priority ?? 0,
    preemptionPolicy: draft.preemptionPolicy === 'PreemptLowerPriority' ? '' : draft.preemptionPolicy,
    mirror: draft.mirror,
    schedulingGates: interner.share(draft.schedulingGates),
    nodeSelector: interner.shareOptional(draft.nodeSelector),
    nodeAffinity: interner.shareOptional(draft.nodeAffinity),
    podAffinity: interner.shareOptional(draft.podAffinity),
    podAntiAffinity: interner.shareOptional(draft.podAntiAffinity),
    tolerations: interner.share(plainTolerations(draft.tolerations)),
    spreadConstraints: interner.share(draft.spreadConstraints),
    initContainers: interner.share(draft.initContainers.map(containerOf)),
    containers: interner.share(draft.containers.map(containerOf)),
    overhead: interner.share(draft.overhead ?? NO_QUANTITIES),
    podRequests: draft.podResources && interner.share(draft.podResources.requests ?? NO_QUANTITIES),
    hostNetwork: draft.hostNetwork,
    volumes: interner.share(draft.volumes),
    resourceClaims: interner.share(draft.resourceClaims),
    requiredFeatures: draft.requiredFeatures.length > 0 ? interner.share(draft.requiredFeatures) : undefined,
  });
}

/** What pods of one spec still differ in. */
export type TemplateIdentity = Pick<PodTemplate, 'namespace' | 'labels' | 'owner' | 'mirror' | 'volumes'>;

/** The template of another pod with the same spec. */
export function withIdentity(template: PodTemplate, identity: TemplateIdentity, interner: Interner): PodTemplate {
  return interner.shareWhole({
    ...template,
    namespace: identity.namespace,
    labels: interner.share(identity.labels),
    owner: interner.shareOptional(identity.owner),
    mirror: identity.mirror,
    volumes: interner.share(identity.volumes),
  });
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
