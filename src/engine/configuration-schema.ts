import { z } from 'zod';
import { EXTENSION_POINTS } from './extension-points.ts';
import { strictFields } from './strict-schema.ts';

const text = z.string();
const flag = z.boolean();
const int64 = z.int();

/** Go's time.Duration as text: `10s`, `1h30m`, `1.5s`, `0`. */
const GO_DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
export const duration = z.string().regex(GO_DURATION, { error: 'must be a duration such as 10s or 1m30s' });

const percentage = z.int().min(0).max(100);

const plugin = strictFields({ name: text, weight: z.int32().optional() });

/** An extension point's `{enabled, disabled}`. */
const pluginSet = strictFields({ enabled: z.array(plugin).optional(), disabled: z.array(plugin).optional() });

const pointShape = Object.fromEntries([...EXTENSION_POINTS, 'multiPoint'].map((point) => [point, pluginSet.optional()]));

const profile = strictFields({
  schedulerName: text.optional(),
  percentageOfNodesToScore: percentage.optional(),
  plugins: strictFields(pointShape).optional(),
  pluginConfig: z.array(strictFields({ name: text, args: z.unknown().optional() })).optional(),
});

const leaderElection = strictFields({
  leaderElect: flag.optional(),
  leaseDuration: duration.optional(),
  renewDeadline: duration.optional(),
  retryPeriod: duration.optional(),
  resourceLock: text.optional(),
  resourceName: text.optional(),
  resourceNamespace: text.optional(),
});

const clientConnection = strictFields({
  kubeconfig: text.optional(),
  acceptContentTypes: text.optional(),
  contentType: text.optional(),
  qps: z.number().optional(),
  burst: z.int32().optional(),
});

const extenderTls = strictFields({
  insecure: flag.optional(),
  serverName: text.optional(),
  certFile: text.optional(),
  keyFile: text.optional(),
  caFile: text.optional(),
  certData: text.optional(),
  keyData: text.optional(),
  caData: text.optional(),
});

const extender = strictFields({
  urlPrefix: text.optional(),
  filterVerb: text.optional(),
  preemptVerb: text.optional(),
  prioritizeVerb: text.optional(),
  weight: int64.optional(),
  bindVerb: text.optional(),
  enableHTTPS: flag.optional(),
  tlsConfig: extenderTls.optional(),
  httpTimeout: duration.optional(),
  nodeCacheCapable: flag.optional(),
  managedResources: z.array(strictFields({ name: text, ignoredByScheduler: flag.optional() })).optional(),
  ignorable: flag.optional(),
});

const fields = {
  apiVersion: text,
  kind: z.literal('KubeSchedulerConfiguration'),
  parallelism: z.int32().min(1).optional(),
  leaderElection: leaderElection.optional(),
  clientConnection: clientConnection.optional(),
  enableProfiling: flag.optional(),
  enableContentionProfiling: flag.optional(),
  percentageOfNodesToScore: percentage.optional(),
  podInitialBackoffSeconds: int64.min(1).optional(),
  podMaxBackoffSeconds: int64.optional(),
  profiles: z.array(profile).optional(),
  extenders: z.array(extender).optional(),
  delayCacheUntilActive: flag.optional(),
};

/** A KubeSchedulerConfiguration `kubescheduler.config.k8s.io/v1`, field for field. */
export const configurationSchema = strictFields(fields);

/** v1beta2 and v1beta3: the same, plus fields that have gone since. */
export const betaConfigurationSchema = strictFields({
  ...fields,
  healthzBindAddress: text.optional(),
  metricsBindAddress: text.optional(),
});

export type ConfigurationInput = z.output<typeof configurationSchema>;
export type ProfileInput = z.output<typeof profile>;
export type PluginSetInput = z.output<typeof pluginSet>;
export type ExtenderInput = z.output<typeof extender>;
