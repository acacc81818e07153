/** Tolerations that the DaemonSet controller gives to every pod, as key and effect (upstream AddOrUpdateDaemonPodTolerations). */
export const DAEMON_TOLERATIONS: readonly (readonly [key: string, effect: string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** One more for pods in the network of their host. */
export const HOST_NETWORK_TOLERATION = ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const;
