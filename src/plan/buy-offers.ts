/** What a catalogue offers, as nodes that could stand in the cluster. */

import { type Catalogue, type CatalogueType, HOSTNAME_LABEL, ZONE_LABEL } from '../model/catalogue.ts';
import { DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION } from '../model/daemon-tolerations.ts';
import { NO_LABELS } from '../model/labels.ts';
import { requiredNodeAffinityMatches } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import { isObject, type RawObject } from '../model/parse/fields.ts';
import { parsePod } from '../model/parse/source-of.ts';
import { manifestOf } from '../model/parse/workloads.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { formatQuantity } from '../model/quantity.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { untoleratedTaint } from '../model/taint.ts';

/** A row of the catalogue in one zone: what one bought node would be. */
export interface Offer {
  readonly row: CatalogueType;
  /** Undefined: its nodes have no zone. */
  readonly zone: string | undefined;
  readonly node: Node;
  /** Pods that come with each node: of DaemonSets that select it, and those that the catalogue names. */
  readonly daemons: readonly Pod[];
}

const CATALOGUE_NAMESPACE = 'kube-system';

/** The offers of a catalogue in its order, a row's zones in theirs. @throws PlimsollError FIELD for a DaemonSet that an API server would refuse. */
export function offersOf(catalogue: Catalogue, snapshot: Snapshot): Offer[] {
  const daemonSets = daemonSetPods(snapshot);
  return catalogue.types.flatMap((row) =>
    (row.zones.length === 0 ? [undefined] : row.zones).map((zone): Offer => {
      const node = nodeOf(row, zone, `new-${row.type}`);
      return { row, zone, node, daemons: [...daemonSets.filter((pod) => landsOn(pod, node)), ...catalogueDaemons(row, snapshot)] };
    }),
  );
}

/** A node of the offer under a name. */
export function nodeOf(row: CatalogueType, zone: string | undefined, name: string): Node {
  const labels = new Map([...row.labels, ...(zone === undefined ? [] : [[ZONE_LABEL, zone] as const]), [HOSTNAME_LABEL, name]]);
  const { allocatable, taints } = row;
  return { name, uid: name, labels, annotations: NO_LABELS, unschedulable: false, taints, allocatable, images: [], declaredFeatures: [] };
}

/** A name for the n-th node of an offer, as Kubernetes spells names. */
export function nodeNameOf({ row, zone }: Offer, number: number): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '')
      .replace(/\.[.-]+|-+\./g, '.');
  return ['new', plain(row.type), ...(zone === undefined ? [] : [plain(zone)]), String(number)].join('-');
}

/** One pod of each DaemonSet as it would be on a node that it selects; from its manifest, or from a pod of it where only pods are known. */
function daemonSetPods(snapshot: Snapshot): Pod[] {
  const found = new Map<string, Pod>();
  for (const controller of snapshot.objects.controllers) {
    if (controller.kind !== 'DaemonSet') continue;
    const manifest = manifestOf(controller);
    if (manifest) found.set(podKey(controller), podOfManifest(controller, manifest, snapshot));
  }
  for (const pod of snapshot.pods) {
    const { owner, namespace } = pod.template;
    const key = `${namespace}/${owner?.name}`;
    if (owner?.kind === 'DaemonSet' && !found.has(key)) found.set(key, withoutNodeName(pod));
  }
  return [...found.values()];
}

function podOfManifest({ namespace, name }: { namespace: string; name: string }, manifest: RawObject, snapshot: Snapshot): Pod {
  const spec = isObject(manifest.spec) ? manifest.spec : {};
  const template = isObject(spec.template) ? spec.template : {};
  const metadata = isObject(template.metadata) ? template.metadata : {};
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid: '', controller: true };
  const raw = { kind: 'Pod', metadata: { ...metadata, name, namespace, ownerReferences: [owner] }, spec: template.spec };
  return parsePod(raw, { path: `DaemonSet ${namespace}/${name}: spec.template` }, snapshot);
}

/** The DaemonSet controller has replaced required affinity by the node itself: what it was is not to be known. */
function withoutNodeName(pod: Pod): Pod {
  const { nodeAffinity, ...template } = pod.template;
  const kept = nodeAffinity?.preferred === undefined ? {} : { nodeAffinity: { preferred: nodeAffinity.preferred } };
  return { ...pod, name: pod.template.owner?.name ?? pod.name, nodeName: '', nominatedNodeName: '', template: { ...template, ...kept } };
}

/** Whether the DaemonSet controller would make a pod for the node (upstream NodeShouldRunDaemonPod). */
function landsOn({ template, nodeName }: Pod, node: Node): boolean {
  if (nodeName !== '') return false;
  const tolerations = [
    ...template.tolerations,
    ...[...DAEMON_TOLERATIONS, ...(template.hostNetwork ? [HOST_NETWORK_TOLERATION] : [])].map(([key, effect]) => ({
      key,
      operator: 'Exists',
      value: '',
      effect,
    })),
  ];
  return (
    requiredNodeAffinityMatches(template, node) &&
    untoleratedTaint(node.taints, tolerations, ['NoSchedule', 'NoExecute'], false) === undefined
  );
}

function catalogueDaemons({ daemonSets }: CatalogueType, snapshot: Snapshot): Pod[] {
  return daemonSets.map(({ name, requests }) => {
    const resources = { requests: Object.fromEntries([...requests].map(([resource, amount]) => [resource, formatQuantity(amount)])) };
    const spec = { containers: [{ name: 'daemon', image: 'daemon', resources }], tolerations: [{ operator: 'Exists' }] };
    return parsePod({ kind: 'Pod', metadata: { name, namespace: CATALOGUE_NAMESPACE }, spec }, { path: `daemonsets: ${name}` }, snapshot);
  });
}
