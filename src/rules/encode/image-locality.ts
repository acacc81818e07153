import { imageScore, measuredImages, wantedImages } from '../image-locality.ts';
import type { RuleEncoding } from './encoder.ts';

export const encodeImageLocality: RuleEncoding = {
  score(encoder, _args, weight) {
    const { template, images, semantics, nodes } = encoder;
    const wanted = wantedImages(template, { images, semantics, nodes });
    if (wanted.length === 0) return;
    const bytes = new Float64Array(nodes.length);
    for (const image of wanted) {
      for (const row of encoder.rowsWithImage(image.name)) bytes[row] = (bytes[row] as number) + image.scaledBytes * image.times;
    }
    const measured = measuredImages(template, semantics.kubeVersion);
    encoder.staticScore(Int32Array.from(bytes, (sum) => weight * imageScore(sum, measured)));
  },
};
