import { isSince } from '../model/gates.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { gatedStatus, schedulingGates } from '../rules/scheduling-gates.ts';
import type { ClusterView } from '../rules/view.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

/**
 * Fills `cluster.nominated` with the pending pods that carry a nominated node, in their order: those of one of the profiles and,
 * up to 1.36, not gated, as upstream's queue takes them in at start-up. `except` is left out.
 */
export function collectNominated(cluster: ClusterView, pods: readonly Pod[], profiles: readonly ResolvedProfile[], except?: Pod): void {
  const profileOf = new Map(profiles.map((profile) => [profile.schedulerName, profile]));
  const gatedToo = isSince(cluster.semantics.kubeVersion, '1.37');
  const exceptKey = except && podKey(except);
  for (const pod of pods) {
    if (pod.nodeName !== '' || pod.nominatedNodeName === '' || podKey(pod) === exceptKey) continue;
    const profile = profileOf.get(pod.template.schedulerName);
    if (!profile || (!gatedToo && profile.preEnqueue.includes(schedulingGates.name) && gatedStatus(pod))) continue;
    const nominated = cluster.nominated.get(pod.nominatedNodeName);
    if (nominated) nominated.push(pod);
    else cluster.nominated.set(pod.nominatedNodeName, [pod]);
  }
}
