import { z } from 'zod';
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import type { FeatureGates } from '../model/gates.ts';
import { levelLabel } from '../model/hosts.ts';
import { labelKeyProblem } from '../model/names.ts';
import type { SpreadConstraint } from '../model/pod.ts';
import type { HostCapacityArgs } from '../rules/host-capacity.ts';
import type { HostSpreadArgs } from '../rules/host-spread.ts';
import type { InterPodAffinityArgs } from '../rules/inter-pod-affinity.ts';
import type { NodeAffinityArgs } from '../rules/node-affinity.ts';
import type { BalancedAllocationArgs } from '../rules/node-resources-balanced-allocation.ts';
import type { NodeResourcesFitArgs } from '../rules/node-resources-fit.ts';
import type { PodTopologySpreadArgs } from '../rules/pod-topology-spread.ts';
import { SCORED_RESOURCES_DEFAULT } from '../rules/resource-allocation.ts';
import type { ShapePoint } from '../rules/scoring-strategy.ts';
import type { VolumeBindingArgs } from '../rules/volume-binding.ts';
import { nodeAffinitySchema, toNodeAffinityArgs } from './added-affinity.ts';
import { duration } from './configuration-schema.ts';
import { PREEMPTION_ARGS_DEFAULT, type PreemptionArgs } from './resolved-profile.ts';
import { parseStrict, strictFields } from './strict-schema.ts';

export interface PluginArgs {
  readonly DefaultPreemption: PreemptionArgs;
  readonly InterPodAffinity: InterPodAffinityArgs;
  readonly NodeAffinity: NodeAffinityArgs;
  readonly NodeResourcesFit: NodeResourcesFitArgs;
  readonly NodeResourcesBalancedAllocation: BalancedAllocationArgs;
  readonly PodTopologySpread: PodTopologySpreadArgs;
  readonly VolumeBinding: VolumeBindingArgs;
  readonly DynamicResources: object;
  readonly HostSpread: HostSpreadArgs;
  readonly HostCapacity: HostCapacityArgs;
}

export type ConfigurablePlugin = keyof PluginArgs;

type Reader<Args> = (input: unknown, place: ErrorPlace, gates: FeatureGates) => Args;

/** Reads a plugin's arguments: upstream's with the defaults of its apis/config/v1/defaults.go and the checks of apis/config/validation. */
export const PLUGIN_ARGS: { readonly [Name in ConfigurablePlugin]: Reader<PluginArgs[Name]> } = {
  DefaultPreemption: readPreemption,
  InterPodAffinity: readInterPodAffinity,
  NodeAffinity: (input, place) => toNodeAffinityArgs(parseStrict(nodeAffinitySchema, input, place), place),
  NodeResourcesFit: readFit,
  NodeResourcesBalancedAllocation: readBalanced,
  PodTopologySpread: readSpread,
  VolumeBinding: readVolumeBinding,
  DynamicResources: readDynamicResources,
  HostSpread: readHostSpread,
  HostCapacity: readHostCapacity,
};

export function isConfigurable(plugin: string): plugin is ConfigurablePlugin {
  return Object.hasOwn(PLUGIN_ARGS, plugin);
}

function readPreemption(input: unknown, place: ErrorPlace): PreemptionArgs {
  const schema = strictFields({
    minCandidateNodesPercentage: z.int().min(0).max(100).default(PREEMPTION_ARGS_DEFAULT.minCandidateNodesPercentage),
    minCandidateNodesAbsolute: z.int32().min(0).default(PREEMPTION_ARGS_DEFAULT.minCandidateNodesAbsolute),
  });
  const args = parseStrict(schema, input, place);
  if (args.minCandidateNodesPercentage === 0 && args.minCandidateNodesAbsolute === 0) {
    throw at(place, 'minCandidateNodesPercentage', 'cannot be zero at the same time as minCandidateNodesAbsolute', 0);
  }
  return args;
}

function readInterPodAffinity(input: unknown, place: ErrorPlace): InterPodAffinityArgs {
  const schema = strictFields({
    hardPodAffinityWeight: z.int().min(0).max(100).default(1),
    ignorePreferredTermsOfExistingPods: z.boolean().default(false),
  });
  return parseStrict(schema, input, place);
}

/** Weight 0 means the default, 1. */
const resourceWeight = z
  .int()
  .default(1)
  .transform((weight) => weight || 1)
  .pipe(z.int().min(1).max(100));

function resources(weight: z.ZodType<number>) {
  return z
    .array(strictFields({ name: z.string(), weight }))
    .default([])
    .transform((list) => (list.length > 0 ? list : [...SCORED_RESOURCES_DEFAULT]));
}

const shapePoints = z.array(strictFields({ utilization: z.int().min(0).max(100), score: z.int().min(0).max(10) }));

function readFit(input: unknown, place: ErrorPlace): NodeResourcesFitArgs {
  const schema = strictFields({
    ignoredResources: z.array(z.string()).default([]),
    ignoredResourceGroups: z.array(z.string()).default([]),
    scoringStrategy: strictFields({
      type: z.enum(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']),
      resources: resources(resourceWeight),
      requestedToCapacityRatio: strictFields({ shape: shapePoints.default([]) }).optional(),
    }).default({ type: 'LeastAllocated', resources: [...SCORED_RESOURCES_DEFAULT] }),
  });
  const args = parseStrict(schema, input, place);
  for (const [index, name] of args.ignoredResources.entries()) checkResourceName(name, `ignoredResources[${index}]`, place);
  for (const [index, group] of args.ignoredResourceGroups.entries()) {
    const path = `ignoredResourceGroups[${index}]`;
    if (group.includes('/')) throw at(place, path, "is the part of resource names before '/' and cannot contain one", group);
    checkResourceName(group, path, place);
  }
  const { type, requestedToCapacityRatio: ratio } = args.scoringStrategy;
  const ratioPath = 'scoringStrategy.requestedToCapacityRatio';
  if (type !== 'RequestedToCapacityRatio') {
    if (ratio) throw at(place, ratioPath, `is only for type RequestedToCapacityRatio, not for ${type}`);
    return args;
  }
  if (!ratio) throw at(place, ratioPath, 'is required with type RequestedToCapacityRatio');
  checkShape(ratio.shape, `${ratioPath}.shape`, place);
  const { resources: scored } = args.scoringStrategy;
  return { ...args, scoringStrategy: { type, resources: scored, shape: ratio.shape } };
}

function checkResourceName(name: string, path: string, place: ErrorPlace): void {
  const problem = labelKeyProblem(name);
  if (problem !== undefined) throw at(place, path, problem, name);
}

function checkShape(shape: readonly ShapePoint[], path: string, place: ErrorPlace): void {
  if (shape.length === 0) throw at(place, path, 'must have at least one point');
  for (let i = 1; i < shape.length; i++) {
    const { utilization } = shape[i] as ShapePoint;
    if ((shape[i - 1] as ShapePoint).utilization >= utilization) {
      throw at(place, `${path}[${i}].utilization`, 'must be larger than that of the point before', utilization);
    }
  }
}

function readBalanced(input: unknown, place: ErrorPlace): BalancedAllocationArgs {
  const one = z
    .int()
    .default(1)
    .transform((weight) => weight || 1)
    .pipe(z.literal(1));
  const args = parseStrict(strictFields({ resources: resources(one) }), input, place);
  const seen = new Set<string>();
  for (const [index, { name }] of args.resources.entries()) {
    if (seen.has(name)) throw at(place, `resources[${index}].name`, 'is listed twice', name);
    seen.add(name);
  }
  return args;
}

const spreadConstraint = strictFields({
  maxSkew: z.int32().min(1),
  topologyKey: z.string().min(1, { error: 'must not be empty' }),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
  labelSelector: z
    .unknown()
    .refine(() => false, { error: 'must be absent: it is deduced for each pod from its Service or controller' })
    .optional(),
  minDomains: z.int32().optional(),
  nodeAffinityPolicy: z.string().optional(),
  nodeTaintsPolicy: z.string().optional(),
  matchLabelKeys: z.array(z.string()).default([]),
});

function readSpread(input: unknown, place: ErrorPlace): PodTopologySpreadArgs {
  const schema = strictFields({
    defaultConstraints: z.array(spreadConstraint).default([]),
    defaultingType: z
      .enum(['System', 'List', ''])
      .default('System')
      .transform((type) => type || 'System'),
  });
  const { defaultConstraints, defaultingType } = parseStrict(schema, input, place);
  if (defaultingType === 'System' && defaultConstraints.length > 0) {
    throw at(place, 'defaultingType', 'must be List when defaultConstraints are given', defaultingType);
  }
  const seen = new Set<string>();
  const constraints = defaultConstraints.map(({ labelSelector: _deduced, ...constraint }, index): SpreadConstraint => {
    const { topologyKey, whenUnsatisfiable } = constraint;
    const problem = labelKeyProblem(topologyKey);
    if (problem !== undefined) throw at(place, `defaultConstraints[${index}].topologyKey`, problem, topologyKey);
    const identity = `${topologyKey}, ${whenUnsatisfiable}`;
    if (seen.has(identity)) throw at(place, `defaultConstraints[${index}]`, 'repeats {topologyKey, whenUnsatisfiable}', identity);
    seen.add(identity);
    return constraint;
  });
  return { defaultingType, defaultConstraints: constraints };
}

function readVolumeBinding(input: unknown, place: ErrorPlace, gates: FeatureGates): VolumeBindingArgs {
  const schema = strictFields({ bindTimeoutSeconds: z.int().min(0).optional(), shape: shapePoints.optional() });
  const { shape } = parseStrict(schema, input, place);
  if (shape && !gates.StorageCapacityScoring) throw at(place, 'shape', 'needs the feature gate StorageCapacityScoring');
  if (shape === undefined || shape.length === 0) return {};
  checkShape(shape, 'shape', place);
  return { shape };
}

/** The plugin is not modelled; its arguments are checked all the same, so that a mistake does not wait for the real scheduler. */
function readDynamicResources(input: unknown, place: ErrorPlace): object {
  const schema = strictFields({ filterTimeout: duration.optional(), bindingTimeout: duration.optional() });
  const args = parseStrict(schema, input, place);
  for (const field of ['filterTimeout', 'bindingTimeout'] as const) {
    if (args[field]?.startsWith('-')) throw at(place, field, 'must not be negative', args[field]);
  }
  return args;
}

function readHostSpread(input: unknown, place: ErrorPlace): HostSpreadArgs {
  const schema = strictFields({ levels: z.array(z.string()).min(1).optional(), mode: z.enum(['soft', 'hard']).default('soft') });
  const { levels, mode } = parseStrict(schema, input, place);
  if (levels === undefined) return { mode };
  for (const [index, level] of levels.entries()) {
    const problem = labelKeyProblem(levelLabel(level));
    if (problem !== undefined) throw at(place, `levels[${index}]`, problem, level);
    if (levels.indexOf(level) !== index) throw at(place, `levels[${index}]`, 'is listed twice', level);
  }
  return { levels, mode };
}

/** Far beyond what anybody overcommits; keeps capacity times ratio an exact amount. */
const OVERCOMMIT_MAX = 1000;

function readHostCapacity(input: unknown, place: ErrorPlace): HostCapacityArgs {
  const ratio = z.number().positive().max(OVERCOMMIT_MAX);
  // zod leaves a key `__proto__` out of records without a word, so names are checked before it.
  const named = z.unknown().superRefine((value) => {
    for (const name of Object.keys(value ?? {})) checkResourceName(name, `overcommit.${name}`, place);
  });
  return parseStrict(strictFields({ overcommit: named.pipe(z.record(z.string(), ratio)).optional() }), input, place);
}

function at(place: ErrorPlace, path: string, problem: string, ...value: unknown[]): PlimsollError {
  return new PlimsollError('CONFIG', problem, value.length > 0 ? { path, value: value[0] } : { path }).at(place);
}
