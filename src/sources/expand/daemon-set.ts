import { DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION } from '../../model/daemon-tolerations.ts';
import { requiredNodeAffinityMatches } from '../../model/match.ts';
import { readAffinity } from '../../model/parse/affinity.ts';
import { mapObjects, objectAt, optionalLabelsAt, type RawObject, textAt } from '../../model/parse/fields.ts';
import { type Toleration, untoleratedTaint } from '../../model/taint.ts';
import type { ControllerManifest, Inventory } from './inventory.ts';
import { createPod, freeNames, ownerOf, specOf, templateOf } from './pod-manifest.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** One pod for each node that the DaemonSet should run on and does not, bound to it by affinity as its controller does. */
export function expandDaemonSet(controller: ControllerManifest, inventory: Inventory): void {
  const template = templateOf(specOf(controller), 'spec');
  const path = 'spec.template.spec';
  const original = objectAt(template, 'spec', 'spec.template') ?? {};
  const spec = { ...original, tolerations: daemonTolerations(original, path) };
  const { nodes } = inventory.activePods('DaemonSet', controller.namespace, controller.name);
  const nodeSelector = optionalLabelsAt(spec, 'nodeSelector', path);
  const placed = { ...readAffinity(spec, path), ...(nodeSelector && { nodeSelector }) };
  const tolerations = mapObjects(spec, 'tolerations', path, readToleration);
  const fixedNode = textAt(spec, 'nodeName', path);

  const eligible = inventory.nodes.filter(
    (node) =>
      !nodes.has(node.name) &&
      (fixedNode === '' || fixedNode === node.name) &&
      requiredNodeAffinityMatches(placed, node) &&
      untoleratedTaint(node.taints, tolerations, ['NoSchedule', 'NoExecute'], false) === undefined,
  );
  const pattern = { owner: ownerOf(controller), template, path: 'spec.template', controller };
  const names = freeNames(inventory, controller.namespace, controller.name, eligible.length);
  for (const node of eligible) createPod(inventory, pattern, names.next().value as string, { spec: onlyOn(spec, node.name) });
}

function daemonTolerations(spec: RawObject, path: string): readonly unknown[] {
  const given = mapObjects(spec, 'tolerations', path, (toleration) => toleration);
  const extra = spec.hostNetwork === true ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
  const added = extra.map(([key, effect]) => ({ key, operator: 'Exists', effect }));
  // A given toleration of the same key, operator, effect and no value is replaced: the controller's has no time limit.
  const others = given.filter(
    (toleration) =>
      !added.some(
        ({ key, effect }) =>
          toleration.key === key && toleration.effect === effect && toleration.operator === 'Exists' && !toleration.value,
      ),
  );
  return [...others, ...added];
}

function readToleration(raw: RawObject, path: string): Toleration {
  return {
    key: textAt(raw, 'key', path),
    operator: textAt(raw, 'operator', path),
    value: textAt(raw, 'value', path),
    effect: textAt(raw, 'effect', path),
  };
}

/** The required node affinity becomes the node itself, whatever it was (upstream ReplaceDaemonSetPodNodeNameNodeAffinity). */
function onlyOn(spec: RawObject, node: string): RawObject {
  const affinity = objectAt(spec, 'affinity', '') ?? {};
  const nodeAffinity = objectAt(affinity, 'nodeAffinity', '') ?? {};
  const required = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] };
  return { ...spec, affinity: { ...affinity, nodeAffinity: { ...nodeAffinity, [REQUIRED]: required } } };
}
