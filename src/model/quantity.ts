/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as exact decimals in units of 10^-9, and their conversion to the
 * scheduler's whole amounts. Grammar and rounding follow apimachinery `pkg/api/resource`. Differences, all on purpose:
 * - amounts that leave int64 saturate instead of wrapping (`10P` CPU is the largest amount, never 0 or negative);
 * - a decimal quantity above 2^63-1 is refused (upstream's int64 would wrap), a binary one is capped as upstream does;
 * - at most 64 characters, a decimal exponent within ±64, at least one digit, no leading zeros (`010` is 8 to some YAML
 *   readers and 10 to others).
 */
import { PlimsollError } from '../base/errors.ts';
import { AMOUNT_MAX, type Amount, type NanoQuantity } from './resources.ts';

/** Longest quantity text that is looked at. */
const LENGTH_MAX = 64;
/** Largest decimal exponent: far beyond int64, small enough that no power takes time. */
const EXPONENT_MAX = 64;
/** Distinct texts remembered; a cluster has some hundreds. */
const CACHE_MAX = 65_536;

const NANO = 1_000_000_000n;
const NANO_PER_MILLI = 1_000_000n;
const NANO_MAX: NanoQuantity = AMOUNT_MAX * NANO;

/** Above this a JSON number with a fraction no longer carries all digits down to 10^-9. */
const FRACTION_EXACT_MAX = 2 ** 22;

const PATTERN = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]+))?$/;

const DECIMAL_EXPONENT: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_EXPONENT: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

const cache = new Map<string, NanoQuantity>();

/**
 * Exact value of a quantity, finer parts than 10^-9 rounded away from zero. Throws `QUANTITY`.
 * Remembered by text, because a cluster writes the same few quantities millions of times.
 */
export function parseQuantity(text: string): NanoQuantity {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const quantity = parseUncached(text);
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(text, quantity);
  return quantity;
}

/** A quantity as it stands in parsed JSON or YAML: text, or a number that lost nothing on the way. Throws `QUANTITY`. */
export function quantityOf(raw: unknown): NanoQuantity {
  if (typeof raw === 'string') return parseQuantity(raw);
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw new PlimsollError('QUANTITY', 'not a quantity', { value: raw });
  const exact = Number.isInteger(raw) ? Number.isSafeInteger(raw) : Math.abs(raw) < FRACTION_EXACT_MAX;
  if (!exact) throw new PlimsollError('QUANTITY', 'this number is not exact', { value: raw, hint: 'write it as a string' });
  return parseQuantity(String(raw));
}

function parseUncached(text: string): NanoQuantity {
  if (text.length > LENGTH_MAX) throw malformed(text, `longer than ${LENGTH_MAX} characters`);
  const match = PATTERN.exec(text.trim());
  if (!match) throw malformed(text, 'not a quantity', suggestion(text));
  const [, sign, whole = '', fraction = '', suffix = '', exponentText] = match;
  if (whole === '' && fraction === '') throw malformed(text, 'not a quantity: no digits');
  if (/^0[0-9]/.test(whole)) throw malformed(text, 'a quantity must not start with 0', 'some YAML readers take it as octal');
  const digits = BigInt(whole + fraction);
  const bits = BINARY_EXPONENT[suffix];
  const exponent = exponentText === undefined ? (DECIMAL_EXPONENT[suffix] ?? 0) : Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) throw malformed(text, `exponent beyond ±${EXPONENT_MAX}`);
  const shift = exponent - fraction.length + 9;
  const scaled = bits === undefined ? digits : digits << BigInt(bits);
  let magnitude = shift >= 0 ? scaled * 10n ** BigInt(shift) : divideUp(scaled, 10n ** BigInt(-shift));
  if (magnitude > NANO_MAX) {
    if (bits === undefined) throw malformed(text, 'larger than 2^63-1');
    magnitude = NANO_MAX;
  }
  return sign === '-' ? -magnitude : magnitude;
}

function malformed(text: string, problem: string, hint?: string): PlimsollError {
  return new PlimsollError('QUANTITY', problem, hint === undefined ? { value: text } : { value: text, hint });
}

/** What the author of `1gi`, `1 Gi`, `1GB` or a full-width `１Gi` probably meant. */
function suggestion(text: string): string {
  const plain = text.normalize('NFKC').replace(/[\s_,]/g, '');
  const match = /^([+-]?[0-9]+(?:\.[0-9]*)?)([a-z]{0,3})$/i.exec(plain);
  const fallback = 'write a number with a suffix such as m, k, M, G, Ki, Mi or Gi';
  if (!match) return fallback;
  const [, number, unit = ''] = match;
  const letters = unit.toLowerCase().replace(/b(ytes?)?$/, '');
  if (letters === '') return `write "${number}"`;
  if (!/^[kmgtpe]i?$/.test(letters)) return fallback;
  const prefix = letters[0] === 'k' ? 'k' : (letters[0] as string).toUpperCase();
  if (letters.length === 2) return `write "${number}${prefix.toUpperCase()}i"`;
  return `write "${number}${prefix}" or "${number}${prefix.toUpperCase()}i"`;
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (quotient * divisor === dividend) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

function saturate(amount: bigint): Amount {
  if (amount > AMOUNT_MAX) return AMOUNT_MAX;
  return amount < -AMOUNT_MAX - 1n ? -AMOUNT_MAX - 1n : amount;
}

/** Whole units, rounded away from zero, saturating at int64 (upstream `Quantity.Value`). */
export function value(quantity: NanoQuantity): Amount {
  return saturate(divideUp(quantity, NANO));
}

/** Thousandths, rounded away from zero, saturating at int64 (upstream `Quantity.MilliValue`). */
export function milliValue(quantity: NanoQuantity): Amount {
  return saturate(divideUp(quantity, NANO_PER_MILLI));
}

/** Rounded away from zero to whole thousandths, as the API server stores resource lists. */
export function roundToMilli(quantity: NanoQuantity): NanoQuantity {
  return divideUp(quantity, NANO_PER_MILLI) * NANO_PER_MILLI;
}

/** Whether the quantity is a whole number. */
export function isWhole(quantity: NanoQuantity): boolean {
  return quantity % NANO === 0n;
}

/** The exact quantity of an amount in upstream's unit for `cpu` (thousandths). */
export function quantityOfMilli(amount: Amount): NanoQuantity {
  return amount * NANO_PER_MILLI;
}

/** The exact quantity of a whole number. */
export function quantityOfWhole(amount: Amount): NanoQuantity {
  return amount * NANO;
}

/** Canonical decimal text of a quantity that `parseQuantity` reads back to the same value: `1500m`, `250u`, `7`. */
export function formatQuantity(quantity: NanoQuantity): string {
  if (quantity % NANO === 0n) return String(quantity / NANO);
  if (quantity % NANO_PER_MILLI === 0n) return `${quantity / NANO_PER_MILLI}m`;
  return quantity % 1000n === 0n ? `${quantity / 1000n}u` : `${quantity}n`;
}

const BINARY_UNITS = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

/** Bytes for people: the largest binary unit, rounded up to one decimal (`1.5Gi`, `512`, `210Mi`). */
export function formatBytes(amount: Amount): string {
  if (amount < 0n) return `-${formatBytes(-amount)}`;
  let unit = 0;
  while (unit < BINARY_UNITS.length && amount >> BigInt(10 * (unit + 1)) > 0n) unit++;
  if (unit === 0) return String(amount);
  const tenths = divideUp(amount * 10n, 1n << BigInt(10 * unit));
  if (tenths >= 10_240n && unit < BINARY_UNITS.length) return `1${BINARY_UNITS[unit]}`;
  const text = tenths % 10n === 0n ? String(tenths / 10n) : `${tenths / 10n}.${tenths % 10n}`;
  return `${text}${BINARY_UNITS[unit - 1]}`;
}

/** Milli-CPU for people: `300m`, `2`, `1500m`. */
export function formatCpu(amount: Amount): string {
  return amount % 1000n === 0n ? String(amount / 1000n) : `${amount}m`;
}

/** An amount in the scheduler's unit for people, by resource name. */
export function formatAmount(name: string, amount: Amount): string {
  if (name === 'cpu') return formatCpu(amount);
  const bytes = name === 'memory' || name === 'ephemeral-storage' || name === 'storage' || name.startsWith('hugepages-');
  return bytes ? formatBytes(amount) : String(amount);
}
