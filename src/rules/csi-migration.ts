import { isSince, type KubeVersion } from '../model/gates.ts';
import type { Labels } from '../model/labels.ts';
import type { NodeSelectorTerm } from '../model/selector.ts';
import type { CSINode, InTreeKind, InTreeSource, PersistentVolume, Volume } from '../model/volume.ts';

/** Facts of one in-tree volume plugin that a CSI driver has replaced (k8s.io/csi-translation-lib). */
interface InTreePlugin {
  /** In-tree plugin and provisioner name. */
  readonly name: string;
  readonly driver: string;
  /** Migration is switched on in the scheduler: false for plugins whose switch the scheduler never consults. */
  readonly migrates: boolean;
  /** The driver's zone label, where translation rewrites the volume's topology; undefined: topology is left as it is. */
  readonly zoneKey?: string;
}

const PLUGINS: Readonly<Record<InTreeKind, InTreePlugin>> = {
  gce: { name: 'kubernetes.io/gce-pd', driver: 'pd.csi.storage.gke.io', migrates: true, zoneKey: 'topology.gke.io/zone' },
  ebs: { name: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com', migrates: true, zoneKey: 'topology.ebs.csi.aws.com/zone' },
  cinder: {
    name: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    migrates: true,
    zoneKey: 'topology.cinder.csi.openstack.org/zone',
  },
  azureDisk: { name: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com', migrates: true },
  azureFile: { name: 'kubernetes.io/azure-file', driver: 'file.csi.azure.com', migrates: false },
  vsphere: { name: 'kubernetes.io/vsphere-volume', driver: 'csi.vsphere.vmware.com', migrates: false },
  portworx: { name: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com', migrates: true },
};

const KIND_BY_PLUGIN: ReadonlyMap<string, InTreeKind> = new Map(
  (Object.keys(PLUGINS) as InTreeKind[]).map((kind) => [PLUGINS[kind].name, kind]),
);

const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';
const ZONE = 'topology.kubernetes.io/zone';
const ZONE_BETA = 'failure-domain.beta.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const REGION_BETA = 'failure-domain.beta.kubernetes.io/region';

/** The result of a translation: upstream's error text where it fails. */
export type Translated<T> = { readonly value: T } | { readonly error: string };

/** The in-tree plugin whose provisioner has this name; undefined for every other provisioner. */
export function inTreeKindOfProvisioner(provisioner: string): InTreeKind | undefined {
  return KIND_BY_PLUGIN.get(provisioner);
}

export function driverOf(kind: InTreeKind): string {
  return PLUGINS[kind].driver;
}

/** The in-tree source of an inline pod volume that could migrate; undefined for every other volume. */
export function inlineSource(volume: Volume): InTreeSource | undefined {
  switch (volume.kind) {
    case 'gce':
      return { kind: 'gce', id: volume.pdName };
    case 'ebs':
    case 'cinder':
    case 'portworx':
      return { kind: volume.kind, id: volume.volumeID };
    case 'azureDisk':
      return { kind: 'azureDisk', id: volume.diskURI, ...(volume.diskKind === undefined ? {} : { diskKind: volume.diskKind }) };
    case 'azureFile':
      return { kind: 'azureFile', id: volume.shareName };
    case 'vsphere':
      return { kind: 'vsphere', id: volume.volumePath };
    default:
      return undefined;
  }
}

/**
 * Whether NodeVolumeLimits counts volumes of this in-tree plugin as CSI volumes on a node. Since these migrations are
 * final it only asks for a CSINode object; Portworx alone was read from the annotation until 1.35.
 */
export function countsAsCSI(kind: InTreeKind, csiNode: CSINode | undefined, version: KubeVersion): boolean {
  if (csiNode === undefined || !PLUGINS[kind].migrates) return false;
  return kind !== 'portworx' || isSince(version, '1.36') || annotatedPlugins(csiNode).has(PLUGINS[kind].name);
}

/** Whether VolumeBinding translates volumes of this in-tree plugin on a node: the CSINode's annotation names the plugin. */
export function translatesOnNode(kind: InTreeKind, csiNode: CSINode | undefined): boolean {
  return csiNode !== undefined && PLUGINS[kind].migrates && annotatedPlugins(csiNode).has(PLUGINS[kind].name);
}

const annotated = new WeakMap<CSINode, ReadonlySet<string>>();

function annotatedPlugins(csiNode: CSINode): ReadonlySet<string> {
  let plugins = annotated.get(csiNode);
  if (plugins === undefined) {
    plugins = new Set((csiNode.annotations.get(MIGRATED_PLUGINS) || undefined)?.split(','));
    annotated.set(csiNode, plugins);
  }
  return plugins;
}

/** CSI volume handle of an inline pod volume. */
export function inlineHandle(source: InTreeSource): Translated<string> {
  if (source.kind === 'gce') return { value: `projects/UNSPECIFIED/zones/UNSPECIFIED/disks/${source.id}` };
  return handleOf(source);
}

/** CSI volume handle of an in-tree persistent volume. */
export function volumeHandle(volume: PersistentVolume, source: InTreeSource): Translated<string> {
  return source.kind === 'gce' ? gceHandle(volume.labels, source.id) : handleOf(source);
}

function handleOf(source: InTreeSource): Translated<string> {
  if (source.kind === 'ebs') return ebsHandle(source.id);
  if (source.kind === 'azureDisk' && source.diskKind !== undefined && source.diskKind.toLowerCase() !== 'managed') {
    return { error: `kind(${source.diskKind}) is not supported in csi migration` };
  }
  return { value: source.id };
}

/** `aws://zone/vol-id` and `aws:///vol-id` become `vol-id`; anything without that scheme is a bare id. */
function ebsHandle(id: string): Translated<string> {
  if (!id.startsWith('aws://')) return { value: id };
  const path = /^aws:\/\/[^/?#]*([^?#]*)/.exec(id)?.[1] ?? '';
  const handle = path.replace(/^\/+|\/+$/g, '');
  if (/^vol-[^/]*$/.test(handle)) return { value: handle };
  return { error: `failed to translate Kubernetes ID to EBS Volume ID Invalid format for AWS volume (${id})` };
}

function gceHandle(labels: Labels, disk: string): Translated<string> {
  const zones = (labels.get(ZONE_BETA) || labels.get(ZONE) || '').split('__');
  if (zones.length === 1) return { value: `projects/UNSPECIFIED/zones/${zones[0] || 'UNSPECIFIED'}/disks/${disk}` };
  const regions = new Set<string>();
  for (const zone of zones) {
    const parts = zone.split('-');
    if (parts.length !== 3) {
      const problem = `zone in unexpected format, expected: {locale}-{region}-{zone}, got: ${zone}`;
      return { error: `failed to get region from zones: ${problem}` };
    }
    regions.add(`${parts[0]}-${parts[1]}`);
  }
  if (regions.size === 1) return { value: `projects/UNSPECIFIED/regions/${[...regions][0]}/disks/${disk}` };
  const got = [...regions].sort().map((region) => `${region}:{}`);
  return { error: `failed to get region from zones: multiple or no regions gotten from zones, got: map[${got.join(' ')}]` };
}

/**
 * Node affinity of an in-tree persistent volume after translation to CSI: the zone key becomes the driver's own label,
 * and a zone label of the volume becomes a requirement where its affinity has none. undefined = no affinity.
 */
export function translatedAffinity(volume: PersistentVolume, source: InTreeSource): Translated<readonly NodeSelectorTerm[] | undefined> {
  const handle = volumeHandle(volume, source);
  if ('error' in handle) return handle;
  const { zoneKey } = PLUGINS[source.kind];
  return { value: zoneKey === undefined ? volume.nodeAffinity : withDriverTopology(volume, zoneKey) };
}

function withDriverTopology(volume: PersistentVolume, zoneKey: string): readonly NodeSelectorTerm[] | undefined {
  const beta = usesBetaLabels(volume);
  const zoneLabel = beta ? ZONE_BETA : ZONE;
  let terms = volume.nodeAffinity;
  if (hasValues(terms, zoneLabel)) terms = renameKey(terms, zoneLabel, zoneKey);
  else terms = addZones(terms, zoneKey, volume.labels.get(zoneLabel));
  return beta && hasValues(terms, REGION_BETA) ? renameKey(terms, REGION_BETA, REGION) : terms;
}

/** Which generation of topology labels a volume speaks: its affinity decides before its labels, GA before beta. */
function usesBetaLabels(volume: PersistentVolume): boolean {
  const keys = new Set(volume.nodeAffinity?.flatMap((term) => term.matchExpressions.map((requirement) => requirement.key)));
  if (keys.has(ZONE)) return false;
  if (keys.has(ZONE_BETA)) return true;
  return !volume.labels.has(ZONE) && volume.labels.has(ZONE_BETA);
}

function hasValues(terms: readonly NodeSelectorTerm[] | undefined, key: string): boolean {
  return terms?.some((term) => term.matchExpressions.some((r) => r.key === key && r.values.length > 0)) ?? false;
}

function renameKey(terms: readonly NodeSelectorTerm[] | undefined, from: string, to: string): readonly NodeSelectorTerm[] | undefined {
  return terms?.map((term) => ({
    ...term,
    matchExpressions: term.matchExpressions.map((r) => (r.key === from ? { ...r, key: to } : r)),
  }));
}

function addZones(terms: readonly NodeSelectorTerm[] | undefined, key: string, label: string | undefined): typeof terms {
  const zones = (label ?? '').split('__').map((zone) => zone.trim());
  const values = [...new Set(zones)].filter((zone) => zone !== '').sort();
  if (values.length === 0) return terms;
  const requirement = { key, operator: 'In', values };
  // An affinity without terms matches nothing; with the zone added to a fresh term it matches the zone.
  const present = terms === undefined || terms.length === 0 ? [{ matchExpressions: [], matchFields: [] }] : terms;
  return present.map((term) => ({ ...term, matchExpressions: [...term.matchExpressions, requirement] }));
}
