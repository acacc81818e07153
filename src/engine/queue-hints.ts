/**
 * Which waiting pods an event may help: upstream's EventsToRegister and queueing hints (1.36.2), for the two events that
 * happen in a closed world. Nodes, volumes and pod specs do not change during a run, so their events are left out.
 */

import { isSince, KUBE_VERSION_DEFAULT, type KubeVersion } from '../model/gates.ts';
import type { PodTemplate } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import type { Volume } from '../model/volume.ts';
import { inlineSource } from '../rules/csi-migration.ts';
import { hostPorts, portsConflict } from '../rules/host-ports.ts';
import { type AffinityTerm, allTermsMatch, podTerms, termMatches } from '../rules/inter-pod-affinity-terms.ts';
import { type PodTopologySpreadArgs, spreadConstraints } from '../rules/pod-topology-spread-constraints.ts';
import type { Semantics } from '../rules/rule.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

/** Whether an event about a pod of template `other` is worth an attempt for a pod that the plugin has refused. */
export type Hint = (waiting: PodTemplate, other: PodTemplate) => boolean;

/** Hints of the plugins that listen to one kind of event; other plugins never react to it. */
export type HintTable = ReadonlyMap<string, Hint>;

export interface QueueHints {
  /** A pod has been placed on a node (AssignedPodAdd). */
  readonly placed: HintTable;
  /** A pod has left its node (AssignedPodDelete). */
  readonly deleted: HintTable;
  /** A pod has lost its nomination, which upstream tells as the same event about a pod that is on no node. */
  readonly nominationLost: HintTable;
  /** The same event for the pod itself, where that is another matter. */
  readonly ownNominationLost: HintTable;
}

/** Plugins that a placed pod can turn in favour of a waiting one. All others only ever refuse more when pods are added. */
export const TURNED_BY_PLACEMENT: ReadonlySet<string> = new Set(['InterPodAffinity', 'PodTopologySpread', 'VolumeBinding', 'VolumeZone']);

/** Whether pods that are placed can turn the plugin in favour of a pod of the template. Anti-affinity only ever refuses more. */
export function canTurn(plugin: string, template: PodTemplate): boolean {
  if (!TURNED_BY_PLACEMENT.has(plugin)) return false;
  return plugin !== 'InterPodAffinity' || requiredTermsUnreadable(template) || podTerms(template).requiredAffinity.length > 0;
}

/** What the hints of PodTopologySpread read beside the pod; without it a pod's own constraints alone count. */
export interface HintSource {
  readonly objects: ClusterObjects;
  readonly semantics: Semantics;
  profileOf(template: PodTemplate): ResolvedProfile | undefined;
}

export function queueHints(source?: HintSource): QueueHints {
  const spread = spreadHint(source);
  const kubeVersion = source?.semantics.kubeVersion ?? KUBE_VERSION_DEFAULT;
  const deleted = new Map<string, Hint>([
    ['NodeResourcesFit', () => true],
    ['NodePorts', (waiting, other) => hostPorts(waiting).some((port) => hostPorts(other).some((taken) => portsConflict(port, taken)))],
    ['InterPodAffinity', affinityAfterDeletion(kubeVersion)],
    ['PodTopologySpread', spread],
    ['VolumeRestrictions', sharesVolume],
    ['NodeVolumeLimits', (_, other) => hasClaims(other) || other.volumes.some((volume) => inlineSource(volume) !== undefined)],
  ]);
  // Up to 1.35 these two overlook pods that are only promised a node; a pod's own promise PodTopologySpread never overlooks.
  const overlooked = isSince(kubeVersion, '1.36') ? [] : ['InterPodAffinity', 'PodTopologySpread'];
  return {
    placed: new Map<string, Hint>([
      ['InterPodAffinity', affinityAfterPlacement],
      ['PodTopologySpread', spread],
      // Binding a claim changes volumes and claims, which these two listen to.
      ['VolumeBinding', (_, other) => hasClaims(other)],
      ['VolumeZone', sharesClaim],
    ]),
    deleted,
    nominationLost: new Map([...deleted].filter(([plugin]) => !overlooked.includes(plugin))),
    ownNominationLost: new Map(overlooked.length > 0 ? [['PodTopologySpread', spread]] : []),
  };
}

/**
 * Upstream looks for one pod that satisfies all affinity terms at once, and does not resolve namespace selectors here:
 * a term that reaches other namespaces by label alone is missed until the pod is retried for another reason.
 */
function affinityAfterPlacement(waiting: PodTemplate, other: PodTemplate): boolean {
  return requiredTermsUnreadable(waiting) || allTermsMatch(podTerms(waiting).requiredAffinity, other);
}

/**
 * Up to 1.36 upstream asks whether all anti-affinity terms match, although one is enough to keep a pod away; from 1.37 on, any. Up to 1.35 it asks
 * only for the terms of the waiting pod: one that the departed pod has kept away is retried for other reasons alone.
 */
function affinityAfterDeletion(kubeVersion: KubeVersion): Hint {
  const matches = isSince(kubeVersion, '1.37') ? anyTermMatches : allTermsMatch;
  const bothWays = isSince(kubeVersion, '1.36');
  return (waiting, other) => {
    if (requiredTermsUnreadable(waiting) || matches(podTerms(waiting).requiredAnti, other)) return true;
    return bothWays && (requiredTermsUnreadable(other) || matches(podTerms(other).requiredAnti, waiting));
  };
}

function anyTermMatches(terms: readonly AffinityTerm[], template: PodTemplate): boolean {
  return terms.some((term) => termMatches(term, template));
}

/** A hint that fails counts as a yes. */
function requiredTermsUnreadable(template: PodTemplate): boolean {
  return podTerms(template).problem?.includes('required') ?? false;
}

function spreadHint(source: HintSource | undefined): Hint {
  return (waiting, other) => {
    if (waiting.namespace !== other.namespace) return false;
    if (source === undefined) return waiting.spreadConstraints.length > 0;
    const bound = source.profileOf(waiting)?.filter.find(({ rule }) => rule.name === 'PodTopologySpread');
    if (bound === undefined) return false;
    const args = bound.args as PodTopologySpreadArgs;
    const constraints = spreadConstraints(waiting, 'DoNotSchedule', args, source.objects, source.semantics);
    return constraints.some(({ selector }) => selector.matches(other.labels));
  };
}

function hasClaims(template: PodTemplate): boolean {
  return template.volumes.some(({ kind }) => kind === 'claim' || kind === 'ephemeral');
}

function sharesClaim(waiting: PodTemplate, other: PodTemplate): boolean {
  if (waiting.namespace !== other.namespace) return false;
  const names = new Set(waiting.volumes.map(claimName));
  return other.volumes.some((volume) => volume.kind === 'claim' && names.has(volume.claimName));
}

/** A common claim, or an exclusive disk of one kind; upstream compares the disks and, like here, only within one namespace. */
function sharesVolume(waiting: PodTemplate, other: PodTemplate): boolean {
  if (waiting.namespace !== other.namespace) return false;
  const kinds = new Set(waiting.volumes.map(({ kind }) => kind));
  const disks: readonly Volume['kind'][] = ['gce', 'ebs', 'iscsi', 'rbd'];
  return sharesClaim(waiting, other) || disks.some((kind) => kinds.has(kind) && other.volumes.some((volume) => volume.kind === kind));
}

function claimName(volume: Volume): string | undefined {
  return volume.kind === 'claim' ? volume.claimName : undefined;
}
