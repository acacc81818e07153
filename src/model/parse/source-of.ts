/** What a snapshot was built with, so that a further pod can be read as if it had been part of the input. */
import { type ErrorPlace, PlimsollError } from '../../base/errors.ts';
import { AdmissionPolicies } from '../defaults/policies.ts';
import type { Pod } from '../pod.ts';
import type { Snapshot } from '../snapshot.ts';
import { asObject } from './fields.ts';
import { checkNamespace } from './metadata.ts';
import { readPod } from './pod.ts';
import { TemplateSource } from './template-source.ts';

interface Source {
  readonly defaults: boolean;
  readonly policies: AdmissionPolicies;
  readonly templates: TemplateSource;
}

const sources = new WeakMap<Snapshot, Source>();

/** The builder's own template source would keep the raw text of every pod alive, so a new one takes its place. */
export function rememberSource(snapshot: Snapshot, defaults: boolean, policies: AdmissionPolicies): void {
  sources.set(snapshot, { defaults, policies, templates: new TemplateSource(defaults) });
}

/** A snapshot made of another one is of the same API server. */
export function inheritSource(snapshot: Snapshot, from: Snapshot): Snapshot {
  const source = sources.get(from);
  if (source) sources.set(snapshot, source);
  return snapshot;
}

/**
 * One raw pod as the snapshot's API server would store it: its PriorityClasses, RuntimeClasses and LimitRanges apply. A
 * snapshot that was not built by a SnapshotBuilder has no policies. Throws like `SnapshotBuilder.add`.
 */
export function parsePod(raw: unknown, place: ErrorPlace, snapshot: Snapshot): Pod {
  const source = sources.get(snapshot) ?? { defaults: true, policies: new AdmissionPolicies(), templates: new TemplateSource(true) };
  try {
    const object = asObject(raw, '');
    const content = source.templates.contentOf(object, place);
    const template = content.draft === undefined ? content.template : source.templates.finish(content.draft, source.policies);
    if (source.defaults) checkNamespace(template.namespace, 'metadata.namespace');
    return readPod(object, template, template, source.defaults);
  } catch (error) {
    throw error instanceof PlimsollError ? error.at(place) : error;
  }
}
