import { defineMappingTag, defineScalarTag, FAILSAFE_SCHEMA, mergeTag, NOT_RESOLVED, YAMLException } from 'js-yaml';

/**
 * The YAML that kubectl reads: sigs.k8s.io/yaml resolves plain scalars by go-yaml v2's mostly-1.1 rules and passes the result
 * on as JSON. So `yes` is true, `010` is 8, `0x10` is 16, `1_000` is 1000, `1e3` is 1000, `2024-01-01` stays text, and any
 * scalar in quotes stays text. A cluster that was given such a manifest holds those values, and so must we.
 */

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const TRUES: ReadonlySet<string> = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSES: ReadonlySet<string> = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const DIGITS = [...'0123456789'];

/** Go's strconv.ParseInt with base 0, after go-yaml has dropped underscores. */
const INTEGER = /^([-+]?)(?:(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[1-9][0-9]*)|0([0-7]*))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** Infinity and NaN, which JSON does not have; a document with one is refused. */
export const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const nullTag = defineScalarTag<null>('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n', 'N'],
  resolve: (source) => (NULLS.has(source) ? null : NOT_RESOLVED),
  identify: () => false,
});

const booleanTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: [...'yYtToOnNfF'],
  resolve: (source) => {
    if (TRUES.has(source)) return true;
    return FALSES.has(source) ? false : NOT_RESOLVED;
  },
  identify: () => false,
});

const integerTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: ['-', '+', ...DIGITS],
  resolve: resolveInteger,
  identify: () => false,
});

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: ['-', '+', '.', ...DIGITS],
  resolve: resolveFloat,
  identify: () => false,
});

/** Keys become text, as in JSON; a null key is refused as kubectl refuses it. */
const objectTag = defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair: (object, key, value) => {
    if (key === null || typeof key === 'object') return 'a key is neither text, number nor boolean';
    // Not an assignment: `__proto__` must become a member like any other.
    if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    else object[String(key)] = value;
    return '';
  },
  has: (object, key) => Object.hasOwn(object, String(key)),
  keys: (object) => Object.keys(object),
  get: (object, key) => object[String(key)],
  identify: () => false,
});

/** Strings, lists and maps, the scalars above and merge keys; every other tag (`!!binary`, `!!js/function`, `!x`) is unknown. */
export const KUBECTL_SCHEMA = FAILSAFE_SCHEMA.withTags(objectTag, nullTag, booleanTag, integerTag, floatTag, mergeTag);

function resolveInteger(source: string): number | typeof NOT_RESOLVED {
  const match = INTEGER.exec(withoutUnderscores(source));
  if (!match) return NOT_RESOLVED;
  const [, sign, prefixed, octal] = match;
  const magnitude = BigInt(prefixed ?? (octal ? `0o${octal}` : '0'));
  const value = sign === '-' ? -magnitude : magnitude;
  // Exact to 2^53; what lies beyond is refused wherever exactness matters (quantities), and rounds as in JSON elsewhere.
  return Number(value);
}

function resolveFloat(source: string, explicit: boolean): number | typeof NOT_RESOLVED {
  if (NOT_FINITE.test(source)) throw new YAMLException('infinity and NaN do not exist in JSON');
  const plain = source.startsWith('.') ? source : withoutUnderscores(source);
  if (!FLOAT.test(plain)) return explicit ? resolveInteger(source) : NOT_RESOLVED;
  const value = Number(plain);
  return Number.isFinite(value) ? value : NOT_RESOLVED;
}

function withoutUnderscores(source: string): string {
  return source.includes('_') ? source.replaceAll('_', '') : source;
}
