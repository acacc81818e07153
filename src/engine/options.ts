import { PlimsollError } from '../base/errors.ts';
import { checkSnapshot } from '../model/check-snapshot.ts';
import {
  type FeatureGate,
  type FeatureGates,
  GATE_DEFAULTS,
  gateDefaults,
  KUBE_VERSION_DEFAULT,
  KUBE_VERSIONS,
  type KubeVersion,
} from '../model/gates.ts';
import { applyHosts, type HostMap } from '../model/hosts.ts';
import { digestOf } from '../model/parse/digest.ts';
import type { TieMode } from '../model/results.ts';
import type { ClusterObjects, Snapshot } from '../model/snapshot.ts';
import { hostCapacity } from '../rules/host-capacity.ts';
import { hostSpread } from '../rules/host-spread.ts';
import type { Semantics } from '../rules/rule.ts';
import { nearest } from './nearest.ts';
import { type ProfileOptions, resolveProfiles } from './profile.ts';
import type { BoundRule, ResolvedProfile } from './resolved-profile.ts';

/** What every planning question can be asked with. */
export interface EngineOptions {
  /** A parsed KubeSchedulerConfiguration; default: upstream's default profile. */
  readonly config?: unknown;
  /** Release whose decisions are reproduced; default 1.36. */
  readonly kubeVersion?: KubeVersion;
  /** Feature gates that differ from the release's defaults. */
  readonly featureGates?: Partial<FeatureGates>;
  /** Among equally good nodes: the first in snapshot order (default), upstream's heap, or one by `seed`. */
  readonly tie?: TieMode;
  /** Whole number; default 0. */
  readonly seed?: number;
  /** Share of the nodes to look at, in percent; 0 = upstream's adaptive share. Overrules the configuration; default 100. */
  readonly percentageOfNodesToScore?: number;
  /**
   * `schedule` tries pods again that a later placement may help (required affinity to a pod placed after them, a skew that has closed), until
   * nothing more can move. Default false: one attempt each in queue order, as if the pods were fed one by one; evictions always lead to retries.
   */
  readonly untilStable?: boolean;
  /** Threads that prepare decisions; the answer does not depend on it. */
  readonly workers?: number;
  /** Bytes for tables of classes, 512 MiB by default; what is dropped for want of room comes back the same, so that the answer does not depend on it. */
  readonly classMemoryMax?: number;
  /** The machines under the nodes and what they can give, for the rules HostSpread and HostCapacity (see `parseHosts`). */
  readonly hosts?: HostMap;
  /** Called as `schedule` goes on: pods decided so far, and how many there are. */
  readonly onProgress?: (decided: number, total: number) => void;
  /** What is not modelled is an error instead of a warning. */
  readonly strict?: boolean;
}

/** The snapshot with the machines of the options under its nodes. @throws PlimsollError INCONSISTENT, see `applyHosts`. */
export function withHosts(snapshot: Snapshot, { hosts }: EngineOptions): Snapshot {
  checkSnapshot(snapshot);
  return hosts === undefined ? snapshot : applyHosts(snapshot, hosts);
}

/** A warning when machines are known and no rule of any profile looks at them. */
export function idleHosts({ hosts }: ClusterObjects, profiles: readonly ResolvedProfile[]): readonly string[] {
  const looks = ({ rule }: BoundRule) => rule === hostSpread || rule === hostCapacity;
  if (hosts === undefined || profiles.some(({ filter, score }) => filter.some(looks) || score.some(looks))) return [];
  return ['The physical hosts change nothing: no profile has HostSpread or HostCapacity; the built-in profile plimsoll has both.'];
}

/** Options with every default filled in. */
export interface Settings {
  readonly semantics: Semantics;
  readonly profiles: readonly ResolvedProfile[];
  readonly tie: TieMode;
  readonly seed: number;
  readonly untilStable: boolean;
  /** See Provenance. */
  readonly configuration: string;
  /** What the configuration asks for and decisions do not reflect. */
  readonly warnings: readonly string[];
}

const TIE_MODES: readonly TieMode[] = ['first', 'heap', 'seeded'];

/** @throws PlimsollError USAGE for an option out of its range, CONFIG or UNSUPPORTED for the configuration. */
export function resolveOptions(options: EngineOptions = {}): Settings {
  const { kubeVersion = KUBE_VERSION_DEFAULT, tie = 'first', seed = 0, percentageOfNodesToScore, strict } = options;
  checkMember('kubeVersion', kubeVersion, KUBE_VERSIONS);
  checkMember('tie', tie, TIE_MODES);
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (percentageOfNodesToScore !== undefined) checkWhole('percentageOfNodesToScore', percentageOfNodesToScore, 0, 100);
  if (options.classMemoryMax !== undefined) checkWhole('classMemoryMax', options.classMemoryMax, 0, Number.MAX_SAFE_INTEGER);
  const gates = resolveGates(kubeVersion, options.featureGates ?? {});
  const profileOptions: ProfileOptions = {
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    ...(strict === undefined ? {} : { strict }),
  };
  const resolved = resolveOnce(options.config, { kubeVersion, gates }, profileOptions);
  return { ...resolved, tie, seed, untilStable: options.untilStable ?? false, configuration: configurationHash(options) };
}

type Resolved = Pick<Settings, 'semantics' | 'profiles' | 'warnings'>;

/** Resolving takes a millisecond, which counts where thousands of small clusters are decided with one configuration. By content, by configuration. */
const resolvedOf = new WeakMap<object, Map<string, Resolved>>();
const NO_CONFIG = {};

function resolveOnce(config: unknown, semantics: Semantics, options: ProfileOptions): Resolved {
  const object = typeof config === 'object' && config !== null ? config : NO_CONFIG;
  const known = resolvedOf.get(object) ?? new Map<string, Resolved>();
  resolvedOf.set(object, known);
  // A caller may change its object between two questions.
  const key = JSON.stringify([config ?? null, semantics, options]);
  const resolved = known.get(key) ?? { semantics, ...resolveProfiles(config, semantics, options) };
  known.set(key, resolved);
  return resolved;
}

function configurationHash({ config, featureGates = {} }: EngineOptions): string {
  const gates = Object.entries(featureGates).sort(([a], [b]) => (a < b ? -1 : 1));
  return config === undefined && gates.length === 0 ? '' : digestOf(JSON.stringify([config ?? null, gates]));
}

/** The release's defaults with the given gates on top. @throws PlimsollError USAGE for an unknown gate. */
export function resolveGates(kubeVersion: KubeVersion, gates: Partial<FeatureGates>): FeatureGates {
  const resolved: Record<FeatureGate, boolean> = { ...gateDefaults(kubeVersion) };
  for (const [gate, on] of Object.entries(gates)) {
    if (!Object.hasOwn(GATE_DEFAULTS, gate)) throw unknown('featureGates', gate, Object.keys(GATE_DEFAULTS));
    if (typeof on !== 'boolean') throw new PlimsollError('USAGE', 'must be true or false', { path: `featureGates.${gate}`, value: on });
    resolved[gate as FeatureGate] = on;
  }
  return resolved;
}

function checkMember(path: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string)) throw unknown(path, value, known);
}

function unknown(path: string, value: unknown, known: readonly string[]): PlimsollError {
  const near = nearest(String(value), known);
  const hint = near === undefined ? `use one of ${known.join(', ')}` : `did you mean ${near}?`;
  return new PlimsollError('USAGE', 'is not known', { path, value, hint });
}

function checkWhole(path: string, value: unknown, low: number, high: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high) return;
  throw new PlimsollError('USAGE', `must be a whole number from ${low} to ${high}`, { path, value });
}
