/**
 * Every field that anything in this program reads, by kind: an allow-list. What is not here (environments, commands, annotations, managed fields,
 * status of no interest) never reaches an anonymised or shrunk snapshot, and is no change in a comparison. test/plan/anonymize.test.ts holds it to the
 * readers: a hard cluster that is cut down to these fields is read as the same snapshot.
 */
import { isObject, type RawObject } from '../model/parse/fields.ts';
import { kindOf } from '../model/parse/kinds.ts';
import { fields, keyed, leaf, list, map, type Renaming, type Shape } from './field-shape.ts';

const word = leaf('word');
const words = list(word);
const name = leaf('name');
const time = leaf('time');
const value = leaf('value');
const blank = leaf('blank');
const driver = leaf('driver');
const volumeId = leaf('volume');
const nothing = fields({});

const labels = map('key', value);
const keys = list(leaf('key'));
const quantities = map('resource', word);
const requirement = keyed({ key: leaf('key'), operator: word, values: list(value) });
const selector = fields({ matchLabels: labels, matchExpressions: list(requirement) });
const fieldRequirement = keyed({ key: word, operator: word, values: list(name) });
const nodeTerm = fields({ matchExpressions: list(requirement), matchFields: list(fieldRequirement) });
const nodeTerms = fields({ nodeSelectorTerms: list(nodeTerm) });

const metadata = fields({
  name,
  namespace: name,
  uid: leaf('uid'),
  labels,
  annotations: fields({
    'kubernetes.io/config.mirror': blank,
    'deployment.kubernetes.io/revision': word,
    'volume.beta.kubernetes.io/storage-class': leaf('class'),
    'volume.kubernetes.io/selected-node': name,
    'pv.kubernetes.io/bind-completed': blank,
    'pv.kubernetes.io/bound-by-controller': blank,
    'storage.alpha.kubernetes.io/migrated-plugins': word,
    'storageclass.kubernetes.io/is-default-class': word,
    'storageclass.beta.kubernetes.io/is-default-class': word,
  }),
  creationTimestamp: time,
  deletionTimestamp: time,
  ownerReferences: list(fields({ apiVersion: leaf('group'), kind: leaf('kind'), name, uid: leaf('uid'), controller: word })),
});

const taint = keyed({ key: leaf('key'), value, effect: word });
const toleration = keyed({ key: leaf('key'), operator: word, value, effect: word, tolerationSeconds: word });

const affinityTerm = fields({
  topologyKey: leaf('key'),
  labelSelector: selector,
  namespaces: list(name),
  namespaceSelector: selector,
  matchLabelKeys: keys,
  mismatchLabelKeys: keys,
});
const podAffinity = fields({
  requiredDuringSchedulingIgnoredDuringExecution: list(affinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(fields({ weight: word, podAffinityTerm: affinityTerm })),
});
const affinity = fields({
  nodeAffinity: fields({
    requiredDuringSchedulingIgnoredDuringExecution: nodeTerms,
    preferredDuringSchedulingIgnoredDuringExecution: list(fields({ weight: word, preference: nodeTerm })),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

const resources = fields({ requests: quantities, limits: quantities });
const container = fields({
  name,
  image: leaf('image'),
  resources,
  ports: list(fields({ hostIP: leaf('address'), hostPort: word, containerPort: word, protocol: word })),
  restartPolicy: word,
  restartPolicyRules: list(fields({ action: word })),
  volumeMounts: list(fields({ bindMountOptions: list(blank) })),
});

const claimSpec = fields({
  volumeName: name,
  storageClassName: leaf('class'),
  accessModes: words,
  volumeMode: word,
  volumeAttributesClassName: leaf('class'),
  resources,
  selector,
});
const claimTemplate = fields({ metadata: fields({ name, labels }), spec: claimSpec });

const volume = fields({
  name,
  emptyDir: nothing,
  persistentVolumeClaim: fields({ claimName: name, readOnly: word }),
  ephemeral: fields({ volumeClaimTemplate: claimTemplate }),
  gcePersistentDisk: fields({ pdName: volumeId, readOnly: word }),
  awsElasticBlockStore: fields({ volumeID: volumeId }),
  iscsi: fields({ iqn: volumeId, readOnly: word }),
  rbd: fields({ monitors: list(volumeId), pool: name, image: volumeId, readOnly: word }),
  azureDisk: fields({ diskName: volumeId, diskURI: volumeId, kind: word }),
  azureFile: fields({ shareName: volumeId, secretName: name }),
  cinder: fields({ volumeID: volumeId }),
  vsphereVolume: fields({ volumePath: volumeId }),
  portworxVolume: fields({ volumeID: volumeId }),
  csi: fields({ driver }),
  image: fields({ reference: leaf('image') }),
});

const podSpec = fields({
  nodeName: name,
  schedulerName: leaf('scheduler'),
  priority: word,
  priorityClassName: leaf('class'),
  preemptionPolicy: word,
  runtimeClassName: leaf('class'),
  schedulingGates: list(fields({ name })),
  nodeSelector: labels,
  affinity,
  tolerations: list(toleration),
  topologySpreadConstraints: list(
    fields({
      maxSkew: word,
      topologyKey: leaf('key'),
      whenUnsatisfiable: word,
      labelSelector: selector,
      minDomains: word,
      nodeAffinityPolicy: word,
      nodeTaintsPolicy: word,
      matchLabelKeys: keys,
    }),
  ),
  initContainers: list(container),
  containers: list(container),
  overhead: quantities,
  resources,
  hostNetwork: word,
  volumes: list(volume),
  resourceClaims: list(fields({ name })),
  schedulingGroup: nothing,
});

/** Conditions of other types may carry names of their owner's making. */
function conditions(types: readonly string[]): Shape {
  const condition = fields({ type: word, status: word, reason: word });
  return (raw, rename, key) =>
    Array.isArray(raw)
      ? raw.filter((item) => isObject(item) && types.includes(item.type as string)).map((item) => condition(item, rename, key))
      : undefined;
}

const containerStatuses = list(fields({ name, resources: fields({ requests: quantities }), allocatedResources: quantities }));
const podStatus = fields({
  phase: word,
  nominatedNodeName: name,
  startTime: time,
  conditions: conditions(['DisruptionTarget', 'PodResizePending']),
  containerStatuses,
  initContainerStatuses: containerStatuses,
  resources: fields({ requests: quantities }),
  allocatedResources: quantities,
});

const podTemplate = fields({ metadata: fields({ labels, annotations: fields({ 'kubernetes.io/config.mirror': blank }) }), spec: podSpec });

const inTree = (id: string) => fields({ [id]: volumeId, kind: word });
const volumeSpec = fields({
  capacity: quantities,
  accessModes: words,
  storageClassName: leaf('class'),
  volumeMode: word,
  volumeAttributesClassName: leaf('class'),
  claimRef: fields({ namespace: name, name, uid: leaf('uid') }),
  nodeAffinity: fields({ required: nodeTerms }),
  csi: fields({ driver, volumeHandle: volumeId }),
  gcePersistentDisk: inTree('pdName'),
  awsElasticBlockStore: inTree('volumeID'),
  azureDisk: inTree('diskURI'),
  azureFile: inTree('shareName'),
  cinder: inTree('volumeID'),
  vsphereVolume: inTree('volumePath'),
  portworxVolume: inTree('volumeID'),
});

const rolling = fields({
  type: word,
  rollingUpdate: fields({ maxSurge: word, maxUnavailable: word, partition: word }),
});
const workload = fields({
  replicas: word,
  parallelism: word,
  completions: word,
  completionMode: word,
  suspend: word,
  ordinals: fields({ start: word }),
  strategy: rolling,
  updateStrategy: rolling,
  selector,
  template: podTemplate,
  volumeClaimTemplates: list(claimTemplate),
});

const topologies = list(fields({ matchLabelExpressions: list(keyed({ key: leaf('key'), values: list(value) })) }));
const limits = list(fields({ type: word, max: quantities, min: quantities, default: quantities, defaultRequest: quantities }));

/** A `kind` that has no namespace is written without one. */
interface Kind {
  readonly namespaced: boolean;
  readonly shape: Shape;
}

function kind(namespaced: boolean, shapes: Readonly<Record<string, Shape>>): Kind {
  return { namespaced, shape: fields({ apiVersion: word, kind: word, metadata, ...shapes }) };
}

const controller = kind(true, {
  spec: workload,
  status: fields({ desiredNumberScheduled: word, succeeded: word, completedIndexes: word }),
});

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['Pod', kind(true, { spec: podSpec, status: podStatus })],
  [
    'Node',
    kind(false, {
      spec: fields({ unschedulable: word, taints: list(taint) }),
      status: fields({
        capacity: quantities,
        allocatable: quantities,
        images: list(fields({ names: list(leaf('image')), sizeBytes: word })),
        declaredFeatures: words,
      }),
    }),
  ],
  ['Namespace', kind(false, {})],
  ['Service', kind(true, { spec: fields({ selector: labels }) })],
  ['ReplicationController', kind(true, { spec: fields({ replicas: word, selector: labels, template: podTemplate }) })],
  ['ReplicaSet', controller],
  ['StatefulSet', controller],
  ['Deployment', controller],
  ['DaemonSet', controller],
  ['Job', controller],
  ['CronJob', kind(true, { spec: fields({ suspend: word, jobTemplate: fields({ spec: workload }) }) })],
  [
    'PodDisruptionBudget',
    kind(true, {
      spec: fields({ selector, minAvailable: word, maxUnavailable: word }),
      status: fields({ disruptionsAllowed: word, disruptedPods: map('name', blank), currentHealthy: word, desiredHealthy: word }),
    }),
  ],
  ['PersistentVolume', kind(false, { spec: volumeSpec, status: fields({ phase: word }) })],
  ['PersistentVolumeClaim', kind(true, { spec: claimSpec, status: fields({ phase: word }) })],
  ['StorageClass', kind(false, { provisioner: driver, volumeBindingMode: word, allowedTopologies: topologies })],
  ['CSINode', kind(false, { spec: fields({ drivers: list(fields({ name: driver, allocatable: fields({ count: word }) })) }) })],
  ['CSIDriver', kind(false, { spec: fields({ storageCapacity: word, preventPodSchedulingIfMissing: word }) })],
  ['CSIStorageCapacity', kind(true, { storageClassName: leaf('class'), capacity: word, maximumVolumeSize: word, nodeTopology: selector })],
  ['VolumeAttachment', kind(false, { spec: fields({ attacher: driver, nodeName: name, source: fields({ persistentVolumeName: name }) }) })],
  ['PriorityClass', kind(false, { value: word, globalDefault: word, preemptionPolicy: word })],
  [
    'RuntimeClass',
    kind(false, {
      overhead: fields({ podFixed: quantities }),
      scheduling: fields({ nodeSelector: labels, tolerations: list(toleration) }),
    }),
  ],
  ['LimitRange', kind(true, { spec: fields({ limits }) })],
]);

const AS_IT_IS: Renaming = (_role, text) => text;

export function isNamespaced(kindName: string): boolean {
  return KINDS.get(kindName)?.namespaced ?? true;
}

/** The object with the fields that are read, texts renamed; undefined for a kind that is read past. Linear in the object. */
export function reducedObject(raw: RawObject, rename: Renaming = AS_IT_IS): RawObject | undefined {
  const { kind: kindName, apiVersion } = raw;
  if (typeof kindName !== 'string') return undefined;
  const group = typeof apiVersion === 'string' ? (/^(.*)\//.exec(apiVersion)?.[1] ?? '') : undefined;
  const isRead = kindName === 'Pod' ? (group ?? '') === '' : kindOf(kindName, group) !== undefined;
  return isRead ? (KINDS.get(kindName)?.shape(raw, rename, '') as RawObject | undefined) : undefined;
}
