import { imageScore, measuredImages, type WantedImage, wantedImages } from '../image-locality.ts';
import type { RuleEncoding } from './encoder.ts';

export const encodeImageLocality: RuleEncoding = {
  score(encoder, _args, weight) {
    const { template, images, semantics } = encoder;
    const measured = measuredImages(template, semantics.kubeVersion);
    const wantedNow = () => wantedImages(template, { images, semantics, nodes: { length: encoder.nodeCount } });
    const wanted = wantedNow();
    const scores = scoresOf(wanted, measured);
    encoder.conditions.push(() => scoresOf(wantedNow(), measured) === scores);
    if (wanted.length === 0) return;
    const bytes = new Float64Array(encoder.rowCount);
    for (const image of wanted) {
      for (const row of images.rowsWith(image.name)) bytes[row] = (bytes[row] as number) + image.scaledBytes * image.times;
    }
    const values = new Int32Array(encoder.rowCount).fill(weight * imageScore(0, measured));
    for (const image of wanted) {
      for (const row of images.rowsWith(image.name)) values[row] = weight * imageScore(bytes[row] as number, measured);
    }
    encoder.staticScore(values, `${weight}*${measured}*${scores}`);
  },
};

/** Up to so many images every choice of them is scored. */
const CHOICES_MAX = 4;

/** What decides the scores of all nodes, as text: the score of each choice of the images; where there are many, the images themselves. */
function scoresOf(wanted: readonly WantedImage[], measured: number): string {
  const names = wanted.map(({ name }) => name);
  if (wanted.length > CHOICES_MAX) return JSON.stringify([names, wanted.map(({ scaledBytes, times }) => scaledBytes * times)]);
  let sums = [0];
  for (const { scaledBytes, times } of wanted) sums = [...sums, ...sums.map((sum) => sum + scaledBytes * times)];
  return JSON.stringify([names, sums.map((sum) => imageScore(sum, measured))]);
}
