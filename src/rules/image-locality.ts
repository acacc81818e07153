import { isSince, type KubeVersion } from '../model/gates.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import type { PlainRule } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

const MEBIBYTE = 1024 * 1024;
/** Bytes below which an image does not count. */
const LEAST_BYTES = 23 * MEBIBYTE;
/** Bytes per image above which more does not count. */
const MOST_BYTES_PER_IMAGE = 1000 * MEBIBYTE;

/** An image that the pod needs and some node has. */
export interface WantedImage {
  readonly name: string;
  /** Bytes, scaled by the share of all nodes that have the image so that pods do not pile up on few nodes. */
  readonly scaledBytes: number;
  /** How often the pod names it. */
  readonly times: number;
}

/** The name under which a node reports the image: `:latest` is added where the reference has neither tag nor digest. */
export function normalizedImageName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

/** What image scores read of a cluster. */
export type ImageFacts = Pick<ClusterView, 'images' | 'semantics'> & { readonly nodes: { readonly length: number } };

/** Images of init containers, containers and (from 1.36) image volumes that some node of the cluster has. */
export function wantedImages(template: PodTemplate, cluster: ImageFacts): readonly WantedImage[] {
  const times = new Map<string, number>();
  for (const image of imageReferences(template, cluster.semantics.kubeVersion)) {
    const name = normalizedImageName(image);
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  const wanted: WantedImage[] = [];
  for (const [name, count] of times) {
    const state = cluster.images.get(name);
    if (!state) continue;
    const spread = state.nodeCount / cluster.nodes.length;
    wanted.push({ name, scaledBytes: Math.trunc(state.sizeBytes * spread), times: count });
  }
  return wanted;
}

function imageReferences(template: PodTemplate, version: KubeVersion): readonly string[] {
  const images = [...template.initContainers, ...template.containers].map((container) => container.image);
  if (!isSince(version, '1.36')) return images;
  return [...images, ...template.volumes.flatMap((volume) => (volume.kind === 'image' ? [volume.reference] : []))];
}

/** How many images full marks are measured by: one for each container, and from 1.37 on for each image volume, which counted for nothing before. */
export function measuredImages(template: PodTemplate, version: KubeVersion): number {
  if (isSince(version, '1.37')) return imageReferences(template, version).length;
  return template.initContainers.length + template.containers.length;
}

/** Score 0 to 100 for the bytes already on the node (specification 8.16), for `images` of `measuredImages`. */
export function imageScore(bytes: number, images: number): number {
  const most = MOST_BYTES_PER_IMAGE * images;
  const counted = bytes < LEAST_BYTES ? LEAST_BYTES : Math.min(bytes, most);
  const score = Math.trunc((100 * (counted - LEAST_BYTES)) / (most - LEAST_BYTES));
  return score === 0 ? 0 : score; // never -0, which a pod without containers would get
}

/** Never skipped. */
export const imageLocality: PlainRule<never, never, readonly WantedImage[]> = {
  name: 'ImageLocality',

  prepareScore(pod: Pod, _feasible, cluster: ClusterView): readonly WantedImage[] {
    return wantedImages(pod.template, cluster);
  },

  rate(wanted, pod: Pod, node: NodeView, cluster: ClusterView): number {
    let bytes = 0;
    for (const image of wanted) {
      if (node.node.images.some(({ names }) => names.includes(image.name))) bytes += image.scaledBytes * image.times;
    }
    return imageScore(bytes, measuredImages(pod.template, cluster.semantics.kubeVersion));
  },
};
