/**
 * What the API server refuses in a pod, as far as scheduling reads it (upstream `ValidatePodSpec`): one error, with the path
 * of the field. Let through although the API server refuses it, because the meaning is clear: a container without name,
 * an extended resource without limit, an empty list of node selector terms (it matches no node).
 */
import { labelKeyProblem } from '../names.ts';
import { fieldError, join } from '../parse/fields.ts';
import { checkLabelKey, checkLabels, checkLabelValue, checkNamespace, nameError } from '../parse/metadata.ts';
import type { DraftContainer, DraftPort, DraftToleration, PodDraft } from '../parse/pod-draft.ts';
import { parseInt64 } from '../taint.ts';
import { checkAffinity } from './validate-affinity.ts';
import { checkSpreadConstraints } from './validate-spread.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const PORT_MAX = 65_535;

export function validatePod(draft: PodDraft): void {
  checkLabels(draft.labels, 'metadata.labels');
  if (draft.nodeSelector) checkLabels(draft.nodeSelector, 'spec.nodeSelector');
  if (draft.containers.length === 0) throw fieldError('spec.containers', 'must have at least one container');
  checkContainers(draft);
  for (const [i, toleration] of draft.tolerations.entries()) checkToleration(toleration, `spec.tolerations[${i}]`);
  checkAffinity(draft);
  checkSpreadConstraints(draft);
  checkGates(draft.schedulingGates);
  if (!['', 'Never', 'PreemptLowerPriority'].includes(draft.preemptionPolicy)) {
    throw fieldError('spec.preemptionPolicy', 'must be Never or PreemptLowerPriority', draft.preemptionPolicy);
  }
}

function checkContainers(draft: PodDraft): void {
  const names = new Set<string>();
  for (const kind of ['initContainers', 'containers'] as const) {
    for (const [i, container] of draft[kind].entries()) checkContainer(container, `spec.${kind}[${i}]`, draft.hostNetwork, names);
  }
}

function checkContainer(container: DraftContainer, path: string, hostNetwork: boolean, names: Set<string>): void {
  if (container.name !== '') {
    checkNamespace(container.name, join(path, 'name'));
    if (names.has(container.name)) throw fieldError(join(path, 'name'), 'another container of the pod has this name', container.name);
    names.add(container.name);
  }
  for (const [i, port] of container.ports.entries()) checkPort(port, `${path}.ports[${i}]`, hostNetwork);
}

function checkPort(port: DraftPort, path: string, hostNetwork: boolean): void {
  if (port.containerPort < 1 || port.containerPort > PORT_MAX) {
    throw fieldError(join(path, 'containerPort'), `must be between 1 and ${PORT_MAX}`, port.containerPort);
  }
  if (port.hostPort < 0 || port.hostPort > PORT_MAX)
    throw fieldError(join(path, 'hostPort'), `must be between 1 and ${PORT_MAX}`, port.hostPort);
  if (hostNetwork && port.hostPort !== port.containerPort) {
    throw fieldError(join(path, 'hostPort'), 'must match containerPort when hostNetwork is true', port.hostPort);
  }
  if (!PROTOCOLS.includes(port.protocol)) throw fieldError(join(path, 'protocol'), 'must be TCP, UDP or SCTP', port.protocol);
}

function checkToleration({ key, operator, value, effect, seconds }: DraftToleration, path: string): void {
  if (key !== '') checkLabelKey(key, join(path, 'key'));
  else if (operator !== 'Exists') throw fieldError(join(path, 'operator'), 'must be Exists when the key is empty', operator);
  if (effect !== '' && !EFFECTS.includes(effect)) throw fieldError(join(path, 'effect'), `must be one of ${EFFECTS.join(', ')}`, effect);
  checkTolerationValue(operator, value, path);
  if (seconds === undefined) return;
  if (effect !== 'NoExecute') throw fieldError(join(path, 'effect'), 'must be NoExecute when tolerationSeconds is set', effect);
  if (seconds < 0) throw fieldError(join(path, 'tolerationSeconds'), 'must not be negative', seconds, 'write 0');
}

function checkTolerationValue(operator: string, value: string, path: string): void {
  switch (operator) {
    case '':
    case 'Equal':
      checkLabelValue(value, join(path, 'value'));
      return;
    case 'Exists':
      if (value !== '') throw fieldError(join(path, 'value'), 'must be empty when the operator is Exists', value);
      return;
    case 'Lt':
    case 'Gt':
      if (parseInt64(value) === undefined) throw fieldError(join(path, 'value'), 'must be a decimal integer within int64', value);
      return;
    default:
      throw fieldError(join(path, 'operator'), 'must be Equal or Exists', operator);
  }
}

function checkGates(gates: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, gate] of gates.entries()) {
    const path = `spec.schedulingGates[${i}]`;
    const problem = labelKeyProblem(gate);
    if (problem !== undefined) throw nameError(path, gate, problem);
    if (seen.has(gate)) throw fieldError(path, 'is listed twice', gate);
    seen.add(gate);
  }
}
