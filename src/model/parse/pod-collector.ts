import { type ErrorPlace, PlimsollError } from '../../base/errors.ts';
import type { AdmissionPolicies } from '../defaults/policies.ts';
import type { Pod } from '../pod.ts';
import type { RawObject } from './fields.ts';
import type { Identities } from './identities.ts';
import { checkNamespace } from './metadata.ts';
import { isFinished, readPod } from './pod.ts';
import { type Content, TemplateSource } from './template-source.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Pods as they stream in. Those that need the snapshot's policies get their template in `finish`. */
export class PodCollector {
  readonly pods: Mutable<Pod>[] = [];
  readonly templates: TemplateSource;
  /** Succeeded and Failed pods that were dropped. */
  finished = 0;
  private readonly defaults: boolean;
  private readonly identities: Identities;
  private readonly contents = new Set<Content>();
  private readonly waiting: { readonly pod: Mutable<Pod>; readonly content: Content }[] = [];

  constructor(defaults: boolean, identities: Identities) {
    this.defaults = defaults;
    this.identities = identities;
    this.templates = new TemplateSource(defaults);
  }

  add(raw: RawObject, place: ErrorPlace): void {
    if (isFinished(raw)) {
      this.finished++;
      return;
    }
    const content = this.templates.contentOf(raw, place);
    const pod = readPod(raw, content.template, content.requests, this.defaults);
    if (content.pods === 0) {
      if (this.defaults) checkNamespace(pod.namespace, 'metadata.namespace');
      this.contents.add(content);
    }
    this.identities.claim('Pod', pod.namespace, pod.name, place);
    if (pod.uid !== '') this.identities.claimPodUid(pod.uid, place);
    content.pods++;
    if (content.draft !== undefined) this.waiting.push({ pod, content });
    this.pods.push(pod);
  }

  finish(policies: AdmissionPolicies): readonly Pod[] {
    for (const content of this.contents) {
      if (content.draft === undefined) continue;
      try {
        content.template = this.templates.finish(content.draft, policies);
      } catch (error) {
        throw error instanceof PlimsollError ? error.at(content.draft.place) : error;
      }
    }
    for (const { pod, content } of this.waiting) pod.template = content.template;
    return this.pods;
  }

  /** Pods whose content fulfils a condition. */
  count(condition: (content: Content) => boolean): number {
    let pods = 0;
    for (const content of this.contents) if (condition(content)) pods += content.pods;
    return pods;
  }
}
