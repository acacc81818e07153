import { isSince, type KubeVersion } from '../model/gates.ts';
import { type Labels, NO_LABELS } from '../model/labels.ts';
import { type CompiledSelector, compileSelector } from '../model/match.ts';
import type { PodAffinityTerm, PodTemplate, WeightedPodAffinityTerm } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';

/** A pod affinity term in the form in which it is matched (upstream AffinityTerm). */
export interface AffinityTerm {
  readonly topologyKey: string;
  /** Namespaces by name: those listed, or the pod's own where the term names none in any way. */
  readonly namespaces: ReadonlySet<string>;
  /** Namespaces by label, in addition. */
  readonly namespaceSelector: CompiledSelector;
  readonly selector: CompiledSelector;
  readonly source: PodAffinityTerm;
}

export interface WeightedTerm extends AffinityTerm {
  readonly weight: number;
}

/** The four term lists of a template. A list that does not parse is empty as a whole. */
export interface PodTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAnti: readonly WeightedTerm[];
  /** Upstream's text for the lists that do not parse. */
  readonly problem: string | undefined;
}

const NO_TERMS: PodTerms = { requiredAffinity: [], requiredAnti: [], preferredAffinity: [], preferredAnti: [], problem: undefined };

const NO_NAMESPACES = compileSelector(undefined);

const termsByTemplate = new WeakMap<PodTemplate, PodTerms>();

/** The terms that pods of the template carry, as existing pods see them; remembered per template. */
export function podTerms(template: PodTemplate): PodTerms {
  if (!hasAffinity(template)) return NO_TERMS;
  let terms = termsByTemplate.get(template);
  if (!terms) {
    terms = parseTerms(template);
    termsByTemplate.set(template, terms);
  }
  return terms;
}

/** Upstream lists a pod among those "with affinity" when either object is present, even empty. */
export function hasAffinity(template: PodTemplate): boolean {
  return template.podAffinity !== undefined || template.podAntiAffinity !== undefined;
}

function parseTerms(template: PodTemplate): PodTerms {
  const { namespace, podAffinity, podAntiAffinity } = template;
  const problems: string[] = [];
  const parse = <Source, Term extends AffinityTerm>(
    field: string,
    list: readonly Source[] | undefined,
    termOf: (source: Source) => PodAffinityTerm,
    build: (term: AffinityTerm, source: Source) => Term,
  ): readonly Term[] => {
    const problem = (list ?? []).map((source) => termProblem(termOf(source))).find((text) => text !== undefined);
    if (problem !== undefined) problems.push(`${field}: ${problem}`);
    return problem !== undefined ? [] : (list ?? []).map((source) => build(compileTerm(termOf(source), namespace), source));
  };
  const plain = (field: string, list: readonly PodAffinityTerm[] | undefined): readonly AffinityTerm[] =>
    parse(
      field,
      list,
      (source) => source,
      (term) => term,
    );
  const weighted = (field: string, list: readonly WeightedPodAffinityTerm[] | undefined): readonly WeightedTerm[] =>
    parse(
      field,
      list,
      ({ term }) => term,
      (term, { weight }) => ({ ...term, weight }),
    );
  // In upstream's order, which is the order of its error texts.
  const terms = {
    requiredAffinity: plain('requiredAffinityTerms', podAffinity?.required),
    requiredAnti: plain('requiredAntiAffinityTerms', podAntiAffinity?.required),
    preferredAffinity: weighted('preferredAffinityTerms', podAffinity?.preferred),
    preferredAnti: weighted('preferredAntiAffinityTerms', podAntiAffinity?.preferred),
  };
  return { ...terms, problem: problems.length > 1 ? `[${problems.join(', ')}]` : problems[0] };
}

function termProblem(term: PodAffinityTerm): string | undefined {
  return compileSelector(term.labelSelector).invalid ?? compileSelector(term.namespaceSelector).invalid;
}

function compileTerm(source: PodAffinityTerm, namespace: string): AffinityTerm {
  const unnamed = source.namespaces.length === 0 && source.namespaceSelector === undefined;
  return {
    topologyKey: source.topologyKey,
    namespaces: new Set(unnamed ? [namespace] : source.namespaces),
    namespaceSelector: compileSelector(source.namespaceSelector),
    selector: compileSelector(source.labelSelector),
    source,
  };
}

/** The terms as those of a pod that is being placed: namespace selectors are resolved against the Namespace objects. */
export function incomingTerms(template: PodTemplate, objects: ClusterObjects, version: KubeVersion): PodTerms {
  const terms = podTerms(template);
  if (terms === NO_TERMS) return terms;
  const resolve = <Term extends AffinityTerm>(term: Term): Term => withSelectedNamespaces(term, objects, version);
  return {
    requiredAffinity: terms.requiredAffinity.map(resolve),
    requiredAnti: terms.requiredAnti.map(resolve),
    preferredAffinity: terms.preferredAffinity.map(resolve),
    preferredAnti: terms.preferredAnti.map(resolve),
    problem: terms.problem,
  };
}

/** From 1.37 on the selector is dropped once it is resolved; before, upstream forgot to (see `termMatches`). */
function withSelectedNamespaces<Term extends AffinityTerm>(term: Term, objects: ClusterObjects, version: KubeVersion): Term {
  if (term.namespaceSelector.kind !== 'requirements') return term;
  const namespaceSelector = isSince(version, '1.37') ? NO_NAMESPACES : term.namespaceSelector;
  const selected = [...objects.namespaces].filter(([, labels]) => term.namespaceSelector.matches(labels)).map(([name]) => name);
  return { ...term, namespaceSelector, namespaces: new Set([...term.namespaces, ...selected]) };
}

/**
 * Whether the term matches pods of the template. `labels` are those of the pod's namespace when an existing pod's
 * term is matched against the incoming pod, and none when the incoming pod's term is matched: up to 1.36 upstream forgets to drop
 * the selector after resolving it, so that `NotIn` and `DoesNotExist` then match every namespace (specification Q1).
 */
export function termMatches(term: AffinityTerm, template: PodTemplate, labels: Labels = NO_LABELS): boolean {
  if (!term.namespaces.has(template.namespace) && !term.namespaceSelector.matches(labels)) return false;
  return term.selector.matches(template.labels);
}

/** Whether an incoming pod's terms all match pods of the template; false without terms. */
export function allTermsMatch(terms: readonly AffinityTerm[], template: PodTemplate): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, template));
}

/** Labels of the namespace; none where there is no Namespace object. */
export function namespaceLabels(objects: ClusterObjects, namespace: string): Labels {
  return objects.namespaces.get(namespace) ?? NO_LABELS;
}

/** A function of templates that is computed once per template. */
export function perTemplate<Result>(compute: (template: PodTemplate) => Result): (template: PodTemplate) => Result {
  const results = new Map<PodTemplate, Result>();
  return (template) => {
    let result = results.get(template);
    if (result === undefined) {
      result = compute(template);
      results.set(template, result);
    }
    return result;
  };
}
