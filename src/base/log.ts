/** ln 2 as the sum of a part whose multiples by small integers are exact and a rest. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Coefficients of the even polynomial in s = f/(2+f) that approximates log(1+f) (FreeBSD msun e_log). */
const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

const bits = new DataView(new ArrayBuffer(8));

/**
 * Natural logarithm, bit for bit Go's `math.Log` on amd64 (specification 1.6). The host's `Math.log` differs from it in
 * the last bit for 153 of the integers up to 200,002, which is enough to move a rounded score.
 */
export function naturalLogarithm(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let [fraction, exponent] = splitExponent(x);
  if (fraction < Math.SQRT1_2) {
    fraction *= 2;
    exponent--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
  const even = s4 * (L2 + s4 * (L4 + s4 * L6));
  const halfSquare = 0.5 * f * f;
  return exponent * LN2_HIGH - (halfSquare - (s * (halfSquare + (odd + even)) + exponent * LN2_LOW) - f);
}

/** x = fraction · 2^exponent with 0.5 ≤ fraction < 1; x is positive and finite. */
function splitExponent(x: number): [fraction: number, exponent: number] {
  const subnormal = x < 2 ** -1022;
  bits.setFloat64(0, subnormal ? x * 2 ** 52 : x);
  const high = bits.getUint32(0);
  const exponent = (high >>> 20) - 1022 - (subnormal ? 52 : 0);
  bits.setUint32(0, (high & 0x000fffff) | (1022 << 20));
  return [bits.getFloat64(0), exponent];
}
