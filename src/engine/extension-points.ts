import { isSince, type KubeVersion } from '../model/gates.ts';
import type { AnyPlainRule } from '../rules/rule.ts';

/** Extension points of upstream's framework, by their names in a KubeSchedulerConfiguration. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
  'placementGenerate',
  'placementScore',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

const FILTERS = ['preFilter', 'filter'] as const;
const FILTERS_AND_SCORES = ['preFilter', 'filter', 'preScore', 'score'] as const;

/** Upstream's in-tree plugins and the extension points that each implements (Kubernetes 1.36, framework/plugins). */
const UPSTREAM_PLUGINS: ReadonlyMap<string, readonly ExtensionPoint[]> = new Map<string, readonly ExtensionPoint[]>([
  ['SchedulingGates', ['preEnqueue']],
  ['PrioritySort', ['queueSort']],
  ['NodeUnschedulable', ['filter']],
  ['NodeName', ['filter']],
  ['TaintToleration', ['filter', 'preScore', 'score']],
  ['NodeAffinity', FILTERS_AND_SCORES],
  ['NodePorts', FILTERS],
  ['NodeResourcesFit', [...FILTERS_AND_SCORES, 'placementScore']],
  ['VolumeRestrictions', FILTERS],
  ['NodeVolumeLimits', FILTERS],
  ['VolumeBinding', [...FILTERS_AND_SCORES, 'reserve', 'preBind']],
  ['VolumeZone', FILTERS],
  ['PodTopologySpread', FILTERS_AND_SCORES],
  ['InterPodAffinity', FILTERS_AND_SCORES],
  ['DynamicResources', ['preEnqueue', ...FILTERS, 'postFilter', 'score', 'reserve', 'preBind']],
  ['DefaultPreemption', ['preEnqueue', 'postFilter']],
  ['NodeResourcesBalancedAllocation', ['preScore', 'score']],
  ['ImageLocality', ['score']],
  ['DefaultBinder', ['bind']],
  ['NodeDeclaredFeatures', FILTERS],
  ['GangScheduling', ['preEnqueue', 'permit']],
  ['TopologyPlacementGenerator', ['placementGenerate']],
  ['PodGroupPodsCount', ['placementScore']],
]);

/** Plugins that have a PreFilter from 1.37 on. It only does something for pods that are on a node already. */
const PRE_FILTERS_FROM_137: ReadonlySet<string> = new Set(['NodeName', 'NodeUnschedulable', 'TaintToleration']);

/** Plugins that need no rule: they queue and bind (which a decision does not depend on), or the cycle itself acts for them. */
const BUILT_IN: ReadonlySet<string> = new Set(['SchedulingGates', 'PrioritySort', 'DefaultPreemption', 'DefaultBinder']);

/** Per-volume-type limits of older releases; NodeVolumeLimits has replaced them and upstream's v1 validation refuses them. */
export const REMOVED_PLUGINS: ReadonlySet<string> = new Set(['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']);

/** What is known of a plugin name. */
export interface PluginEntry {
  readonly name: string;
  readonly points: ReadonlySet<ExtensionPoint>;
  /** The rule that restates it; absent when the cycle acts for it or nothing does. */
  readonly rule?: AnyPlainRule;
  /** False: upstream has the plugin and its decisions are not reproduced. */
  readonly modelled: boolean;
}

/**
 * Every plugin name that a configuration may use: upstream's in-tree plugins and those of `rules` that upstream lacks,
 * which take part wherever they have a method.
 */
export function pluginRegistry(rules: readonly AnyPlainRule[], kubeVersion: KubeVersion): ReadonlyMap<string, PluginEntry> {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const registry = new Map<string, PluginEntry>();
  for (const [name, points] of UPSTREAM_PLUGINS) {
    const rule = byName.get(name);
    const modelled = rule !== undefined || BUILT_IN.has(name);
    const added = isSince(kubeVersion, '1.37') && PRE_FILTERS_FROM_137.has(name) ? (['preFilter'] as const) : [];
    registry.set(name, { name, points: new Set([...points, ...added]), modelled, ...(rule ? { rule } : {}) });
  }
  for (const rule of rules) {
    if (!registry.has(rule.name)) registry.set(rule.name, { name: rule.name, points: new Set(pointsOfRule(rule)), modelled: true, rule });
  }
  return registry;
}

/** The points at which a rule does something of its own. */
export function pointsOfRule(rule: AnyPlainRule): ExtensionPoint[] {
  const points: ExtensionPoint[] = [];
  if (rule.prepareFilter) points.push('preFilter');
  if (rule.accepts) points.push('filter');
  if (rule.prepareScore) points.push('preScore');
  if (rule.rate) points.push('score');
  if (rule.reserve) points.push('reserve');
  return points;
}

export interface DefaultPlugin {
  readonly name: string;
  readonly weight?: number;
}

const DEFAULT_PLUGINS: readonly DefaultPlugin[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  // Before DefaultPreemption: freeing an idle claim is tried before evicting pods.
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
];

/** Upstream's default multiPoint list with default feature gates (apis/config/v1/default_plugins.go). */
export function defaultPlugins(kubeVersion: KubeVersion): readonly DefaultPlugin[] {
  if (!isSince(kubeVersion, '1.36')) return DEFAULT_PLUGINS;
  // NodeDeclaredFeatures is beta and on from 1.36. From 1.37 on NodeName is asked before NodeUnschedulable.
  const first = isSince(kubeVersion, '1.37') ? ['SchedulingGates', 'PrioritySort', 'NodeName'] : [];
  const others = DEFAULT_PLUGINS.filter(({ name }) => !first.includes(name));
  return [...first.map((name) => ({ name })), ...others, { name: 'NodeDeclaredFeatures' }];
}
