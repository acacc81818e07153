/** Identity and state of one pod; its content is read by `pod-spec.ts` and shared. */
import type { Pod, PodTemplate } from '../pod.ts';
import { isObject, listAt, objectAt, type RawObject, textAt, timeAt } from './fields.ts';
import { checkName, checkOwnName, isTerminating, metadataOf } from './metadata.ts';
import { specOf } from './pod-spec.ts';
import { readResize, type SpecRequests } from './resize.ts';

const EMPTY: RawObject = {};

/** Succeeded and Failed pods hold nothing and are never scheduled. */
export function isFinished(raw: RawObject): boolean {
  const phase = isObject(raw.status) ? raw.status.phase : undefined;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The pod around its template; `requests` are those of its spec. All fields are always set: a million pods share one shape. */
export function readPod(raw: RawObject, template: PodTemplate, requests: SpecRequests, validate: boolean): Pod {
  const metadata = metadataOf(raw);
  const spec = specOf(raw);
  const status = objectAt(raw, 'status', '') ?? EMPTY;
  const name = textAt(metadata, 'name', 'metadata');
  const nodeName = textAt(spec, 'nodeName', 'spec');
  if (validate) {
    checkOwnName(name, metadata);
    if (nodeName !== '') checkName(nodeName, 'spec.nodeName');
  }
  const conditions = readConditions(status);
  return {
    namespace: template.namespace,
    name,
    uid: textAt(metadata, 'uid', 'metadata'),
    template,
    nodeName,
    nominatedNodeName: textAt(status, 'nominatedNodeName', 'status'),
    phase: textAt(status, 'phase', 'status'),
    terminating: isTerminating(metadata),
    createdMs: timeAt(metadata, 'creationTimestamp', 'metadata') ?? 0,
    startedMs: timeAt(status, 'startTime', 'status'),
    disruptedByScheduler: conditions.disruptedByScheduler,
    localStorage: hasLocalStorage(spec),
    resize: readResize(status, requests, conditions.infeasible),
  };
}

function hasLocalStorage(spec: RawObject): boolean {
  return listAt(spec, 'volumes', 'spec').some((volume) => isObject(volume) && isObject(volume.emptyDir));
}

interface Conditions {
  readonly disruptedByScheduler: boolean;
  readonly infeasible: boolean;
}

const NO_CONDITIONS: Conditions = { disruptedByScheduler: false, infeasible: false };

function readConditions(status: RawObject): Conditions {
  const list = listAt(status, 'conditions', 'status');
  if (list.length === 0) return NO_CONDITIONS;
  const find = (type: string) => list.find((item) => isObject(item) && item.type === type) as RawObject | undefined;
  const disruption = find('DisruptionTarget');
  return {
    disruptedByScheduler: disruption?.status === 'True' && disruption.reason === 'PreemptionByScheduler',
    infeasible: find('PodResizePending')?.reason === 'Infeasible',
  };
}
