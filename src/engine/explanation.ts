import { PlimsollError } from '../base/errors.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { Pod } from '../model/pod.ts';
import { API_VERSION, type Explanation, type PodReference } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ClusterView } from '../rules/view.ts';
import { explainPod } from './explain.ts';
import { nearest } from './nearest.ts';
import { collectNominated } from './nominated.ts';
import { idleHosts, type Settings } from './options.ts';
import { preemptAttempt } from './preemption.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

/**
 * One scheduling attempt for one pod of the snapshot, told in full. A pod that is on a node is explained as if it were
 * pending and not there; one that names a node outside the snapshot is refused by every node, for that name.
 *
 * O(nodes · rules + pods).
 *
 * @throws PlimsollError NOT_FOUND for the pod or its profile.
 */
export function explainIn(snapshot: Snapshot, reference: PodReference, settings: Settings): Explanation {
  const found = findPod(snapshot, reference);
  const profile = profileOf(found, settings.profiles);
  const cluster = ClusterView.of(snapshot, settings.semantics, found);
  const pod = cluster.nodeByName.has(found.nodeName) ? asPending(found) : found;
  collectNominated(cluster, snapshot.pods, settings.profiles, found);
  const { tie, seed } = settings;
  const { node, message, nodes, nearestMiss } = explainPod(cluster, pod, profile, { tie, seed, preempt: preemptAttempt });
  return {
    apiVersion: API_VERSION,
    kind: 'Explanation',
    provenance: {
      engineVersion: ENGINE_VERSION,
      kubeVersion: settings.semantics.kubeVersion,
      profiles: [profile.schedulerName],
      configuration: settings.configuration,
      tie,
      seed,
      percentageOfNodesToScore: profile.percentageOfNodesToScore,
      snapshot: snapshot.hash,
    },
    pod: { namespace: pod.namespace, name: pod.name },
    ...(node === undefined ? {} : { node }),
    message,
    nodes,
    nearestMiss,
    notModelled: [...snapshot.notModelled, ...idleHosts(snapshot.objects, settings.profiles), ...settings.warnings],
  };
}

/** The pod before it was placed: without its node and what the node has reported about it. */
function asPending({ resize: _reported, ...pod }: Pod): Pod {
  return { ...pod, nodeName: '', nominatedNodeName: '' };
}

function findPod(snapshot: Snapshot, { namespace, name }: PodReference): Pod {
  const found = snapshot.pods.find((pod) => pod.name === name && pod.namespace === namespace);
  if (found) return found;
  throw new PlimsollError('NOT_FOUND', 'there is no such pod in the snapshot, or it has finished', {
    path: 'pod',
    value: `${namespace}/${name}`,
    hint: hintFor(snapshot.pods, namespace, name),
  });
}

/** Names the pod that is most likely meant: the same name elsewhere, else the most similar name. */
function hintFor(pods: readonly Pod[], namespace: string, name: string): string {
  const elsewhere = pods.find((pod) => pod.name === name);
  const similar =
    nearest(
      name,
      pods.filter((pod) => pod.namespace === namespace).map((pod) => pod.name),
    ) ??
    nearest(
      name,
      pods.map((pod) => pod.name),
    );
  const meant =
    elsewhere ?? pods.find((pod) => pod.name === similar && pod.namespace === namespace) ?? pods.find((pod) => pod.name === similar);
  if (meant) return `did you mean ${meant.namespace}/${meant.name}?`;
  return pods.length === 0 ? 'the snapshot has no pods' : `for example ${pods[0]?.namespace}/${pods[0]?.name}`;
}

function profileOf(pod: Pod, profiles: readonly ResolvedProfile[]): ResolvedProfile {
  const { schedulerName } = pod.template;
  const profile = profiles.find((candidate) => candidate.schedulerName === schedulerName);
  if (profile) return profile;
  throw new PlimsollError('NOT_FOUND', 'no profile serves the scheduler that the pod asks for', {
    path: 'spec.schedulerName',
    value: schedulerName,
    hint: `give a configuration with a profile of that name; there is ${profiles.map((known) => known.schedulerName).join(', ')}`,
  });
}
