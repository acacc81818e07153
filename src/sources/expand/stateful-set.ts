import { asObject, listAt, objectAt, type RawObject, textAt } from '../../model/parse/fields.ts';
import type { ControllerManifest, Inventory } from './inventory.ts';
import { countAt, createClaim, createPod, ownerOf, type PodPattern, specOf, templateOf } from './pod-manifest.ts';

/** Missing ordinals of a StatefulSet, with the claims of its volume claim templates. */
export function expandStatefulSet(controller: ControllerManifest, inventory: Inventory): void {
  const spec = specOf(controller);
  const template = templateOf(spec, 'spec');
  const pattern: PodPattern = { owner: ownerOf(controller), template, path: 'spec.template', controller };
  const start = countAt(objectAt(spec, 'ordinals', 'spec') ?? {}, 'start', 'spec.ordinals', 0);
  const replicas = countAt(spec, 'replicas', 'spec', 1);
  for (let ordinal = start; ordinal < start + replicas; ordinal++) {
    const name = `${controller.name}-${ordinal}`;
    if (inventory.has('Pod', controller.namespace, name)) continue;
    const labels = { 'statefulset.kubernetes.io/pod-name': name, 'apps.kubernetes.io/pod-index': String(ordinal) };
    createPod(inventory, pattern, name, { labels, spec: withClaims(pattern, spec, ordinal, inventory) });
  }
}

/** The template's spec with one claim for each claim template, which replaces a volume of the same name (upstream updateStorage). */
function withClaims(pattern: PodPattern, spec: RawObject, ordinal: number, inventory: Inventory): RawObject {
  const podSpec = objectAt(pattern.template, 'spec', 'spec.template') ?? {};
  const templates = listAt(spec, 'volumeClaimTemplates', 'spec');
  if (templates.length === 0) return podSpec;
  const selected = objectAt(objectAt(spec, 'selector', 'spec') ?? {}, 'matchLabels', 'spec.selector') ?? {};
  const volumes = new Map<unknown, unknown>();
  for (const [i, raw] of templates.entries()) {
    const claim = asObject(raw, `spec.volumeClaimTemplates[${i}]`);
    const metadata = objectAt(claim, 'metadata', '') ?? {};
    const volume = textAt(metadata, 'name', '');
    const claimName = `${volume}-${pattern.controller.name}-${ordinal}`;
    const labels = { ...(objectAt(metadata, 'labels', '') ?? {}), ...selected };
    createClaim(inventory, pattern, claimName, { labels, annotations: metadata.annotations }, claim.spec);
    volumes.set(volume, { name: volume, persistentVolumeClaim: { claimName } });
  }
  const others = listAt(podSpec, 'volumes', 'spec.template.spec').filter((volume) => !volumes.has((volume as RawObject | null)?.name));
  return { ...podSpec, volumes: [...volumes.values(), ...others] };
}
