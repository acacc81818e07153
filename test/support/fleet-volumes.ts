import { BETA_ZONE_KEY, type Draw, HOSTNAME_KEY, type MutableItem, type RawItem, REGION_KEY, ZONE_KEY, ZONES } from './fleet-draw.ts';

const DRIVER = 'csi.example.com';
const WAIT_CLASSES = ['wait', 'wait-zoned', 'local'] as const;
const SIZES = ['1Gi', '5Gi', '5368709121', '100Gi'] as const;
const BOUND = { 'pv.kubernetes.io/bind-completed': 'yes' };

/** Storage objects of a cluster, and the claims that pods of each namespace may name. */
export interface DrawnStorage {
  readonly items: readonly RawItem[];
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

export function drawStorage(draw: Draw, namespaces: readonly string[], nodeNames: readonly string[]): DrawnStorage {
  const claims = new Map<string, readonly string[]>();
  const wanted = draw.has('claims') || draw.has('unboundClaims') || draw.has('ephemeralVolumes') || draw.has('volumeLimits');
  if (!wanted) return { items: [], claims };
  const items: RawItem[] = drawClasses(draw);
  for (const namespace of namespaces) {
    const names: string[] = [];
    for (let i = draw.prng.between(1, 4); i > 0; i--) names.push(drawClaim(draw, namespace, names.length, nodeNames, items));
    if (draw.sometimes('brokenClaims', 1, 2)) names.push('missing');
    claims.set(namespace, names);
  }
  if (draw.has('unboundClaims'))
    items.push(...draw.list(0, 6, (i) => drawVolume(draw, `free-${i}`, nodeNames, draw.prng.pick(WAIT_CLASSES))));
  if (draw.has('volumeLimits')) items.push(...drawLimits(draw, nodeNames));
  if (draw.has('storageCapacity')) items.push(...drawCapacities(draw));
  return { items, claims };
}

function drawClasses(draw: Draw): RawItem[] {
  const storageClass = (name: string, provisioner: string, mode: string): MutableItem => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: mode,
  });
  const zoned = storageClass('wait-zoned', DRIVER, 'WaitForFirstConsumer');
  zoned.allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE_KEY, values: draw.sample(ZONES, 2) }] }];
  return [
    storageClass('wait', DRIVER, 'WaitForFirstConsumer'),
    zoned,
    storageClass('local', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer'),
    storageClass('now', DRIVER, 'Immediate'),
  ];
}

/** Adds one claim (and its volume, when bound) to `items`; its name. */
function drawClaim(draw: Draw, namespace: string, index: number, nodeNames: readonly string[], items: RawItem[]): string {
  const { prng } = draw;
  const unbound = draw.has('unboundClaims') && (prng.chance(1, 2) || !draw.has('claims'));
  const name = `${unbound ? 'wait' : 'bound'}-${index}`;
  const volumeName = `pv-${namespace}-${index}`;
  const className = unbound ? prng.pick(draw.has('brokenClaims') ? [...WAIT_CLASSES, 'now', 'missing-class'] : WAIT_CLASSES) : 'wait';
  const accessModes = prng.chance(1, 6) ? ['ReadWriteOncePod'] : [prng.pick(['ReadWriteOnce', 'ReadWriteMany'])];
  const metadata: MutableItem = { name, namespace, uid: `uid-${namespace}-${name}` };
  const spec: MutableItem = {
    accessModes,
    resources: { requests: { storage: prng.pick(SIZES) } },
    storageClassName: className,
    volumeMode: 'Filesystem',
  };
  if (unbound && prng.chance(1, 4) && nodeNames.length > 0)
    metadata.annotations = { 'volume.kubernetes.io/selected-node': prng.pick(nodeNames) };
  if (!unbound) {
    metadata.annotations = BOUND;
    spec.volumeName = volumeName;
    if (!draw.sometimes('brokenClaims', 1, 6))
      items.push(drawVolume(draw, volumeName, nodeNames, className, { namespace, name, uid: metadata.uid as string }));
  }
  if (draw.sometimes('brokenClaims', 1, 8)) metadata.deletionTimestamp = '2026-01-05T00:00:00Z';
  const phase = draw.sometimes('brokenClaims', 1, 8) ? 'Lost' : unbound ? 'Pending' : 'Bound';
  items.push({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status: { phase } });
  return name;
}

function drawVolume(draw: Draw, name: string, nodeNames: readonly string[], storageClassName: string, claimRef?: RawItem): RawItem {
  const { prng } = draw;
  const metadata: MutableItem = { name };
  if (draw.sometimes('zonedVolumes', 1, 2)) {
    const key = prng.pick([ZONE_KEY, ZONE_KEY, BETA_ZONE_KEY, REGION_KEY]);
    metadata.labels = { [key]: key === REGION_KEY ? 'east' : prng.chance(1, 4) ? `${ZONES[0]}__${ZONES[1]}` : prng.pick(ZONES) };
  }
  const spec: MutableItem = {
    capacity: { storage: prng.pick(SIZES) },
    accessModes:
      claimRef === undefined
        ? draw.sample(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'], 2)
        : ['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'],
    storageClassName,
    volumeMode: 'Filesystem',
    persistentVolumeReclaimPolicy: 'Delete',
    csi: { driver: DRIVER, volumeHandle: `handle-${name}` },
  };
  if (claimRef !== undefined) spec.claimRef = claimRef;
  const affinity = drawVolumeAffinity(draw, nodeNames);
  if (affinity !== undefined) spec.nodeAffinity = affinity;
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec, status: { phase: claimRef === undefined ? 'Available' : 'Bound' } };
}

function drawVolumeAffinity(draw: Draw, nodeNames: readonly string[]): RawItem | undefined {
  const { prng } = draw;
  if (prng.chance(1, 3)) return undefined;
  const byHost = prng.chance(1, 3) && nodeNames.length > 0;
  const key = byHost ? HOSTNAME_KEY : ZONE_KEY;
  const values = byHost ? draw.sample(nodeNames, Math.min(3, nodeNames.length)) : draw.sample(ZONES, 2);
  return { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] } };
}

function drawLimits(draw: Draw, nodeNames: readonly string[]): RawItem[] {
  const items: RawItem[] = [];
  for (const name of nodeNames) {
    if (draw.prng.chance(1, 5)) continue;
    const allocatable = draw.prng.chance(3, 4) ? { count: draw.prng.pick([0, 1, 2, 8]) } : undefined;
    const driver: MutableItem = { name: DRIVER, nodeID: name, topologyKeys: [ZONE_KEY] };
    if (allocatable !== undefined) driver.allocatable = allocatable;
    items.push({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name }, spec: { drivers: [driver] } });
    if (!draw.prng.chance(1, 6)) continue;
    const source = { persistentVolumeName: 'pv-default-0' };
    items.push({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: `attachment-${name}` },
      spec: { attacher: DRIVER, nodeName: name, source },
      status: { attached: true },
    });
  }
  return items;
}

function drawCapacities(draw: Draw): RawItem[] {
  const driver = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: DRIVER },
    spec: { storageCapacity: draw.prng.chance(3, 4) },
  };
  const capacities = draw.list(0, 4, (index): RawItem => {
    const metadata = { name: `capacity-${index}`, namespace: 'default' };
    const item: MutableItem = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIStorageCapacity',
      metadata,
      storageClassName: draw.prng.pick(['wait', 'wait-zoned']),
    };
    item.capacity = draw.prng.pick(['4Gi', '50Gi']);
    if (draw.prng.chance(1, 3)) item.maximumVolumeSize = '4Gi';
    if (draw.prng.chance(4, 5)) item.nodeTopology = { matchLabels: { [ZONE_KEY]: draw.prng.pick(ZONES) } };
    return item;
  });
  return [driver, ...capacities];
}

/** spec.volumes of a pod template of the namespace. */
export function drawPodVolumes(draw: Draw, claims: readonly string[]): RawItem[] {
  const { prng } = draw;
  const volumes: RawItem[] = [];
  if ((draw.has('claims') || draw.has('unboundClaims')) && claims.length > 0 && prng.chance(1, 2)) {
    for (const [index, claimName] of draw.sample(claims, prng.between(1, Math.min(2, claims.length))).entries()) {
      volumes.push({ name: `claim-${index}`, persistentVolumeClaim: { claimName } });
    }
  }
  if (draw.sometimes('inlineVolumes', 1, 2)) volumes.push({ name: 'inline', ...drawInline(draw) });
  if (draw.sometimes('ephemeralVolumes', 1, 3)) {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'wait', resources: { requests: { storage: '1Gi' } } };
    volumes.push({ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } });
  }
  if (volumes.length > 0 && prng.chance(1, 3)) volumes.push({ name: 'empty', emptyDir: {} });
  return volumes;
}

function drawInline(draw: Draw): RawItem {
  const { prng } = draw;
  const readOnly = prng.chance(1, 2);
  const id = prng.pick(['disk-1', 'disk-2']);
  switch (prng.below(5)) {
    case 0:
      return { gcePersistentDisk: { pdName: id, readOnly } };
    case 1:
      return { awsElasticBlockStore: { volumeID: id } };
    case 2:
      return { iscsi: { targetPortal: '10.0.0.1', iqn: `iqn.2026-01.example:${id}`, lun: 0, readOnly } };
    case 3:
      return { csi: { driver: DRIVER } };
    default:
      return { rbd: { monitors: prng.pick([['m1', 'm2'], ['m2'], ['m3']]), image: id, pool: 'rbd', readOnly } };
  }
}

/** The claim of a pod's generic ephemeral volume; sometimes not there yet, sometimes somebody else's (with `foreignClaims` only if the pod counts as placed for others). */
export function drawEphemeralClaim(
  draw: Draw,
  pod: { readonly namespace: string; readonly name: string; readonly uid: string; readonly placed: boolean },
): RawItem | undefined {
  if (draw.prng.chance(1, 6)) return undefined;
  const foreign = draw.prng.chance(1, 8) && (!pod.placed || draw.has('foreignClaims'));
  const uid = foreign ? 'somebody-else' : pod.uid;
  const owner = { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid, controller: true };
  const metadata = { name: `${pod.name}-scratch`, namespace: pod.namespace, uid: `uid-${pod.name}-scratch`, ownerReferences: [owner] };
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'wait',
    volumeMode: 'Filesystem',
    resources: { requests: { storage: '1Gi' } },
  };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status: { phase: 'Pending' } };
}
