export interface Taint {
  readonly key: string;
  readonly value: string;
  /** NoSchedule, PreferNoSchedule or NoExecute; other text is kept and matches nothing. */
  readonly effect: string;
}

export interface Toleration {
  readonly key: string;
  /** '' means Equal. */
  readonly operator: string;
  readonly value: string;
  /** '' means every effect. */
  readonly effect: string;
}

/**
 * Whether the toleration tolerates the taint (upstream `Toleration.ToleratesTaint`).
 * `comparison` is the gate TaintTolerationComparisonOperators (Lt and Gt on decimal int64 text).
 */
export function tolerates(toleration: Toleration, taint: Taint, comparison: boolean): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case '':
    case 'Equal':
      return toleration.value === taint.value;
    case 'Exists':
      return true;
    case 'Lt':
      return comparison && compareDecimal(taint.value, toleration.value, (taintValue, bound) => taintValue < bound);
    case 'Gt':
      return comparison && compareDecimal(taint.value, toleration.value, (taintValue, bound) => taintValue > bound);
    default:
      return false;
  }
}

/** First taint with one of the effects that no toleration tolerates, in node order. */
export function untoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
  comparison: boolean,
): Taint | undefined {
  return taints.find((taint) => effects.includes(taint.effect) && !tolerations.some((t) => tolerates(t, taint, comparison)));
}

function compareDecimal(a: string, b: string, compare: (a: bigint, b: bigint) => boolean): boolean {
  const x = parseInt64(a);
  const y = parseInt64(b);
  return x !== undefined && y !== undefined && compare(x, y);
}

const INT64_MAX = (1n << 63n) - 1n;

/** Go `strconv.ParseInt(text, 10, 64)`: optional sign, decimal digits, in range; undefined where Go returns an error. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > INT64_MAX || value < -INT64_MAX - 1n ? undefined : value;
}
