/** Names that are Kubernetes' own, or known to everybody: they tell nothing of a cluster's owner, and rules look for them. */

const TOPOLOGY = ['zone', 'region'];

/** Keys of labels and taints that keep their name. */
export const KUBERNETES_KEYS: ReadonlySet<string> = new Set([
  ...TOPOLOGY.flatMap((each) => [`topology.kubernetes.io/${each}`, `failure-domain.beta.kubernetes.io/${each}`]),
  ...['hostname', 'os', 'arch', 'metadata.name'].map((each) => `kubernetes.io/${each}`),
  ...['os', 'arch', 'instance-type'].map((each) => `beta.kubernetes.io/${each}`),
  ...['instance-type', 'windows-build', 'exclude-from-external-load-balancers'].map((each) => `node.kubernetes.io/${each}`),
  ...[
    'not-ready',
    'unreachable',
    'unschedulable',
    'memory-pressure',
    'disk-pressure',
    'pid-pressure',
    'network-unavailable',
    'out-of-service',
  ].map((each) => `node.kubernetes.io/${each}`),
  ...['control-plane', 'master', 'worker'].map((each) => `node-role.kubernetes.io/${each}`),
  'node.cloudprovider.kubernetes.io/uninitialized',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'batch.kubernetes.io/job-name',
  'statefulset.kubernetes.io/pod-name',
  'controller-revision-hash',
  'pod-template-generation',
  'pod-template-hash',
  'topology.gke.io/zone',
  'topology.ebs.csi.aws.com/zone',
  'topology.cinder.csi.openstack.org/zone',
  ...['host', 'rack'].map((each) => `plimsoll.dev/${each}`),
]);

/** Keys whose values are known to everybody, or numbers that controllers count with. */
export const PUBLIC_VALUE_KEYS: ReadonlySet<string> = new Set([
  ...['kubernetes.io', 'beta.kubernetes.io'].flatMap((domain) => [`${domain}/os`, `${domain}/arch`]),
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
]);

export const KUBERNETES_KINDS: ReadonlySet<string> = new Set([
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController'],
  ...['Node', 'Pod', 'Service', 'PodDisruptionBudget', 'PersistentVolumeClaim'],
]);

export const KUBERNETES_GROUP = /^(?:(?:apps|batch|policy|extensions|[a-z]+\.k8s\.io)\/)?v[0-9][a-z0-9]*$/;

/** Provisioners and drivers: translations from in-tree volumes know them. */
export const KUBERNETES_DRIVERS: ReadonlySet<string> = new Set([
  'kubernetes.io/no-provisioner',
  ...['aws-ebs', 'azure-disk', 'azure-file', 'cinder', 'gce-pd', 'portworx-volume', 'vsphere-volume'].map(
    (each) => `kubernetes.io/${each}`,
  ),
  ...[
    'pd.csi.storage.gke.io',
    'ebs.csi.aws.com',
    'efs.csi.aws.com',
    'cinder.csi.openstack.org',
    'disk.csi.azure.com',
    'file.csi.azure.com',
  ],
  ...['csi.vsphere.vmware.com', 'pxd.portworx.com'],
]);
