import { imageScore, measuredImages, wantedImages } from '../image-locality.ts';
import type { RuleEncoding } from './encoder.ts';

export const encodeImageLocality: RuleEncoding = {
  score(encoder, _args, weight) {
    const { template, images, semantics, nodeCount } = encoder;
    const wanted = wantedImages(template, { images, semantics, nodes: { length: nodeCount } });
    if (wanted.length === 0) return;
    const bytes = new Float64Array(encoder.rowCount);
    for (const image of wanted) {
      for (const row of images.rowsWith(image.name)) bytes[row] = (bytes[row] as number) + image.scaledBytes * image.times;
    }
    const measured = measuredImages(template, semantics.kubeVersion);
    const scores = new Int32Array(encoder.rowCount).fill(weight * imageScore(0, measured));
    for (const image of wanted) {
      for (const row of images.rowsWith(image.name)) scores[row] = weight * imageScore(bytes[row] as number, measured);
    }
    encoder.staticScore(scores);
  },
};
