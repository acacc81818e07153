/**
 * What admission does to a new pod (specification 1.3): priority, RuntimeClass, LimitRange, default tolerations, and the
 * merging of matchLabelKeys. A pod that an API server has stored already is left alone, apart from a missing priority.
 */
import type { Labels } from '../labels.ts';
import { fieldError } from '../parse/fields.ts';
import type { DraftContainer, DraftToleration, PodDraft } from '../parse/pod-draft.ts';
import type { PodAffinity, PodAffinityTerm, SpreadConstraint } from '../pod.ts';
import type { QuantityList } from '../resources.ts';
import type { LabelSelector, Requirement } from '../selector.ts';
import { withMissing } from './pod-static.ts';
import type { AdmissionPolicies, ContainerDefaults, RuntimeClass } from './policies.ts';
import { mergeTolerations, withDefaultTolerations } from './tolerations.ts';

const PREEMPT = 'PreemptLowerPriority';

export function admit(draft: PodDraft, policies: AdmissionPolicies): PodDraft {
  if (draft.stored) return draft;
  const limited = (policies.containerDefaults.get(draft.namespace) ?? []).reduce(withContainerDefaults, draft);
  const prioritised = withPriority(limited, policies);
  const tolerant = { ...prioritised, tolerations: withDefaultTolerations(prioritised.tolerations) };
  const runtimeClass = policies.runtimeClasses.get(draft.runtimeClassName);
  return withMergedLabelKeys(runtimeClass === undefined ? tolerant : withRuntimeClass(tolerant, runtimeClass));
}

/** Admission plugin Priority. A priority without a class is kept: the scheduler reads nothing else. */
function withPriority(draft: PodDraft, policies: AdmissionPolicies): PodDraft {
  const named = draft.priorityClassName !== '';
  const priorityClass = named ? policies.priorityClasses.get(draft.priorityClassName) : policies.defaultPriorityClass();
  if (priorityClass === undefined) return draft;
  if (named && draft.priority !== undefined && draft.priority !== priorityClass.value) {
    throw fieldError(
      'spec.priority',
      `must be the value ${priorityClass.value} of PriorityClass ${draft.priorityClassName}, or absent`,
      draft.priority,
    );
  }
  const policy = priorityClass.preemptionPolicy || PREEMPT;
  if (named && draft.preemptionPolicy !== '' && draft.preemptionPolicy !== policy) {
    throw fieldError(
      'spec.preemptionPolicy',
      `must be ${policy} as in PriorityClass ${draft.priorityClassName}, or absent`,
      draft.preemptionPolicy,
    );
  }
  return {
    ...draft,
    priority: draft.priority ?? priorityClass.value,
    preemptionPolicy: draft.preemptionPolicy || policy,
  };
}

/** Admission plugin RuntimeClass. */
function withRuntimeClass(draft: PodDraft, runtimeClass: RuntimeClass): PodDraft {
  const { overhead, nodeSelector } = runtimeClass;
  if (overhead && draft.overhead && draft.overhead.size > 0 && !equalLists(overhead, draft.overhead)) {
    throw fieldError('spec.overhead', `must be the overhead of RuntimeClass ${runtimeClass.name}, or absent`);
  }
  const selector = mergeNodeSelectors(draft.nodeSelector, nodeSelector, runtimeClass.name);
  return {
    ...draft,
    ...(overhead && { overhead }),
    ...(selector && { nodeSelector: selector }),
    tolerations: runtimeClass.tolerations.length > 0 ? mergeTolerations(draft.tolerations, runtimeClass.tolerations) : draft.tolerations,
  };
}

function equalLists(a: QuantityList, b: QuantityList): boolean {
  return a.size === b.size && [...a].every(([name, quantity]) => b.get(name) === quantity);
}

function mergeNodeSelectors(own: Labels | undefined, added: Labels | undefined, name: string): Labels | undefined {
  if (own === undefined || added === undefined) return own ?? added;
  for (const [key, value] of added) {
    const present = own.get(key);
    if (present !== undefined && present !== value) {
      throw fieldError(`spec.nodeSelector[${JSON.stringify(key)}]`, `conflicts with ${value} of RuntimeClass ${name}`, present);
    }
  }
  return new Map([...own, ...added]);
}

/** Admission plugin LimitRanger, its defaulting half. */
function withContainerDefaults(draft: PodDraft, defaults: ContainerDefaults): PodDraft {
  const fill = (container: DraftContainer): DraftContainer => ({
    ...container,
    limits: withMissing(container.limits, defaults.limits),
    requests: withMissing(container.requests, defaults.requests),
  });
  return { ...draft, containers: draft.containers.map(fill), initContainers: draft.initContainers.map(fill) };
}

/** The pod strategy's merging of matchLabelKeys and mismatchLabelKeys into selectors. */
function withMergedLabelKeys(draft: PodDraft): PodDraft {
  const { podAffinity, podAntiAffinity, labels } = draft;
  return {
    ...draft,
    ...(podAffinity && { podAffinity: mergeAffinity(podAffinity, labels) }),
    ...(podAntiAffinity && { podAntiAffinity: mergeAffinity(podAntiAffinity, labels) }),
    spreadConstraints: draft.spreadConstraints.map((constraint) => mergeConstraint(constraint, labels)),
  };
}

function mergeAffinity({ required, preferred }: PodAffinity, labels: Labels): PodAffinity {
  return {
    required: required.map((term) => mergeTerm(term, labels)),
    preferred: preferred.map(({ weight, term }) => ({ weight, term: mergeTerm(term, labels) })),
  };
}

function mergeTerm(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  const requirements = [...keyRequirements(term.matchLabelKeys, 'In', labels), ...keyRequirements(term.mismatchLabelKeys, 'NotIn', labels)];
  return mergeSelector(term, requirements);
}

function mergeConstraint(constraint: SpreadConstraint, labels: Labels): SpreadConstraint {
  return mergeSelector(constraint, keyRequirements(constraint.matchLabelKeys, 'In', labels));
}

/** Keys that the pod does not carry are left out. */
function keyRequirements(keys: readonly string[], operator: string, labels: Labels): readonly Requirement[] {
  return keys.flatMap((key) => {
    const value = labels.get(key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

function mergeSelector<T extends { readonly labelSelector?: LabelSelector }>(holder: T, requirements: readonly Requirement[]): T {
  if (holder.labelSelector === undefined || requirements.length === 0) return holder;
  return { ...holder, labelSelector: { requirements: [...holder.labelSelector.requirements, ...requirements] } };
}

/** The tolerations without the seconds that scheduling does not read. */
export function plainTolerations(tolerations: readonly DraftToleration[]): readonly DraftToleration[] {
  if (tolerations.every((toleration) => toleration.seconds === undefined)) return tolerations;
  return tolerations.map(({ key, operator, value, effect }) => ({ key, operator, value, effect }));
}
