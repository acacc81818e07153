/**
 * Matching of label selectors, node selector terms and node affinity, with upstream's parse rules and error texts:
 * apimachinery `labels.NewRequirement`, `metav1.LabelSelectorAsSelector`, component-helpers `scheduling/corev1/nodeaffinity`.
 * Compiled forms are remembered per model object, which is why sharing equal objects pays.
 */

import type { Labels } from './labels.ts';
import { labelKeyProblem, labelValueProblem } from './names.ts';
import type { Node } from './node.ts';
import type { PodTemplate, PreferredTerm } from './pod.ts';
import type { LabelSelector, NodeSelectorTerm, Requirement } from './selector.ts';
import { parseInt64 } from './taint.ts';

export interface CompiledSelector {
  readonly kind: 'nothing' | 'everything' | 'requirements';
  /** Upstream's error text; such a selector matches nothing. */
  readonly invalid?: string;
  matches(labels: Labels): boolean;
}

/** The part of a node that affinity reads. */
export type NodeIdentity = Pick<Node, 'name' | 'labels'>;

export interface CompiledNodeTerm {
  /** Neither expressions nor fields: matches no node. */
  readonly empty: boolean;
  /** Upstream's error texts, paths relative to the term; such a term matches no node. */
  readonly invalid: readonly string[];
  matches(node: NodeIdentity): boolean;
}

type LabelTest = (labels: Labels) => boolean;

/** From this many values on a Set beats a scan; it also keeps 10,000 values from being quadratic. */
const VALUES_SCANNED_MAX = 8;

const NOTHING: CompiledSelector = { kind: 'nothing', matches: () => false };
const EVERYTHING: CompiledSelector = { kind: 'everything', matches: () => true };

const selectors = new WeakMap<LabelSelector, CompiledSelector>();
const nodeTerms = new WeakMap<NodeSelectorTerm, CompiledNodeTerm>();

/**
 * A metav1.LabelSelector ready to match: undefined (nil) matches nothing, one without requirements everything. The
 * operators are In, NotIn, Exists and DoesNotExist; the first requirement that upstream refuses makes it `invalid`.
 */
export function compileSelector(selector: LabelSelector | undefined): CompiledSelector {
  if (selector === undefined) return NOTHING;
  if (selector.requirements.length === 0) return EVERYTHING;
  let compiled = selectors.get(selector);
  if (compiled === undefined) {
    compiled = compileRequirements(selector.requirements);
    selectors.set(selector, compiled);
  }
  return compiled;
}

function compileRequirements(requirements: readonly Requirement[]): CompiledSelector {
  for (const requirement of requirements) {
    const invalid = labelRequirementProblem(requirement);
    if (invalid !== undefined) return { kind: 'nothing', invalid, matches: () => false };
  }
  const tests = requirements.map(testOf);
  const [only] = tests;
  if (tests.length === 1 && only) return { kind: 'requirements', matches: only };
  return { kind: 'requirements', matches: (labels) => tests.every((test) => test(labels)) };
}

function labelRequirementProblem(requirement: Requirement): string | undefined {
  if (!LABEL_OPERATORS.has(requirement.operator)) return `${goQuote(requirement.operator)} is not a valid label selector operator`;
  return aggregate(requirementProblems(requirement, ''));
}

const LABEL_OPERATORS: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);
const NODE_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];
const FIELD_OPERATORS = ['In', 'NotIn'];

/** Whether one requirement holds for the labels (upstream `labels.Requirement.Matches`); an unknown operator never holds. */
export function requirementMatches(requirement: Requirement, labels: Labels): boolean {
  return testOf(requirement)(labels);
}

/** Whether all pairs of a map selector are among the labels; an empty map selector matches everything. */
export function mapSelectorMatches(selector: Labels, labels: Labels): boolean {
  for (const [key, value] of selector) if (labels.get(key) !== value) return false;
  return true;
}

function testOf({ key, operator, values }: Requirement): LabelTest {
  switch (operator) {
    case 'In': {
      const listed = lister(values);
      return (labels) => listed(labels.get(key));
    }
    case 'NotIn': {
      const listed = lister(values);
      return (labels) => !listed(labels.get(key));
    }
    case 'Exists':
      return (labels) => labels.has(key);
    case 'DoesNotExist':
      return (labels) => !labels.has(key);
    case 'Gt':
      return integerTest(key, values, (value, bound) => value > bound);
    case 'Lt':
      return integerTest(key, values, (value, bound) => value < bound);
    default:
      return () => false;
  }
}

/** Membership; undefined (no such label) is never a member. */
function lister(values: readonly string[]): (value: string | undefined) => boolean {
  if (values.length > VALUES_SCANNED_MAX) {
    const set: ReadonlySet<string | undefined> = new Set(values);
    return (value) => set.has(value);
  }
  const list: readonly (string | undefined)[] = values;
  return (value) => list.includes(value);
}

function integerTest(key: string, values: readonly string[], compare: (value: bigint, bound: bigint) => boolean): LabelTest {
  const bound = values.length === 1 ? parseInt64(values[0] as string) : undefined;
  if (bound === undefined) return () => false;
  return (labels) => {
    const text = labels.get(key);
    const value = text === undefined ? undefined : parseInt64(text);
    return value !== undefined && compare(value, bound);
  };
}

/** A node selector term ready to match. A term that upstream refuses matches no node, and neither does an empty one. */
export function compileNodeTerm(term: NodeSelectorTerm): CompiledNodeTerm {
  let compiled = nodeTerms.get(term);
  if (compiled === undefined) {
    compiled = compileNodeTermUncached(term);
    nodeTerms.set(term, compiled);
  }
  return compiled;
}

function compileNodeTermUncached(term: NodeSelectorTerm): CompiledNodeTerm {
  const { matchExpressions, matchFields } = term;
  const never = () => false;
  if (matchExpressions.length === 0 && matchFields.length === 0) return { empty: true, invalid: [], matches: never };
  const invalid = [
    ...matchExpressions.flatMap((requirement, i) => nodeExpressionProblem(requirement, `matchExpressions[${i}]`)),
    ...matchFields.flatMap((requirement, i) => nodeFieldProblem(requirement, `matchFields[${i}]`)),
  ];
  if (invalid.length > 0) return { empty: false, invalid, matches: never };
  const labelTests = matchExpressions.map(testOf);
  const fieldTests = matchFields.map(fieldTestOf);
  return {
    empty: false,
    invalid,
    // Upstream leaves matchFields out for a node without a name.
    matches: (node) => labelTests.every((test) => test(node.labels)) && (node.name === '' || fieldTests.every((test) => test(node.name))),
  };
}

/** Only the field metadata.name exists; any other reads as ''. */
function fieldTestOf({ key, operator, values }: Requirement): (name: string) => boolean {
  const [wanted] = values;
  const expected = operator === 'In';
  return (name) => ((key === 'metadata.name' ? name : '') === wanted) === expected;
}

function nodeExpressionProblem(requirement: Requirement, path: string): string[] {
  if (!NODE_OPERATORS.includes(requirement.operator)) return [unsupported(`${path}.operator`, requirement.operator, NODE_OPERATORS)];
  return requirementProblems(requirement, `${path}.`);
}

function nodeFieldProblem({ operator, values }: Requirement, path: string): string[] {
  if (!FIELD_OPERATORS.includes(operator)) return [unsupported(`${path}.operator`, operator, FIELD_OPERATORS)];
  return values.length === 1 ? [] : [invalidList(`${path}.values`, values, 'must have one element')];
}

/** Terms ORed; an empty list matches no node. */
export function nodeTermsMatch(terms: readonly NodeSelectorTerm[], node: NodeIdentity): boolean {
  return terms.some((term) => compileNodeTerm(term).matches(node));
}

/** Upstream's error text for a required term list (what a strict reader such as VolumeBinding reports), or undefined. */
export function nodeTermsProblem(terms: readonly NodeSelectorTerm[]): string | undefined {
  return aggregate(terms.flatMap((term, i) => compileNodeTerm(term).invalid.map((problem) => `nodeSelectorTerms[${i}].${problem}`)));
}

/** The pod's nodeSelector and its required node affinity (upstream `GetRequiredNodeAffinity(pod).Match`). */
export function requiredNodeAffinityMatches(pod: Pick<PodTemplate, 'nodeSelector' | 'nodeAffinity'>, node: NodeIdentity): boolean {
  if (pod.nodeSelector && !mapSelectorMatches(pod.nodeSelector, node.labels)) return false;
  const required = pod.nodeAffinity?.required;
  return required === undefined || nodeTermsMatch(required, node);
}

/** Sum of the weights of the preferred terms that match. Only meaningful when `preferredTermsProblem` is undefined. */
export function preferredTermsScore(terms: readonly PreferredTerm[], node: NodeIdentity): number {
  let score = 0;
  for (const { weight, preference } of terms) if (weight !== 0 && compileNodeTerm(preference).matches(node)) score += weight;
  return score;
}

/** Upstream's error text for preferred terms (weight 0 and empty preferences are not looked at), or undefined. */
export function preferredTermsProblem(terms: readonly PreferredTerm[]): string | undefined {
  return aggregate(
    terms.flatMap(({ weight, preference }, i) =>
      weight === 0 ? [] : compileNodeTerm(preference).invalid.map((problem) => `[${i}].${problem}`),
    ),
  );
}

/** Upstream's rules for one requirement, in its order (`labels.NewRequirement`). */
function requirementProblems({ key, operator, values }: Requirement, path: string): string[] {
  const problems: string[] = [];
  const keyProblem = labelKeyProblem(key);
  if (keyProblem !== undefined) problems.push(`${path}key: Invalid value: ${goQuote(key)}: ${keyProblem}`);
  problems.push(...valueCountProblems(operator, values, `${path}values`));
  for (const [i, value] of values.entries()) {
    const problem = labelValueProblem(value);
    if (problem !== undefined) problems.push(`${path}values[${i}][${key}]: Invalid value: ${goQuote(value)}: ${problem}`);
  }
  return problems;
}

function valueCountProblems(operator: string, values: readonly string[], path: string): string[] {
  if (operator === 'In' || operator === 'NotIn') {
    return values.length > 0 ? [] : [invalidList(path, values, "for 'in', 'notin' operators, values set can't be empty")];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    return values.length === 0 ? [] : [invalidList(path, values, 'values set must be empty for exists and does not exist')];
  }
  const problems = values.flatMap((value, i) =>
    parseInt64(value) === undefined
      ? [`${path}[${i}]: Invalid value: ${goQuote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`]
      : [],
  );
  if (values.length !== 1) problems.unshift(invalidList(path, values, "for 'Gt', 'Lt' operators, exactly one value is required"));
  return problems;
}

function invalidList(path: string, values: readonly string[], detail: string): string {
  // Upstream prints a list that was never set as JSON null.
  return `${path}: Invalid value: ${values.length === 0 ? 'null' : goJson(values)}: ${detail}`;
}

function unsupported(path: string, value: string, supported: readonly string[]): string {
  return `${path}: Unsupported value: ${goJson(value)}: supported values: ${supported.map(goQuote).join(', ')}`;
}

/** Go's aggregate text: equal messages once, several in brackets. */
function aggregate(problems: readonly string[]): string | undefined {
  const distinct = [...new Set(problems)];
  if (distinct.length <= 1) return distinct[0];
  return `[${distinct.join(', ')}]`;
}

function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const GO_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Go's %q for the text that can occur here: printable characters stay, control characters are escaped. */
function goQuote(text: string): string {
  const body = text.replace(/["\\\p{C}\p{Zl}\p{Zp}]|[^\S ]/gu, (c) => {
    const code = c.codePointAt(0) as number;
    const hex = code.toString(16);
    if (GO_ESCAPES[c] !== undefined) return GO_ESCAPES[c];
    if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
    return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
  return `"${body}"`;
}
