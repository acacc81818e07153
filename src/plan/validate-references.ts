import { isObject, type RawObject } from '../model/parse/fields.ts';
import { isStored, metadataOf } from '../model/parse/metadata.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Finding } from '../model/snapshot-results.ts';
import { Findings } from './validate-findings.ts';

/** Names of objects that are not in the dump. */
export function* danglingReferences(snapshot: Snapshot, raw: readonly RawObject[]): Generator<Finding> {
  yield* podsOnUnknownNodes(snapshot);
  yield* claimsOfPods(snapshot);
  yield* volumesOfClaims(snapshot);
  yield* classesOfPods(raw);
}

function* podsOnUnknownNodes({ nodes, pods }: Snapshot): Generator<Finding> {
  const known = new Set(nodes.map(({ name }) => name));
  const bound = new Findings('warning', 'unknown-node');
  for (const { namespace, name, nodeName, nominatedNodeName } of pods) {
    const object = { kind: 'Pod', namespace, name };
    const hint = 'fetch nodes and pods together';
    if (nodeName !== '' && !known.has(nodeName)) {
      bound.add(`is on node ${nodeName}, which is not there: it holds nothing`, object, { path: 'spec.nodeName', value: nodeName, hint });
    } else if (nodeName === '' && nominatedNodeName !== '' && !known.has(nominatedNodeName)) {
      const problem = `is promised node ${nominatedNodeName}, which is not there`;
      bound.add(problem, object, { path: 'status.nominatedNodeName', value: nominatedNodeName, hint });
    }
  }
  yield* bound;
}

function* claimsOfPods({ pods, objects }: Snapshot): Generator<Finding> {
  // Without any claim in the dump the kind is missing, which is said once.
  if (objects.persistentVolumeClaims.size === 0) return;
  const dangling = new Findings('warning', 'unknown-claim');
  for (const { namespace, name, template } of pods) {
    for (const volume of template.volumes) {
      if (volume.kind !== 'claim' || objects.persistentVolumeClaims.has(`${namespace}/${volume.claimName}`)) continue;
      const rest = { path: 'spec.volumes', value: volume.claimName, hint: 'kubectl get pvc,pv -A -o json' };
      dangling.add(`uses claim ${namespace}/${volume.claimName}, which is not there`, { kind: 'Pod', namespace, name }, rest);
    }
  }
  yield* dangling;
}

function* volumesOfClaims({ objects }: Snapshot): Generator<Finding> {
  const { persistentVolumeClaims, persistentVolumes, storageClasses } = objects;
  const volumes = new Findings('warning', 'unknown-volume');
  const classes = new Findings('warning', 'unknown-storage-class');
  for (const { namespace, name, volumeName, storageClassName } of persistentVolumeClaims.values()) {
    const object = { kind: 'PersistentVolumeClaim', namespace, name };
    if (volumeName !== '' && !persistentVolumes.has(volumeName)) {
      const rest = { path: 'spec.volumeName', value: volumeName, hint: 'kubectl get pv -o json' };
      volumes.add(`is bound to volume ${volumeName}, which is not there`, object, rest);
    }
    if (volumeName === '' && storageClassName && !storageClasses.has(storageClassName)) {
      const rest = { path: 'spec.storageClassName', value: storageClassName, hint: 'kubectl get sc -o json' };
      classes.add(`names storage class ${storageClassName}, which is not there: nothing is provisioned`, object, rest);
    }
  }
  yield* volumes;
  yield* classes;
}

/** Kubernetes makes these two itself. */
const SYSTEM_CLASSES: readonly string[] = ['system-cluster-critical', 'system-node-critical'];

/** Of pods that no API server has stored: in the others admission has written what the classes say. */
function* classesOfPods(raw: readonly RawObject[]): Generator<Finding> {
  const namesOf = (kind: string) => new Set<unknown>(raw.filter((object) => object.kind === kind).map((object) => metadataOf(object).name));
  const priorities = namesOf('PriorityClass');
  const runtimes = namesOf('RuntimeClass');
  const unknown = new Findings('warning', 'unknown-class');
  for (const object of raw) {
    if (object.kind !== 'Pod' || !isObject(object.spec) || isStored(metadataOf(object))) continue;
    const { priorityClassName: priority, runtimeClassName: runtime } = object.spec;
    const { namespace = 'default', name } = metadataOf(object) as { readonly namespace?: string; readonly name: string };
    const pod = { kind: 'Pod', namespace, name };
    if (typeof priority === 'string' && priority !== '' && !priorities.has(priority) && !SYSTEM_CLASSES.includes(priority)) {
      const rest = { path: 'spec.priorityClassName', value: priority, hint: 'kubectl get priorityclasses -o json' };
      unknown.add(`names priority class ${priority}, which is not there: its own priority or 0 counts`, pod, rest);
    }
    if (typeof runtime === 'string' && runtime !== '' && !runtimes.has(runtime)) {
      const rest = { path: 'spec.runtimeClassName', value: runtime, hint: 'kubectl get runtimeclasses -o json' };
      unknown.add(`names runtime class ${runtime}, which is not there: no overhead is added`, pod, rest);
    }
  }
  yield* unknown;
}
