import { PlimsollError } from '../base/errors.ts';
import { Engine } from '../engine/engine.ts';
import { explainIn } from '../engine/explanation.ts';
import { type EngineOptions, resolveOptions, withHosts } from '../engine/options.ts';
import type { RawObject } from '../model/parse/fields.ts';
import { SnapshotBuilder } from '../model/parse/snapshot-builder.ts';
import type { PodReference } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ShownDecision } from '../model/snapshot-results.ts';
import { checkNodeNames } from './checks.ts';

/** Which decision is meant. */
export interface DecisionQuestion {
  readonly pod: PodReference;
  /** One attempt for this pod alone, as `explain` has it, instead of a run in which other pods are placed before. Bound pods always are asked about so. */
  readonly alone?: boolean;
  /** Nodes that the pod does not take: they stay, and so does what they say to it. */
  readonly over?: readonly string[];
  /** The whole message counts, with its numbers of nodes. */
  readonly exact?: boolean;
  /** See `ReadOptions`. */
  readonly defaults?: boolean;
}

/** The snapshot of raw objects. @throws PlimsollError for what the reader refuses. */
export function snapshotOf(objects: readonly RawObject[], defaults: boolean): Snapshot {
  const builder = new SnapshotBuilder({ defaults });
  for (const object of objects) builder.add(object, {});
  return builder.finish();
}

/** What becomes of the pod. @throws PlimsollError NOT_FOUND for the pod, its profile or a node, and what reading throws. */
export async function decisionIn(
  objects: readonly RawObject[],
  question: DecisionQuestion,
  options: EngineOptions,
): Promise<ShownDecision> {
  const { pod: reference, alone = false, over = [], defaults = true } = question;
  const snapshot = withHosts(snapshotOf(objects, defaults), options);
  const pod = snapshot.pods.find(({ namespace, name }) => namespace === reference.namespace && name === reference.name);
  const asksOne = alone || pod === undefined || pod.nodeName !== '';
  const explained = asksOne || over.length > 0 ? explainIn(snapshot, reference, resolveOptions(options)) : undefined;
  checkNodeNames(snapshot, over, 'over');
  const verdicts = over.map((node) => ({ node, reasons: explained?.nodes.find(({ name }) => name === node)?.reasons ?? [] }));
  const identity = { namespace: reference.namespace, name: reference.name };
  if (asksOne && explained) {
    const { node, message } = explained;
    return { ...identity, ...(node === undefined ? {} : { node }), message: node === undefined ? message : '', preempts: false, verdicts };
  }
  return { ...identity, ...(await placedIn(snapshot, reference, options)), verdicts };
}

async function placedIn(
  snapshot: Snapshot,
  { namespace, name }: PodReference,
  options: EngineOptions,
): Promise<Pick<ShownDecision, 'node' | 'message' | 'preempts'>> {
  const { placements, unschedulable, preemptions } = await new Engine(snapshot, options).schedule();
  const isIt = (each: PodReference) => each.namespace === namespace && each.name === name;
  const node = placements.find(isIt)?.node;
  const failed = unschedulable.find(isIt);
  if (node === undefined && failed === undefined) {
    const hint = 'it is gated, evicted, or no profile serves its schedulerName';
    throw new PlimsollError('NOT_FOUND', 'nothing is decided about the pod', { path: 'pod', value: `${namespace}/${name}`, hint });
  }
  return { ...(node === undefined ? {} : { node }), message: failed?.message ?? '', preempts: preemptions.some(isIt) };
}

/** Equal texts: the same decision. Numbers of nodes count only where they are asked for. */
export function decisionKey({ node, message, preempts, verdicts }: ShownDecision, exact: boolean): string {
  return JSON.stringify([node, exact ? message : reasonsOf(message), preempts, verdicts]);
}

/** The different reasons of a message, in the order of their text. */
export function reasonsOf(message: string): readonly string[] {
  const plain = message.replace(/\b\d+(?:\/\d+)? (?=\S)/g, '');
  return [...new Set(plain.split(/, |: |\. |\.$/))].filter((part) => part !== '').sort();
}
