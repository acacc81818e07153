import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { type FeatureGates, GATE_DEFAULTS } from '../model/gates.ts';
import { isExtendedResource } from '../model/names.ts';
import {
  betaConfigurationSchema,
  type ConfigurationInput,
  configurationSchema,
  type ExtenderInput,
  type PluginSetInput,
  type ProfileInput,
} from './configuration-schema.ts';
import { EXTENSION_POINTS, type ExtensionPoint, REMOVED_PLUGINS } from './extension-points.ts';
import { isConfigurable, PLUGIN_ARGS } from './plugin-args.ts';
import { parseStrict } from './strict-schema.ts';

export interface PluginReference {
  readonly name: string;
  /** Only scores have one; undefined or 0 = 1. */
  readonly weight?: number;
}

export interface PluginSet {
  readonly enabled: readonly PluginReference[];
  /** Names; `*` = every default plugin. */
  readonly disabled: readonly string[];
}

export interface ProfileConfiguration {
  readonly schedulerName: string;
  /** 0 = upstream's adaptive share; undefined = that of the configuration. */
  readonly percentageOfNodesToScore?: number;
  /** By extension point and `multiPoint`; an absent point asks for nothing. */
  readonly plugins: Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;
  /** By plugin name: parsed with defaults filled in where upstream knows the plugin's arguments, else as written. */
  readonly args: ReadonlyMap<string, unknown>;
}

/** A KubeSchedulerConfiguration as far as decisions depend on it. */
export interface SchedulerConfiguration {
  readonly percentageOfNodesToScore?: number;
  /** At least one; scheduler names differ. */
  readonly profiles: readonly ProfileConfiguration[];
  /** Number of extenders; they are not modelled. */
  readonly extenders: number;
  /** What was read otherwise than written, one sentence each. */
  readonly warnings: readonly string[];
}

const GROUP = 'kubescheduler.config.k8s.io';
const VERSIONS: readonly string[] = [`${GROUP}/v1`, `${GROUP}/v1beta3`, `${GROUP}/v1beta2`];

/**
 * Reads a KubeSchedulerConfiguration, already parsed from JSON or YAML, with upstream's strictness: an unknown field, a
 * wrong type or a value that upstream's validation refuses is a CONFIG error that names the field. v1beta2 and v1beta3
 * are read by the rules and defaults of v1, with a warning. Sections that no decision depends on (leader election, client
 * connection, debugging) are checked for shape only.
 */
export function parseConfiguration(input: unknown, place: ErrorPlace = {}, gates: FeatureGates = GATE_DEFAULTS): SchedulerConfiguration {
  const version = apiVersionOf(input, place);
  const beta = version !== VERSIONS[0];
  const parsed: ConfigurationInput = parseStrict(beta ? betaConfigurationSchema : configurationSchema, input, place);
  checkBackoff(parsed, place);
  checkExtenders(parsed.extenders ?? [], place);
  const warnings: string[] = [];
  if (beta)
    warnings.push(`apiVersion ${version} is no longer served by Kubernetes; it is read by the rules and default weights of ${VERSIONS[0]}`);
  const inputs: readonly ProfileInput[] = parsed.profiles?.length ? parsed.profiles : [{}];
  const profiles = inputs.map((profile, index) =>
    readProfile(profile, inputs.length === 1, { ...place, path: `profiles[${index}]` }, beta, gates, warnings),
  );
  checkSchedulerNames(profiles, place);
  checkQueueSort(profiles, place);
  const { percentageOfNodesToScore } = parsed;
  const extenders = parsed.extenders?.length ?? 0;
  return { ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }), profiles, extenders, warnings };
}

function apiVersionOf(input: unknown, place: ErrorPlace): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new PlimsollError('CONFIG', 'a scheduler configuration must be an object', { value: input }).at(place);
  }
  const version: unknown = 'apiVersion' in input ? input.apiVersion : undefined;
  if (typeof version === 'string' && VERSIONS.includes(version)) return version;
  const hint = `supported: ${VERSIONS.join(', ')}`;
  if (version === undefined) throw new PlimsollError('CONFIG', 'is required', { path: 'apiVersion', hint }).at(place);
  throw new PlimsollError('CONFIG', 'is not a scheduler configuration that can be read', { path: 'apiVersion', value: version, hint }).at(
    place,
  );
}

function checkBackoff({ podInitialBackoffSeconds = 1, podMaxBackoffSeconds = 10 }: ConfigurationInput, place: ErrorPlace): void {
  if (podMaxBackoffSeconds >= podInitialBackoffSeconds) return;
  const where = { path: 'podMaxBackoffSeconds', value: podMaxBackoffSeconds };
  throw new PlimsollError('CONFIG', `must be at least podInitialBackoffSeconds (${podInitialBackoffSeconds})`, where).at(place);
}

function checkExtenders(extenders: readonly ExtenderInput[], place: ErrorPlace): void {
  const managed = new Set<string>();
  let binders = 0;
  for (const [index, extender] of extenders.entries()) {
    const path = `extenders[${index}]`;
    const { weight = 0 } = extender;
    if (extender.prioritizeVerb && weight <= 0) {
      throw new PlimsollError('CONFIG', 'must be at least 1 with prioritizeVerb', { path: `${path}.weight`, value: weight }).at(place);
    }
    if (extender.bindVerb && ++binders > 1) {
      throw new PlimsollError('CONFIG', 'only one extender can bind', { path: `${path}.bindVerb` }).at(place);
    }
    for (const [at, { name }] of (extender.managedResources ?? []).entries()) {
      const where = { path: `${path}.managedResources[${at}].name`, value: name };
      if (!isExtendedResource(name)) throw new PlimsollError('CONFIG', 'is not an extended resource name', where).at(place);
      if (managed.has(name)) throw new PlimsollError('CONFIG', 'is managed by two extenders or twice by one', where).at(place);
      managed.add(name);
    }
  }
}

function readProfile(
  input: ProfileInput,
  only: boolean,
  place: ErrorPlace,
  beta: boolean,
  gates: FeatureGates,
  warnings: string[],
): ProfileConfiguration {
  const schedulerName = input.schedulerName ?? (only ? 'default-scheduler' : '');
  if (schedulerName === '') {
    const hint = 'only a single profile may leave it out';
    throw new PlimsollError('CONFIG', 'is required', { path: 'schedulerName', hint }).at(place);
  }
  const plugins: Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>> = {};
  const sets: Readonly<Record<string, PluginSetInput | undefined>> = input.plugins ?? {};
  for (const point of [...EXTENSION_POINTS, 'multiPoint'] as const) {
    const set = sets[point];
    if (set) plugins[point] = readPluginSet(set, { ...place, path: `${place.path}.plugins.${point}` }, beta, warnings);
  }
  const args = readArgs(input, { ...place, path: `${place.path}.pluginConfig` }, gates);
  const { percentageOfNodesToScore } = input;
  return { schedulerName, ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }), plugins, args };
}

function readPluginSet(set: PluginSetInput, place: ErrorPlace, beta: boolean, warnings: string[]): PluginSet {
  const enabled: PluginReference[] = [];
  for (const [index, { name, weight }] of (set.enabled ?? []).entries()) {
    const path = `${place.path}.enabled[${index}]`;
    if (name === '' || name === '*')
      throw new PlimsollError('CONFIG', 'must name a plugin', { ...place, path: `${path}.name`, value: name });
    if (weight !== undefined && weight < 0) {
      throw new PlimsollError('CONFIG', 'must not be negative', { ...place, path: `${path}.weight`, value: weight });
    }
    if (REMOVED_PLUGINS.has(name)) {
      const hint = 'NodeVolumeLimits has replaced it';
      if (!beta) throw new PlimsollError('CONFIG', 'is no plugin of v1', { ...place, path: `${path}.name`, value: name, hint });
      warnings.push(`${path}: ${name} is left out: ${hint}`);
      continue;
    }
    enabled.push(weight === undefined ? { name } : { name, weight });
  }
  return { enabled, disabled: (set.disabled ?? []).map(({ name }) => name) };
}

function readArgs(profile: ProfileInput, place: ErrorPlace, gates: FeatureGates): ReadonlyMap<string, unknown> {
  const args = new Map<string, unknown>();
  for (const [index, { name, args: input }] of (profile.pluginConfig ?? []).entries()) {
    const path = `${place.path}[${index}]`;
    if (args.has(name)) throw new PlimsollError('CONFIG', 'is configured twice', { ...place, path: `${path}.name`, value: name });
    if (isConfigurable(name)) {
      const where = { ...place, path: `${path}.args` };
      args.set(name, PLUGIN_ARGS[name](withoutTypeMeta(input ?? {}, name, where), where, gates));
    } else {
      args.set(name, input);
    }
  }
  return args;
}

/** Arguments may carry apiVersion and kind, which must then be the plugin's own. */
function withoutTypeMeta(input: unknown, plugin: string, place: ErrorPlace): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { apiVersion, kind, ...args } = input as { readonly apiVersion?: unknown; readonly kind?: unknown };
  if (kind !== undefined && kind !== null && kind !== `${plugin}Args`) {
    throw new PlimsollError('CONFIG', `must be ${plugin}Args`, { path: 'kind', value: kind }).at(place);
  }
  if (apiVersion !== undefined && apiVersion !== null && !VERSIONS.includes(String(apiVersion))) {
    throw new PlimsollError('CONFIG', `must be ${VERSIONS[0]}`, { path: 'apiVersion', value: apiVersion }).at(place);
  }
  return args;
}

function checkSchedulerNames(profiles: readonly ProfileConfiguration[], place: ErrorPlace): void {
  const seen = new Map<string, number>();
  for (const [index, { schedulerName }] of profiles.entries()) {
    const first = seen.get(schedulerName);
    if (first !== undefined) {
      const path = `profiles[${index}].schedulerName`;
      throw new PlimsollError('CONFIG', `is already the name of profiles[${first}]`, { path, value: schedulerName }).at(place);
    }
    seen.set(schedulerName, index);
  }
}

/** One queue serves all profiles, so they must agree on its order. */
function checkQueueSort(profiles: readonly ProfileConfiguration[], place: ErrorPlace): void {
  const sorted = profiles.map(({ plugins }) => JSON.stringify(plugins.queueSort ?? { enabled: [], disabled: [] }));
  const other = sorted.findIndex((text) => text !== sorted[0]);
  if (other < 0) return;
  throw new PlimsollError('CONFIG', 'must be the same for all profiles', { path: `profiles[${other}].plugins.queueSort` }).at(place);
}
