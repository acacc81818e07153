import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { isSince } from '../model/gates.ts';
import { PLAIN_RULES } from '../rules/index.ts';
import type { PodTopologySpreadArgs } from '../rules/pod-topology-spread-constraints.ts';
import type { AnyPlainRule, Semantics } from '../rules/rule.ts';
import { type ProfileConfiguration, parseConfiguration, type SchedulerConfiguration } from './configuration.ts';
import { type ExtensionPoint, type PluginEntry, pluginRegistry } from './extension-points.ts';
import { isConfigurable, PLUGIN_ARGS } from './plugin-args.ts';
import { PluginExpansion, type PluginLists } from './plugin-lists.ts';
import type { BoundRule, PostFilterStep, PreemptionArgs, ResolvedProfile, WeightedRule } from './resolved-profile.ts';

/** Totals are 32-bit in the kernels: the sum of all weights times 100 stays below this. */
export const SCORE_TOTAL_LIMIT = 2 ** 31;

const SCORE_MAX = 100;

/** Upstream's default is an adaptive share; ours is every node, so that an answer depends on no sampling. */
const PERCENTAGE_OF_NODES_TO_SCORE_DEFAULT = 100;

export interface ProfileOptions {
  /** What the configuration names and the engine lacks is an error instead of a warning. */
  readonly strict?: boolean;
  /** Overrules the configuration. 1 to 100; 0 = upstream's adaptive share. */
  readonly percentageOfNodesToScore?: number;
  /** Where the configuration came from, for messages. */
  readonly place?: ErrorPlace;
  /** The rules that plugin names stand for. */
  readonly rules?: readonly AnyPlainRule[];
}

export interface ResolvedProfiles {
  /** At least one; in the order of the configuration. */
  readonly profiles: readonly ResolvedProfile[];
  /** What the configuration asks for and decisions do not reflect, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * The profiles of a KubeSchedulerConfiguration (undefined: the default one) with upstream's rules of merging: defaults
 * and the profile's multiPoint lists first (default_plugins.go mergePlugins), then their expansion at each extension
 * point (runtime/framework.go expandMultiPointPlugins).
 *
 * @throws PlimsollError CONFIG for what upstream refuses, UNSUPPORTED under `strict` for plugins that are not modelled.
 */
export function resolveProfiles(config: unknown, semantics: Semantics, options: ProfileOptions = {}): ResolvedProfiles {
  const place = options.place ?? {};
  const configuration = config === undefined ? DEFAULT_CONFIGURATION : parseConfiguration(config, place, semantics.gates);
  const registry = pluginRegistry(options.rules ?? PLAIN_RULES, semantics.kubeVersion);
  const warnings = new Set(configuration.warnings);
  if (configuration.extenders > 0) {
    if (options.strict) throw new PlimsollError('UNSUPPORTED', 'extenders are not modelled', { path: 'extenders' }).at(place);
    warnings.add(`extenders (${configuration.extenders} in the configuration) are not modelled; decisions are made without them`);
  }
  const profiles = configuration.profiles.map((profile, index): ResolvedProfile => {
    const at: ErrorPlace = { ...place, path: `profiles[${index}]` };
    const lists = new PluginExpansion(profile, registry, at, options.strict ?? false, warnings).expand(semantics.kubeVersion);
    for (const name of profile.args.keys()) {
      if (!registry.has(name)) warnings.add(`${at.path}: the arguments of ${name} are not used, because no such plugin is known`);
    }
    const share = options.percentageOfNodesToScore ?? profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore;
    const percentageOfNodesToScore = share ?? PERCENTAGE_OF_NODES_TO_SCORE_DEFAULT;
    if (percentageOfNodesToScore !== SCORE_MAX) warnings.add(samplingWarning(percentageOfNodesToScore));
    const binder = new RuleBinder(profile, lists, registry, semantics, at);
    const points = binder.points(warnings);
    if (semantics.kubeVersion !== '1.34' && !hasDefaultSpreading(points)) warnings.add(`${at.path}: ${BATCHING_WARNING}`);
    return { schedulerName: profile.schedulerName, percentageOfNodesToScore, ...points };
  });
  return { profiles, warnings: [...warnings] };
}

const DEFAULT_CONFIGURATION: SchedulerConfiguration = {
  profiles: [{ schedulerName: 'default-scheduler', plugins: {}, args: new Map() }],
  extenders: 0,
  warnings: [],
};

function samplingWarning(percentage: number): string {
  const share = percentage === 0 ? 'an adaptive share' : `${percentage}%`;
  return `decisions depend on sampling, because only ${share} of the nodes is scored (percentageOfNodesToScore)`;
}

/** From 1.35 on upstream may reuse the last pod's ranking for an equal pod, unless a plugin cannot sign pods: default spreading cannot. */
const BATCHING_WARNING =
  'kube-scheduler from 1.35 on may batch equal pods here, because no default spreading is configured; decisions are made one by one, as without it';

function hasDefaultSpreading({ filter, score }: Points): boolean {
  return [...filter, ...score].some(({ rule, args }) => {
    if (rule.name !== 'PodTopologySpread') return false;
    const { defaultingType, defaultConstraints } = args as PodTopologySpreadArgs;
    return defaultingType === 'System' || defaultConstraints.length > 0;
  });
}

type Points = Omit<ResolvedProfile, 'schedulerName' | 'percentageOfNodesToScore'>;
type Method = 'prepareFilter' | 'accepts' | 'prepareScore' | 'rate' | 'reserve';

/** Turns lists of plugin names into lists of rules with their arguments. */
class RuleBinder {
  private readonly profile: ProfileConfiguration;
  private readonly lists: PluginLists;
  private readonly registry: ReadonlyMap<string, PluginEntry>;
  private readonly semantics: Semantics;
  private readonly place: ErrorPlace;
  /** One object per plugin, whatever the number of points it acts at. */
  private readonly args = new Map<string, unknown>();

  constructor(
    profile: ProfileConfiguration,
    lists: PluginLists,
    registry: ReadonlyMap<string, PluginEntry>,
    semantics: Semantics,
    place: ErrorPlace,
  ) {
    this.profile = profile;
    this.lists = lists;
    this.registry = registry;
    this.semantics = semantics;
    this.place = place;
  }

  points(warnings: Set<string>): Points {
    const filter = this.bound('filter', 'accepts');
    const scored = this.bound('score', 'rate');
    return {
      preEnqueue: this.lists.at.get('preEnqueue') ?? [],
      preFilter: this.withImplied('preFilter', 'prepareFilter', filter, warnings),
      filter,
      postFilter: this.postFilter(),
      preScore: this.withImplied('preScore', 'prepareScore', scored, warnings),
      score: this.weighted(scored),
      reserve: this.bound('reserve', 'reserve'),
    };
  }

  private bound(point: ExtensionPoint, method: Method): readonly BoundRule[] {
    const bound: BoundRule[] = [];
    for (const name of this.lists.at.get(point) ?? []) {
      const rule = this.registry.get(name)?.rule;
      if (rule?.[method]) bound.push({ rule, args: this.argsOf(name) });
    }
    return bound;
  }

  /**
   * Adds the preparing half of rules of which only the deciding half is enabled. Upstream's plugins then fail every pod
   * or prepare on the fly; running the preparation is the one reading that answers.
   */
  private withImplied(
    point: 'preFilter' | 'preScore',
    method: 'prepareFilter' | 'prepareScore',
    deciding: readonly BoundRule[],
    warnings: Set<string>,
  ): readonly BoundRule[] {
    const prepared = this.bound(point, method);
    const present = new Set(prepared.map(({ rule }) => rule.name));
    const implied = deciding.filter(({ rule }) => rule[method] && !present.has(rule.name));
    for (const { rule } of implied) {
      // A rule may prepare where upstream's plugin does not: that is no difference to tell.
      if (!this.registry.get(rule.name)?.points.has(point)) continue;
      warnings.add(
        `${this.place.path}: ${rule.name} prepares at ${point} although it is not enabled there, because it is enabled after it`,
      );
    }
    return [...prepared, ...implied];
  }

  private weighted(rules: readonly BoundRule[]): readonly WeightedRule[] {
    const weighted = rules.map((bound) => ({ ...bound, weight: this.lists.weights.get(bound.rule.name) ?? 1 }));
    const sum = weighted.reduce((total, { weight }) => total + weight, 0);
    if (sum * SCORE_MAX < SCORE_TOTAL_LIMIT) return weighted;
    const hint = `the limit is ${Math.ceil(SCORE_TOTAL_LIMIT / SCORE_MAX) - 1}; only the ratio of weights matters`;
    throw new PlimsollError('CONFIG', `the weights of the enabled scores add up to ${sum}`, { ...this.place, hint });
  }

  private postFilter(): readonly PostFilterStep[] {
    const names = this.lists.at.get('postFilter') ?? [];
    return names.map((name): PostFilterStep => {
      if (name === 'DynamicResources') return { plugin: name, silent: isSince(this.semantics.kubeVersion, '1.37') };
      return { plugin: 'DefaultPreemption', args: this.argsOf('DefaultPreemption') as PreemptionArgs };
    });
  }

  private argsOf(name: string): unknown {
    if (!this.args.has(name)) this.args.set(name, this.profile.args.get(name) ?? this.defaultArgsOf(name));
    return this.args.get(name);
  }

  private defaultArgsOf(name: string): unknown {
    return isConfigurable(name) ? PLUGIN_ARGS[name]({}, this.place, this.semantics.gates) : undefined;
  }
}
