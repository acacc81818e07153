/**
 * What the API server refuses in node and pod affinity (upstream `validateAffinity`). Selectors of stored pods are not
 * checked: API servers let those keep what newer versions refuse, and the scheduler has an answer for them.
 */
import { fieldError, join } from '../parse/fields.ts';
import { checkLabelKey, checkNamespace } from '../parse/metadata.ts';
import type { PodDraft } from '../parse/pod-draft.ts';
import { checkNodeTerm, checkSelector, selectorError } from '../parse/selectors.ts';
import type { NodeAffinity, PodAffinity, PodAffinityTerm } from '../pod.ts';
import type { LabelSelector } from '../selector.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function checkAffinity(draft: PodDraft): void {
  if (draft.nodeAffinity) checkNodeAffinity(draft.nodeAffinity, 'spec.affinity.nodeAffinity', draft);
  if (draft.podAffinity) checkPodAffinity(draft.podAffinity, 'spec.affinity.podAffinity', draft);
  if (draft.podAntiAffinity) checkPodAffinity(draft.podAntiAffinity, 'spec.affinity.podAntiAffinity', draft);
}

function checkNodeAffinity({ required, preferred }: NodeAffinity, path: string, { stored }: PodDraft): void {
  if (!stored)
    for (const [i, term] of (required ?? []).entries()) checkNodeTerm(term, `${path}.${REQUIRED}.nodeSelectorTerms[${i}]`, false);
  for (const [i, { weight, preference }] of (preferred ?? []).entries()) {
    checkWeight(weight, `${path}.${PREFERRED}[${i}]`);
    if (!stored) checkNodeTerm(preference, `${path}.${PREFERRED}[${i}].preference`, true);
  }
}

function checkPodAffinity({ required, preferred }: PodAffinity, path: string, draft: PodDraft): void {
  for (const [i, term] of required.entries()) checkTerm(term, `${path}.${REQUIRED}[${i}]`, draft);
  for (const [i, { weight, term }] of preferred.entries()) {
    checkWeight(weight, `${path}.${PREFERRED}[${i}]`);
    checkTerm(term, `${path}.${PREFERRED}[${i}].podAffinityTerm`, draft);
  }
}

function checkWeight(weight: number, path: string): void {
  if (weight < 1 || weight > 100) throw fieldError(join(path, 'weight'), 'must be between 1 and 100', weight);
}

function checkTerm(term: PodAffinityTerm, path: string, draft: PodDraft): void {
  checkTopologyKey(term.topologyKey, path);
  if (!draft.stored) {
    checkSelector(term.labelSelector, join(path, 'labelSelector'));
    checkSelector(term.namespaceSelector, join(path, 'namespaceSelector'));
  }
  for (const [i, name] of term.namespaces.entries()) checkNamespace(name, `${path}.namespaces[${i}]`);
  checkLabelKeyList(term.matchLabelKeys, term.labelSelector, `${path}.matchLabelKeys`);
  checkLabelKeyList(term.mismatchLabelKeys, term.labelSelector, `${path}.mismatchLabelKeys`);
  const mismatched = new Set(term.mismatchLabelKeys);
  for (const [i, key] of term.matchLabelKeys.entries()) {
    if (mismatched.has(key)) throw selectorError(`${path}.matchLabelKeys[${i}]`, 'is also in mismatchLabelKeys', key);
  }
  checkNotSelected(term.matchLabelKeys, term.labelSelector, `${path}.matchLabelKeys`, draft);
}

function checkTopologyKey(key: string, path: string): void {
  checkNotEmpty(key, path);
  checkLabelKey(key, join(path, 'topologyKey'));
}

export function checkNotEmpty(key: string, path: string): void {
  if (key === '') throw fieldError(join(path, 'topologyKey'), 'must not be empty', key, 'name a node label such as kubernetes.io/hostname');
}

export function checkLabelKeyList(keys: readonly string[], selector: LabelSelector | undefined, path: string): void {
  if (keys.length > 0 && selector === undefined) throw selectorError(path, 'needs a labelSelector beside it');
  for (const [i, key] of keys.entries()) checkLabelKey(key, join(path, i));
}

/**
 * A key of the pod cannot be both selected on and in matchLabelKeys: merging would select on it twice. A stored pod is past
 * this, its selector has been merged already.
 */
export function checkNotSelected(keys: readonly string[], selector: LabelSelector | undefined, path: string, draft: PodDraft): void {
  if (draft.stored || keys.length === 0 || selector === undefined) return;
  const selected = new Set(selector.requirements.map((requirement) => requirement.key));
  for (const [i, key] of keys.entries()) {
    if (draft.labels.has(key) && selected.has(key)) {
      throw selectorError(join(path, i), 'exists in both matchLabelKeys and labelSelector', key);
    }
  }
}
