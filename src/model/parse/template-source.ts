/** Turns raw pods into shared templates: by raw content first, then, after defaulting, by content. */
import type { ErrorPlace } from '../../base/errors.ts';
import { admit } from '../defaults/admission.ts';
import { withStaticDefaults } from '../defaults/pod-static.ts';
import type { AdmissionPolicies } from '../defaults/policies.ts';
import { validatePod } from '../defaults/validate-pod.ts';
import { validateResources } from '../defaults/validate-resources.ts';
import type { PodTemplate } from '../pod.ts';
import { contentKey } from './content-key.ts';
import type { RawObject } from './fields.ts';
import { Interner } from './interner.ts';
import { metadataOf } from './metadata.ts';
import type { PodDraft } from './pod-draft.ts';
import { readPodDraft, specOf } from './pod-spec.ts';
import type { SpecRequests } from './resize.ts';
import { templateOf } from './template.ts';

/** Raw content of one or more pods. */
export interface Content {
  /** Final, unless `draft` is set: then it stands in until the policies are known. */
  template: PodTemplate;
  /** A pod that no API server has stored: what becomes of it depends on objects that may still come. */
  readonly draft?: PodDraft;
  readonly requests: SpecRequests;
  readonly grouped: boolean;
  pods: number;
}

/** Characters of keys kept at once; a cluster of unique pods would otherwise hold its own text a second time. */
const KEY_LENGTH_MAX = 1 << 26;

export class TemplateSource {
  readonly interner = new Interner();
  private readonly defaults: boolean;
  private readonly contents = new Map<string, Content>();
  private keyLength = 0;

  constructor(defaults: boolean) {
    this.defaults = defaults;
  }

  /** Content of a raw pod. Throws what `readPodDraft` and the validation throw, paths relative to the pod. */
  contentOf(raw: RawObject, place: ErrorPlace): Content {
    const key = contentKey(metadataOf(raw), specOf(raw));
    const known = key === undefined ? undefined : this.contents.get(key);
    if (known !== undefined) return known;
    const content = this.read(raw, place);
    if (key !== undefined) this.remember(key, content);
    return content;
  }

  /** The final template of a draft. */
  finish(draft: PodDraft, policies: AdmissionPolicies): PodTemplate {
    const admitted = admit(draft, policies);
    validateResources(admitted);
    return templateOf(admitted, this.interner);
  }

  private read(raw: RawObject, place: ErrorPlace): Content {
    const written = readPodDraft(raw, place, this.defaults);
    const { grouped } = written;
    if (!this.defaults) {
      const template = templateOf(written, this.interner);
      return { template, requests: template, grouped, pods: 0 };
    }
    const draft = withStaticDefaults(written);
    validatePod(draft);
    if (draft.stored) validateResources(draft);
    const template = templateOf(draft, this.interner);
    return { template, requests: template, grouped, pods: 0, ...(draft.stored ? {} : { draft }) };
  }

  private remember(key: string, content: Content): void {
    this.keyLength += key.length;
    if (this.keyLength > KEY_LENGTH_MAX) {
      this.contents.clear();
      this.keyLength = key.length;
    }
    this.contents.set(key, content);
  }
}
