import { type ErrorPlace, PlimsollError, quote } from '../base/errors.ts';
import { type EngineOptions, resolveOptions } from '../engine/options.ts';
import { isObject, type RawObject } from '../model/parse/fields.ts';
import { SnapshotBuilder } from '../model/parse/snapshot-builder.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Finding, ObjectReference, Validation } from '../model/snapshot-results.ts';
import { isNamespaced, reducedObject } from './field-table.ts';
import { checkedObject, checkIterable } from './raw-objects.ts';
import { missingKinds } from './validate-kinds.ts';
import { suspiciousNodes } from './validate-nodes.ts';
import { suspiciousPods } from './validate-pods.ts';
import { danglingReferences } from './validate-references.ts';

export interface ValidateOptions extends EngineOptions {
  /** See `ReadOptions`. */
  readonly defaults?: boolean;
}

/** Objects with an error that only shows when all are there; beyond it the rest is not looked for. */
const LATE_ERRORS_MAX = 20;

/**
 * Everything that is wrong with the objects of a dump, not only the first thing: what the reader refuses, and what it takes and an answer may suffer from.
 * The suspicions are about the objects that are not refused. Errors name the object by its index, `[3].spec.nodeName`. O(objects · distinct problems).
 *
 * @param objects Kubernetes objects as parsed JSON, no lists (`readObjects`).
 * @throws PlimsollError what `resolveOptions` throws.
 */
export function validateSnapshot(objects: Iterable<object>, options: ValidateOptions = {}): Validation {
  const validator = new Validator(options);
  checkIterable(objects);
  let index = 0;
  for (const object of objects) validator.add(object, { path: `[${index++}]` });
  return validator.finish();
}

interface Accepted {
  readonly object: RawObject;
  readonly place: ErrorPlace;
}

/** Takes objects one by one, so that a dump need not be held as a whole. */
export class Validator {
  private readonly options: ValidateOptions;
  private readonly defaults: boolean;
  private readonly errors: Finding[] = [];
  private readonly accepted: Accepted[] = [];
  private builder: SnapshotBuilder;
  private objects = 0;

  constructor(options: ValidateOptions = {}) {
    this.options = options;
    this.defaults = options.defaults ?? true;
    this.builder = new SnapshotBuilder({ defaults: this.defaults });
  }

  add(raw: unknown, place: ErrorPlace): void {
    this.objects++;
    try {
      this.builder.add(checkedObject(raw), place);
    } catch (error) {
      this.refuse(error, isObject(raw) ? referenceOf(raw) : undefined);
      return;
    }
    const { apiVersion, kind } = raw as RawObject;
    this.accepted.push({ object: reducedObject(raw as RawObject) ?? { apiVersion, kind }, place });
  }

  /** An error of what is read: the rest of a file, say. Errors that are no PlimsollError are thrown on. */
  refuse(error: unknown, object?: ObjectReference): void {
    if (!(error instanceof PlimsollError)) throw error;
    const { file, line, path, value, hint } = error.place;
    this.errors.push({
      severity: 'error',
      check: error.code,
      problem: error.problem,
      ...(object && { object }),
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(path !== undefined && { path }),
      ...(value !== undefined && { value: JSON.parse(quote(value)) as string }),
      ...(hint !== undefined && { hint }),
    });
  }

  finish(): Validation {
    const snapshot = this.snapshotOfRest();
    const settings = resolveOptions(this.options);
    const raw = this.accepted.map(({ object }) => object);
    const suspicions = snapshot
      ? [
          ...missingKinds(snapshot, raw),
          ...danglingReferences(snapshot, raw),
          ...suspiciousNodes(snapshot, settings.semantics),
          ...suspiciousPods(snapshot, settings),
          ...notesOn(snapshot),
        ]
      : [];
    const findings = [...this.errors, ...suspicions].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
    const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
    return {
      apiVersion: API_VERSION,
      kind: 'Validation',
      valid: this.errors.length === 0,
      findings,
      summary: {
        objects: this.objects,
        nodes: snapshot?.nodes.length ?? 0,
        pods: snapshot?.pods.length ?? 0,
        pending: snapshot?.pods.filter(({ nodeName }) => nodeName === '').length ?? 0,
        errors: this.errors.length,
        warnings: count('warning'),
        notes: count('note'),
      },
    };
  }

  /** What admission refuses shows only when all policies are known: such objects are taken out one after the other. */
  private snapshotOfRest(): Snapshot | undefined {
    // Of what it refused, a builder may have taken a part.
    if (this.errors.length > 0) this.rebuild();
    for (let late = 0; late <= LATE_ERRORS_MAX; late++) {
      try {
        return this.builder.finish();
      } catch (error) {
        if (!(error instanceof PlimsollError)) throw error;
        const at = this.accepted.findIndex(({ place }) => isAt(error.place, place));
        this.refuse(error, this.accepted[at] && referenceOf(this.accepted[at].object));
        if (at < 0) return undefined;
        this.accepted.splice(at, 1);
        this.rebuild();
      }
    }
    return undefined;
  }

  private rebuild(): void {
    this.builder = new SnapshotBuilder({ defaults: this.defaults });
    for (const { object, place } of this.accepted) this.builder.add(object, place);
  }
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

/** Whether an error is of the object at a place: errors name a field further inside. */
function isAt(error: ErrorPlace, place: ErrorPlace): boolean {
  const inside = place.path === undefined || (error.path?.startsWith(`${place.path}.`) ?? false);
  return error.file === place.file && (place.path !== undefined || error.line === place.line) && inside;
}

export function referenceOf(object: RawObject): ObjectReference {
  const { name, namespace } = isObject(object.metadata) ? object.metadata : ({} as RawObject);
  const kind = typeof object.kind === 'string' ? object.kind : '';
  const inNamespace = isNamespaced(kind) ? { namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default' } : {};
  return { kind, ...inNamespace, name: typeof name === 'string' ? name : '' };
}

/** Checks name the objects of these. */
const TOLD_BY_CHECKS = /bound to nodes that are not|PriorityClass that is not|RuntimeClass that is not/;

function notesOn({ notModelled, ignoredKinds }: Snapshot): Finding[] {
  return [
    ...notModelled
      .filter((problem) => !TOLD_BY_CHECKS.test(problem))
      .map((problem): Finding => ({ severity: 'note', check: 'not-modelled', problem: problem.replace(/\.$/, '') })),
    ...Array.from(ignoredKinds, ([kind, count]): Finding => {
      const problem = `${count} ${kind} ${count === 1 ? 'is' : 'are'} read past: no decision depends on the kind`;
      return { severity: 'note', check: 'ignored-kind', problem, count };
    }),
  ];
}
