import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import type { KubeVersion } from '../model/gates.ts';
import type { PluginReference, ProfileConfiguration } from './configuration.ts';
import { defaultPlugins, EXTENSION_POINTS, type ExtensionPoint, type PluginEntry } from './extension-points.ts';
import { nearest } from './nearest.ts';

/** What a profile runs at each extension point, in upstream's order. */
export interface PluginLists {
  readonly at: ReadonlyMap<ExtensionPoint, readonly string[]>;
  /** Of every plugin that is enabled; from 1. */
  readonly weights: ReadonlyMap<string, number>;
}

/** A plugin that is enabled somewhere, and where, for messages. */
interface Enabled extends PluginReference {
  /** Field path inside the profile; undefined for a default plugin. */
  readonly path?: string;
}

/** Merges a profile's plugin sets with the defaults and expands multiPoint; see `resolveProfiles`. */
export class PluginExpansion {
  private readonly profile: ProfileConfiguration;
  private readonly registry: ReadonlyMap<string, PluginEntry>;
  private readonly place: ErrorPlace;
  private readonly strict: boolean;
  private readonly warnings: Set<string>;

  /** @param place of the profile; its path is `profiles[i]`. */
  constructor(
    profile: ProfileConfiguration,
    registry: ReadonlyMap<string, PluginEntry>,
    place: ErrorPlace,
    strict: boolean,
    warnings: Set<string>,
  ) {
    this.profile = profile;
    this.registry = registry;
    this.place = place;
    this.strict = strict;
    this.warnings = warnings;
  }

  expand(kubeVersion: KubeVersion): PluginLists {
    const multiPoint = this.mergeMultiPoint(kubeVersion);
    const at = new Map(EXTENSION_POINTS.map((point) => [point, this.expandPoint(point, multiPoint)]));
    this.checkSingletons(at);
    const weights = new Map<string, number>();
    // A weight at `score` wins over one at multiPoint; 0 and none are 1.
    for (const { name, weight } of [...this.enabledAt('score'), ...multiPoint]) if (!weights.has(name)) weights.set(name, weight || 1);
    return { at, weights };
  }

  /** The default plugins with the profile's own merged in: replaced in place, removed, or appended. */
  private mergeMultiPoint(kubeVersion: KubeVersion): readonly Enabled[] {
    const own = this.enabledAt('multiPoint');
    const disabled = this.disabledAt('multiPoint');
    const lastOf = new Map(own.map((plugin, index) => [plugin.name, index]));
    const replacing = new Set<number>();
    const merged: Enabled[] = [];
    for (const plugin of disabled.has('*') ? [] : defaultPlugins(kubeVersion)) {
      if (disabled.has(plugin.name)) continue;
      const at = lastOf.get(plugin.name);
      if (at !== undefined) replacing.add(at);
      merged.push(at === undefined ? plugin : (own[at] as Enabled));
    }
    return [...merged, ...own.filter((_, index) => !replacing.has(index))];
  }

  /** The plugins that run at a point: re-configured ones first, then those of multiPoint, then the point's own. */
  private expandPoint(point: ExtensionPoint, multiPoint: readonly Enabled[]): readonly string[] {
    const explicit = new Set<string>();
    for (const plugin of this.enabledAt(point)) {
      this.checkPoint(plugin, point);
      if (explicit.has(plugin.name)) throw this.error('CONFIG', 'is enabled twice', plugin);
      explicit.add(plugin.name);
    }
    const disabled = this.disabledAt(point);
    if (disabled.has('*')) return [...explicit];
    const overriding = new Set<string>();
    const expanded = new Set<string>();
    for (const plugin of multiPoint) {
      const { name } = plugin;
      if (!this.registry.get(name)?.points.has(point) || disabled.has(name)) continue;
      if (explicit.has(name)) overriding.add(name);
      else if (expanded.has(name)) throw this.error('CONFIG', 'is enabled twice', plugin);
      else expanded.add(name);
    }
    const first = [...explicit].filter((name) => overriding.has(name));
    const last = [...explicit].filter((name) => !overriding.has(name));
    return [...first, ...expanded, ...last];
  }

  private checkPoint(plugin: Enabled, point: ExtensionPoint): void {
    const points = this.registry.get(plugin.name)?.points;
    if (points && !points.has(point)) {
      throw this.error('CONFIG', `does not act at ${point}`, plugin, `it acts at ${[...points].join(', ')}`);
    }
    if (plugin.weight !== undefined && plugin.weight > 1 && point !== 'score' && point !== 'placementScore') {
      this.warnings.add(`${this.pathOf(plugin)}: a weight has no effect at ${point}`);
    }
  }

  /** Enabled plugins of a set that are known; the others are reported and left out. */
  private enabledAt(point: ExtensionPoint | 'multiPoint'): readonly Enabled[] {
    const plugins = this.profile.plugins[point]?.enabled ?? [];
    const located = plugins.map((plugin, index): Enabled => ({ ...plugin, path: `plugins.${point}.enabled[${index}]` }));
    return located.filter((plugin) => {
      const entry = this.registry.get(plugin.name);
      if (!entry?.modelled) this.reportMissing(plugin, entry !== undefined);
      return entry !== undefined;
    });
  }

  private disabledAt(point: ExtensionPoint | 'multiPoint'): ReadonlySet<string> {
    const names = this.profile.plugins[point]?.disabled ?? [];
    for (const name of names) {
      if (name === '*' || this.registry.has(name)) continue;
      this.warnings.add(`${this.place.path}: ${name} is disabled at ${point}, but no such plugin is known`);
    }
    return new Set(names);
  }

  private reportMissing(plugin: Enabled, upstream: boolean): void {
    const similar = upstream ? undefined : nearest(plugin.name, this.registry.keys());
    const problem = upstream ? 'not modelled' : similar === undefined ? 'not known' : `not known (did you mean ${similar}?)`;
    if (this.strict) throw this.error('UNSUPPORTED', `is a plugin that is ${problem}`, plugin);
    this.warnings.add(`${this.place.path}: plugin ${plugin.name} is ${problem}; decisions are made without it`);
  }

  /** Upstream needs one queue order and at least one binder. A plugin that is not known may be either. */
  private checkSingletons(at: PluginLists['at']): void {
    const unknownAt = (set: ExtensionPoint | 'multiPoint'): boolean =>
      this.profile.plugins[set]?.enabled.some(({ name }) => !this.registry.has(name)) ?? false;
    for (const [point, plugin] of [
      ['queueSort', 'PrioritySort'],
      ['bind', 'DefaultBinder'],
    ] as const) {
      if (at.get(point)?.length !== 0 || unknownAt(point) || unknownAt('multiPoint')) continue;
      const where = { ...this.place, path: `${this.place.path}.plugins.${point}`, hint: `enable ${plugin}` };
      throw new PlimsollError('CONFIG', 'needs a plugin and all are disabled', where);
    }
  }

  private pathOf(plugin: Enabled): string {
    return plugin.path === undefined ? `${this.place.path}` : `${this.place.path}.${plugin.path}`;
  }

  private error(code: 'CONFIG' | 'UNSUPPORTED', problem: string, plugin: Enabled, hint?: string): PlimsollError {
    const where = { ...this.place, path: `${this.pathOf(plugin)}.name`, value: plugin.name };
    return new PlimsollError(code, problem, hint === undefined ? where : { ...where, hint });
  }
}
