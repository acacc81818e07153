/** A Kubernetes object as parsed JSON would give it. */
export type RawObject = { readonly apiVersion: string; readonly kind: string } & { readonly [field: string]: unknown };

/** The alphabet that Kubernetes draws name suffixes from: no vowels, nothing that looks like another character. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_COUNT = SUFFIX_ALPHABET.length ** 5;
/** No multiple of 3, hence coprime to 27^5: multiplication permutes the suffixes. */
const SUFFIX_STEP = 5_179_153;

/** A five-character suffix that differs for all indices below 27^5 = 14,348,907. */
export function nameSuffix(index: number): string {
  // Below 2^53 for every index below 27^5.
  let rest = (index * SUFFIX_STEP) % SUFFIX_COUNT;
  let suffix = '';
  for (let i = 0; i < 5; i++) {
    suffix += SUFFIX_ALPHABET[rest % SUFFIX_ALPHABET.length];
    rest = Math.floor(rest / SUFFIX_ALPHABET.length);
  }
  return suffix;
}

/** Ten lower-case hexadecimal characters, different for different indices below 2^32. */
export function templateHash(index: number): string {
  return `${(Math.imul(index, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}${(index & 0xff).toString(16).padStart(2, '0')}`;
}
