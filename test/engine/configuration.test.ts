import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { parseConfiguration } from '../../src/engine/configuration.ts';
import { GATE_DEFAULTS } from '../../src/model/gates.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

function withArgs(name: string, args: unknown) {
  return { ...HEAD, profiles: [{ pluginConfig: [{ name, args }] }] };
}

function argsOf(name: string, args: unknown, gates = GATE_DEFAULTS as Parameters<typeof parseConfiguration>[2]): unknown {
  return parseConfiguration(withArgs(name, args), {}, gates).profiles[0]?.args.get(name);
}

function errorOf(input: unknown, gates?: Parameters<typeof parseConfiguration>[2]): PlimsollError {
  try {
    parseConfiguration(input, { file: 'scheduler.yaml' }, gates);
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('a configuration', () => {
  it('without profiles has the default profile', () => {
    expect(parseConfiguration({ ...HEAD, profiles: [] })).toEqual(parseConfiguration(HEAD));
    expect(parseConfiguration(HEAD).profiles).toEqual([{ schedulerName: 'default-scheduler', plugins: {}, args: new Map() }]);
  });

  it('takes every field that upstream has', () => {
    const parsed = parseConfiguration({
      ...HEAD,
      parallelism: 16,
      leaderElection: {
        leaderElect: true,
        leaseDuration: '15s',
        renewDeadline: '10s',
        retryPeriod: '2s',
        resourceLock: 'leases',
        resourceName: 'a',
        resourceNamespace: 'b',
      },
      clientConnection: { kubeconfig: '/etc/k', acceptContentTypes: '', contentType: 'application/json', qps: 50.5, burst: 100 },
      enableProfiling: true,
      enableContentionProfiling: false,
      percentageOfNodesToScore: 40,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      delayCacheUntilActive: false,
      profiles: [
        {
          schedulerName: 'a',
          percentageOfNodesToScore: 0,
          plugins: { score: { enabled: [{ name: 'ImageLocality', weight: 7 }], disabled: [{ name: '*' }] } },
        },
      ],
      extenders: [
        {
          urlPrefix: 'http://x',
          filterVerb: 'filter',
          prioritizeVerb: 'score',
          weight: 1,
          httpTimeout: '1m30s',
          tlsConfig: { insecure: true },
          managedResources: [{ name: 'example.com/foo', ignoredByScheduler: true }],
        },
      ],
    });
    expect(parsed.percentageOfNodesToScore).toBe(40);
    expect(parsed.profiles[0]).toMatchObject({ schedulerName: 'a', percentageOfNodesToScore: 0 });
    expect(parsed.profiles[0]?.plugins).toEqual({ score: { enabled: [{ name: 'ImageLocality', weight: 7 }], disabled: ['*'] } });
    expect(parsed).toMatchObject({ extenders: 1, warnings: [] });
  });

  it('reads null as not given, like upstream', () => {
    expect(parseConfiguration({ ...HEAD, profiles: null, percentageOfNodesToScore: null, extenders: null })).toEqual(
      parseConfiguration(HEAD),
    );
  });

  it('of a beta version is read with a warning and loses removed plugins', () => {
    const parsed = parseConfiguration({
      ...HEAD,
      apiVersion: 'kubescheduler.config.k8s.io/v1beta2',
      healthzBindAddress: '',
      profiles: [{ plugins: { filter: { enabled: [{ name: 'EBSLimits' }, { name: 'NodeName' }] } } }],
    });
    expect(parsed.profiles[0]?.plugins.filter?.enabled).toEqual([{ name: 'NodeName' }]);
    expect(parsed.warnings).toHaveLength(2);
    expect(parsed.warnings[0]).toContain('kubescheduler.config.k8s.io/v1beta2');
    expect(parsed.warnings[1]).toContain('EBSLimits is left out');
  });

  it('keeps hostile keys as data', () => {
    const error = errorOf(JSON.parse(`{"apiVersion":"${HEAD.apiVersion}","kind":"${HEAD.kind}","__proto__":{"polluted":1}}`));
    expect(error.message).toContain('__proto__: unknown field');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('nested beyond reason is refused without a crash', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(errorOf(withArgs('MyPlugin', deep)).message).toContain('nested more than 64 levels');
  });
});

describe('arguments', () => {
  it('have defaults as upstream', () => {
    expect(argsOf('DefaultPreemption', {})).toEqual({ minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 });
    expect(argsOf('InterPodAffinity', {})).toEqual({ hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false });
    expect(argsOf('NodeAffinity', {})).toEqual({});
    const cpuAndMemory = [
      { name: 'cpu', weight: 1 },
      { name: 'memory', weight: 1 },
    ];
    expect(argsOf('NodeResourcesFit', {})).toEqual({
      ignoredResources: [],
      ignoredResourceGroups: [],
      scoringStrategy: { type: 'LeastAllocated', resources: cpuAndMemory },
    });
    expect(argsOf('NodeResourcesFit', { scoringStrategy: { type: 'MostAllocated' } })).toMatchObject({
      scoringStrategy: { resources: cpuAndMemory },
    });
    expect(argsOf('NodeResourcesBalancedAllocation', {})).toEqual({ resources: cpuAndMemory });
    expect(argsOf('PodTopologySpread', {})).toEqual({ defaultingType: 'System', defaultConstraints: [] });
    expect(argsOf('VolumeBinding', { bindTimeoutSeconds: 0 })).toEqual({});
    expect(argsOf('VolumeBinding', undefined)).toEqual({});
  });

  it('may name their own kind', () => {
    const args = { apiVersion: HEAD.apiVersion, kind: 'InterPodAffinityArgs', hardPodAffinityWeight: 0 };
    expect(argsOf('InterPodAffinity', args)).toMatchObject({ hardPodAffinityWeight: 0 });
    expect(errorOf(withArgs('InterPodAffinity', { ...args, kind: 'NodeAffinityArgs' })).place.path).toBe(
      'profiles[0].pluginConfig[0].args.kind',
    );
  });

  it('of weight 0 mean weight 1', () => {
    const resources = [{ name: 'memory', weight: 0 }, { name: 'nvidia.com/gpu' }];
    expect(argsOf('NodeResourcesFit', { scoringStrategy: { type: 'LeastAllocated', resources } })).toMatchObject({
      scoringStrategy: {
        resources: [
          { name: 'memory', weight: 1 },
          { name: 'nvidia.com/gpu', weight: 1 },
        ],
      },
    });
    expect(argsOf('NodeResourcesBalancedAllocation', { resources })).toMatchObject({ resources: [{ weight: 1 }, { weight: 1 }] });
  });

  it('of RequestedToCapacityRatio keep their shape', () => {
    const shape = [
      { utilization: 0, score: 10 },
      { utilization: 100, score: 0 },
    ];
    const scoringStrategy = { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape } };
    expect(argsOf('NodeResourcesFit', { scoringStrategy })).toMatchObject({ scoringStrategy: { shape } });
  });

  it('of NodeAffinity become the model of an affinity', () => {
    const terms = [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }], matchFields: null }, {}];
    const addedAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 0, preference: { matchExpressions: [{ key: '!', operator: 'Nonsense' }] } },
      ],
    };
    expect(argsOf('NodeAffinity', { addedAffinity })).toEqual({
      addedAffinity: {
        required: [
          { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }], matchFields: [] },
          { matchExpressions: [], matchFields: [] },
        ],
        preferred: [{ weight: 0, preference: { matchExpressions: [{ key: '!', operator: 'Nonsense', values: [] }], matchFields: [] } }],
      },
    });
  });

  it('of PodTopologySpread become constraints without a selector', () => {
    const defaultConstraints = [{ maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }];
    expect(argsOf('PodTopologySpread', { defaultConstraints, defaultingType: 'List' })).toEqual({
      defaultingType: 'List',
      defaultConstraints: [{ ...defaultConstraints[0], matchLabelKeys: [] }],
    });
  });

  it('of VolumeBinding may have a shape only with its gate', () => {
    const shape = [{ utilization: 0, score: 0 }];
    expect(errorOf(withArgs('VolumeBinding', { shape })).message).toContain('shape: needs the feature gate StorageCapacityScoring');
    expect(argsOf('VolumeBinding', { shape }, { ...GATE_DEFAULTS, StorageCapacityScoring: true })).toEqual({ shape });
  });

  it('of a foreign plugin are kept as written', () => {
    expect(argsOf('Coscheduling', { permitWaitingTimeSeconds: 10 })).toEqual({ permitWaitingTimeSeconds: 10 });
  });
});
