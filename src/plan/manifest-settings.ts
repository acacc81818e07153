/** Changes of a manifest as `--set` has them. */
import { PlimsollError } from '../base/errors.ts';
import { isObject, type RawObject } from '../model/parse/fields.ts';
import { reducedObject } from './field-table.ts';

/** What a short name stands for, seen from the workload. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['replicas', 'spec.replicas'],
  ['maxSurge', 'spec.strategy.rollingUpdate.maxSurge'],
  ['maxUnavailable', 'spec.strategy.rollingUpdate.maxUnavailable'],
  ['partition', 'spec.updateStrategy.rollingUpdate.partition'],
  ['strategy', 'spec.strategy.type'],
]);

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

const HINT = 'for example replicas=5, maxSurge=0, image=web:2, cpu=500m, web.memory=1Gi or spec.template.spec.priority=10';

/**
 * The manifest with fields set: `replicas=5`, `maxSurge=25%`, `maxUnavailable`, `strategy`, `partition`; `image`, `cpu`, `memory` of its only
 * container, or `web.image` of the container `web` (amounts are requests); else a path such as `spec.template.spec.priorityClassName=high`, with
 * `[0]` for list items. The manifest itself stays as it is.
 * @throws PlimsollError USAGE for what is no setting.
 */
export function withSettings(manifest: RawObject, settings: readonly string[]): RawObject {
  return settings.reduce((changed, setting) => {
    const [, name = '', value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    if (value === undefined) throw problem('is no NAME=VALUE', setting);
    const path = pathOf(changed, name.trim(), setting);
    return put(changed, path, scalar(value.trim()), setting) as RawObject;
  }, manifest);
}

/**
 * Settings that change the manifest and no field that any decision reads: most are misspelt.
 * @param manifest Of a kind that scheduling reads, with `kind` and `apiVersion`.
 */
export function settingsNotRead(manifest: RawObject, settings: readonly string[]): string[] {
  return settings.filter((setting) => {
    const changed = withSettings(manifest, [setting]);
    const same = (of: (object: RawObject) => unknown) => JSON.stringify(of(changed)) === JSON.stringify(of(manifest));
    return same(reducedObject) && !same((object) => object);
  });
}

function problem(text: string, setting: string): PlimsollError {
  return new PlimsollError('USAGE', text, { path: 'set', value: setting, hint: HINT });
}

function pathOf(manifest: RawObject, name: string, setting: string): (string | number)[] {
  const short = SHORT.get(name);
  if (short !== undefined) return short.split('.');
  if (name.startsWith('spec.')) return name.split('.').flatMap(keysOf);
  const dot = name.lastIndexOf('.');
  const field = name.slice(dot + 1);
  if (field !== 'image' && !RESOURCES.includes(field)) throw problem('names nothing that can be set', setting);
  const at = ['spec', 'template', 'spec', 'containers', containerIndex(manifest, dot < 0 ? undefined : name.slice(0, dot), setting)];
  return field === 'image' ? [...at, 'image'] : [...at, 'resources', 'requests', field];
}

/** `containers[0]` as two keys. */
function keysOf(part: string): (string | number)[] {
  const [, key = part, index] = /^(.*)\[(\d+)\]$/.exec(part) ?? [];
  return index === undefined ? [part] : [key, Number(index)];
}

function containerIndex(manifest: RawObject, name: string | undefined, setting: string): number {
  const containers = ['spec', 'template', 'spec', 'containers'].reduce<unknown>(
    (at, key) => (isObject(at) ? at[key] : undefined),
    manifest,
  );
  const names = Array.isArray(containers) ? containers.map((container) => (isObject(container) ? container.name : undefined)) : [];
  if (name === undefined && names.length === 1) return 0;
  const index = name === undefined ? -1 : names.indexOf(name);
  if (index >= 0) return index;
  throw problem(
    name === undefined ? `must say which container: ${names.join(', ')}` : `names no container: there is ${names.join(', ')}`,
    setting,
  );
}

/** Numbers and truth values are what YAML reads them as; everything else is text. */
function scalar(text: string): unknown {
  if (/^-?(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

function put(at: unknown, path: readonly (string | number)[], value: unknown, setting: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    if (!Array.isArray(at) || key >= at.length) throw problem('names no list item', setting);
    return at.map((item, i) => (i === key ? put(item, rest, value, setting) : item));
  }
  if (at !== undefined && at !== null && !isObject(at)) throw problem('leads through what is no object', setting);
  return { ...(isObject(at) ? at : {}), [key]: put(isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined, rest, value, setting) };
}
