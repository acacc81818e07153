import { type Draw, HOSTNAME_KEY, type MutableItem, type RawItem, ZONE_KEY, ZONES } from './fleet-draw.ts';

const SCORE_PLUGINS = [
  'TaintToleration',
  'NodeAffinity',
  'NodeResourcesFit',
  'PodTopologySpread',
  'InterPodAffinity',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
] as const;
const FILTER_PLUGINS = [
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
  'PodTopologySpread',
  'InterPodAffinity',
] as const;

/** A KubeSchedulerConfiguration and the schedulerName of each of its profiles. */
export interface DrawnConfiguration {
  readonly config: RawItem;
  readonly profiles: readonly string[];
}

export function drawConfiguration(draw: Draw): DrawnConfiguration {
  const profiles = draw.has('profiles') ? ['default-scheduler', 'packing'] : ['default-scheduler'];
  const config: MutableItem = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: profiles.map((schedulerName) => drawProfile(draw, schedulerName)),
  };
  if (draw.has('sampling')) config.percentageOfNodesToScore = draw.prng.pick([0, 5, 30, 100]);
  return { config, profiles };
}

function drawProfile(draw: Draw, schedulerName: string): RawItem {
  const profile: MutableItem = { schedulerName };
  const plugins = drawPlugins(draw);
  if (plugins !== undefined) profile.plugins = plugins;
  const pluginConfig = drawArgs(draw);
  if (pluginConfig.length > 0) profile.pluginConfig = pluginConfig;
  return profile;
}

function drawPlugins(draw: Draw): RawItem | undefined {
  const { prng } = draw;
  if (draw.sometimes('fewPlugins', 2, 3)) {
    const names = draw.sample(FILTER_PLUGINS, prng.between(1, 5));
    const enabled = ['PrioritySort', ...names, 'DefaultPreemption', 'DefaultBinder'].map((name) => ({ name }));
    return { multiPoint: { disabled: [{ name: '*' }], enabled } };
  }
  if (!draw.has('weights')) return undefined;
  const chosen = draw.sample(SCORE_PLUGINS, prng.between(1, 4));
  if (prng.chance(1, 3)) return { score: { disabled: chosen.map((name) => ({ name })) } };
  return { multiPoint: { enabled: chosen.map((name) => ({ name, weight: prng.between(1, 10) })) } };
}

function drawArgs(draw: Draw): RawItem[] {
  const pluginConfig: RawItem[] = [];
  const fit: MutableItem = {};
  if (draw.has('scoring')) fit.scoringStrategy = drawStrategy(draw);
  if (draw.has('ignoredResources')) fit.ignoredResources = ['example.com/license'];
  if (draw.sometimes('ignoredResources', 1, 2)) fit.ignoredResourceGroups = ['nvidia.com'];
  if (Object.keys(fit).length > 0) pluginConfig.push({ name: 'NodeResourcesFit', args: fit });
  if (draw.sometimes('scoring', 1, 2))
    pluginConfig.push({ name: 'NodeResourcesBalancedAllocation', args: { resources: drawResources(draw, false) } });
  if (draw.has('defaultConstraints')) pluginConfig.push({ name: 'PodTopologySpread', args: drawSpreadArgs(draw) });
  if (draw.has('addedAffinity')) pluginConfig.push({ name: 'NodeAffinity', args: { addedAffinity: drawAddedAffinity(draw) } });
  if (draw.has('affinityArgs')) {
    const args = { hardPodAffinityWeight: draw.prng.pick([0, 1, 50, 100]), ignorePreferredTermsOfExistingPods: draw.prng.chance(1, 2) };
    pluginConfig.push({ name: 'InterPodAffinity', args });
  }
  return pluginConfig;
}

function drawResources(draw: Draw, weighted: boolean): RawItem[] {
  const names = ['cpu', 'memory', 'ephemeral-storage', 'nvidia.com/gpu', 'example.com/license', 'hugepages-2Mi'];
  return draw.sample(names, draw.prng.between(1, 4)).map((name) => ({ name, weight: weighted ? draw.prng.between(1, 10) : 1 }));
}

function drawStrategy(draw: Draw): RawItem {
  const { prng } = draw;
  const type = prng.pick(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']);
  const strategy: MutableItem = { type, resources: drawResources(draw, true) };
  if (type !== 'RequestedToCapacityRatio') return strategy;
  const utilizations = draw.sample([0, 10, 33, 50, 85, 100], prng.between(1, 4)).sort((a, b) => a - b);
  strategy.requestedToCapacityRatio = { shape: utilizations.map((utilization) => ({ utilization, score: prng.between(0, 10) })) };
  return strategy;
}

function drawSpreadArgs(draw: Draw): RawItem {
  const { prng } = draw;
  if (prng.chance(1, 4)) return { defaultingType: 'List', defaultConstraints: [] };
  const keys = draw.sample([ZONE_KEY, HOSTNAME_KEY, 'disktype'], prng.between(1, 2));
  const defaultConstraints = keys.map((topologyKey) => ({
    maxSkew: prng.between(1, 3),
    topologyKey,
    whenUnsatisfiable: prng.pick(['ScheduleAnyway', 'DoNotSchedule']),
  }));
  return { defaultingType: 'List', defaultConstraints };
}

function drawAddedAffinity(draw: Draw): RawItem {
  const zones = { matchExpressions: [{ key: ZONE_KEY, operator: 'In', values: draw.sample(ZONES, 3) }] };
  const affinity: MutableItem = {};
  if (draw.prng.chance(1, 2)) affinity.requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: [zones] };
  if (affinity.requiredDuringSchedulingIgnoredDuringExecution === undefined || draw.prng.chance(1, 2)) {
    const preference = { matchExpressions: [{ key: 'disktype', operator: 'In', values: ['ssd'] }] };
    affinity.preferredDuringSchedulingIgnoredDuringExecution = [{ weight: draw.prng.between(1, 100), preference }];
  }
  return affinity;
}
