/**
 * Content digest of 128 bits: four multiplicative hashes of 32 bits side by side (FNV-1a's step with different odd
 * multipliers), mixed at the end. It tells inputs apart and is equal on every machine; it does not withstand an adversary.
 */
export class Digest {
  private a = 0x811c9dc5 | 0;
  private b = 0x9e3779b9 | 0;
  private c = 0x85ebca6b | 0;
  private d = 0xc2b2ae35 | 0;

  /** O(length). Texts that are added one after the other run together: let each carry its length. */
  add(text: string): void {
    let { a, b, c, d } = this;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x85ebca77);
      c = Math.imul(c ^ unit, 0x27d4eb2f);
      d = Math.imul(d ^ unit, 0x165667b1);
    }
    // Multiplication only carries upwards: fold high bits back, so that every text reaches every bit.
    this.a = a ^ (b >>> 15);
    this.b = b ^ (c >>> 13);
    this.c = c ^ (d >>> 16);
    this.d = d ^ (a >>> 14);
  }

  /** 32 hexadecimal digits; more may be added afterwards. */
  hex(): string {
    const { a, b, c, d } = this;
    return [a ^ mix(b), b ^ mix(c), c ^ mix(d), d ^ mix(a)].map((lane) => (mix(lane) >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** The finaliser of MurmurHash3: every input bit changes every output bit half of the time. */
function mix(lane: number): number {
  const first = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

export function digestOf(text: string): string {
  const digest = new Digest();
  digest.add(text);
  return digest.hex();
}
