/** Turns raw pods into shared templates: by raw content first, then, after defaulting, by content. */
import type { ErrorPlace } from '../../base/errors.ts';
import { admit } from '../defaults/admission.ts';
import { withStaticDefaults } from '../defaults/pod-static.ts';
import type { AdmissionPolicies } from '../defaults/policies.ts';
import { validatePod } from '../defaults/validate-pod.ts';
import { validateResources } from '../defaults/validate-resources.ts';
import type { PodTemplate } from '../pod.ts';
import { contentKey } from './content-key.ts';
import { labelsAt, type RawObject, textAt } from './fields.ts';
import { Interner } from './interner.ts';
import { checkLabels, isMirror, isStored, metadataOf, readController } from './metadata.ts';
import type { PodDraft } from './pod-draft.ts';
import { readPodDraft, readVolumes, specOf } from './pod-spec.ts';
import type { SpecRequests } from './resize.ts';
import { templateOf, withIdentity } from './template.ts';

/** Content of one or more pods. */
export interface Content {
  /** Final, unless `draft` is set: then it stands in until the policies are known. */
  template: PodTemplate;
  /** A pod that no API server has stored: what becomes of it depends on objects that may still come. */
  readonly draft?: PodDraft;
  readonly requests: SpecRequests;
  readonly grouped: boolean;
  pods: number;
}

interface Spec {
  readonly id: number;
  /** The first content with this spec whose template is final. */
  base?: Content;
}

/** Characters of keys kept at once; a cluster of unique pods would otherwise hold its own text a second time. */
const KEY_LENGTH_MAX = 1 << 25;

export class TemplateSource {
  readonly interner = new Interner();
  private readonly defaults: boolean;
  private readonly specs = new Map<string, Spec>();
  private readonly contents = new Map<string, Content>();
  private keyLength = 0;
  /** Never used again, so that a key made before `forget` cannot meet a spec made after it. */
  private nextId = 0;

  constructor(defaults: boolean) {
    this.defaults = defaults;
  }

  /** Content of a raw pod. Throws what `readPodDraft` and the validation throw, paths relative to the pod. */
  contentOf(raw: RawObject, place: ErrorPlace): Content {
    const key = contentKey(metadataOf(raw), specOf(raw));
    if (key === undefined) return this.read(raw, place);
    const spec = this.specs.get(key.spec) ?? this.addSpec(key.spec);
    const contentText = `${spec.id}${key.identity}`;
    const known = this.contents.get(contentText);
    if (known !== undefined) return known;
    const content = spec.base === undefined ? this.read(raw, place) : (this.derive(raw, spec.base) ?? this.read(raw, place));
    if (content.draft === undefined) spec.base ??= content;
    this.count(contentText);
    this.contents.set(contentText, content);
    return content;
  }

  /** The final template of a draft. */
  finish(draft: PodDraft, policies: AdmissionPolicies): PodTemplate {
    // An API server defaults again when it reads the pod back, which shows where admission has changed containers.
    const admitted = withStaticDefaults(admit(draft, policies));
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

  /** The content of a pod whose spec is known: only its identity is read. undefined when admission is still to come. */
  private derive(raw: RawObject, base: Content): Content | undefined {
    const metadata = metadataOf(raw);
    if (this.defaults && !isStored(metadata)) return undefined;
    const labels = labelsAt(metadata, 'labels', 'metadata');
    if (this.defaults) checkLabels(labels, 'metadata.labels');
    const identity = {
      namespace: textAt(metadata, 'namespace', 'metadata') || 'default',
      labels,
      owner: readController(metadata),
      mirror: isMirror(metadata),
      volumes: readVolumes(specOf(raw), this.defaults),
    };
    const template = withIdentity(base.template, identity, this.interner);
    return { template, requests: template, grouped: base.grouped, pods: 0 };
  }

  private addSpec(key: string): Spec {
    this.count(key);
    const spec: Spec = { id: this.nextId++ };
    this.specs.set(key, spec);
    return spec;
  }

  private count(key: string): void {
    this.keyLength += key.length;
    if (this.keyLength <= KEY_LENGTH_MAX) return;
    this.contents.clear();
    this.specs.clear();
    this.keyLength = key.length;
  }
}
