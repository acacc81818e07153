/**
 * The closed table of error codes. A code, once published, keeps its meaning for ever; a retired code is never used again.
 * "Does not fit" is never an error: it is data in the result.
 */
export const ERROR_CODES = {
  USAGE: 'A flag or argument is missing, unknown or malformed.',
  INPUT_UNREADABLE: 'A file, directory or stream cannot be opened or read.',
  INPUT_ENCODING: 'The bytes are not UTF-8 text (or valid gzip).',
  INPUT_SYNTAX: 'The text is not well-formed JSON, YAML or CSV.',
  INPUT_TRUNCATED: 'The input ends in the middle of a document.',
  INPUT_LIMIT: 'The input is larger, deeper or more repetitive than a named limit allows.',
  INPUT_KIND: 'A document is not a Kubernetes object or list that can be read.',
  QUANTITY: 'A resource quantity is malformed, negative, too long or too large.',
  FIELD: 'A field of an object has a wrong type or a value that the API server would refuse.',
  SELECTOR: 'A selector or affinity term is one that the API server would refuse.',
  NAME: 'An object name, namespace, label key or label value is malformed.',
  DUPLICATE: 'Two objects claim the same identity.',
  INCONSISTENT: 'Objects of the snapshot contradict each other.',
  CONFIG: 'A scheduler configuration is malformed or names something unknown.',
  NOT_FOUND: 'The pod, node or profile asked for is not in the snapshot.',
  UNSUPPORTED: 'The input asks for something this version does not model and strict mode was requested.',
  WORKER: 'A worker thread could not be started.',
  OUTPUT: 'The result cannot be written.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Longest piece of foreign input quoted in a message, in characters. */
const QUOTE_LENGTH_MAX = 80;

export interface ErrorPlace {
  /** File name as the user gave it, '-' for standard input. */
  readonly file?: string;
  /** Field path inside the document, for example `items[3].spec.containers[0].resources.requests.cpu`. */
  readonly path?: string;
  /** The offending value; it is cut and escaped before it is shown. */
  readonly value?: unknown;
  /** 1-based line, where the format has lines. */
  readonly line?: number;
  /** What the user can do now: one sentence. */
  readonly hint?: string;
}

/** The only error type that the library throws for bad input or environment. Broken invariants use `assert` instead. */
export class PlimsollError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace;
  /** What is wrong, without place and hint. */
  readonly problem: string;

  constructor(code: ErrorCode, problem: string, place: ErrorPlace = {}) {
    super(render(code, problem, place));
    this.name = 'PlimsollError';
    this.code = code;
    this.problem = problem;
    this.place = place;
  }

  /** The same error with more of its place known; fields already known win. */
  at(outer: ErrorPlace): PlimsollError {
    const path = outer.path && this.place.path ? joinPath(outer.path, this.place.path) : (this.place.path ?? outer.path);
    return new PlimsollError(this.code, this.problem, { ...outer, ...this.place, ...(path === undefined ? {} : { path }) });
  }
}

/** Quotes a foreign value for a message: JSON form, control and direction characters escaped, cut short. */
export function quote(value: unknown): string {
  let text: string;
  try {
    text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    // BigInts, cycles, and objects without any way to become text.
    text = typeof value === 'bigint' ? `${value}` : Object.prototype.toString.call(value);
  }
  const cut = text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}…` : text;
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function joinPath(outer: string, inner: string): string {
  return inner.startsWith('[') ? `${outer}${inner}` : `${outer}.${inner}`;
}

function render(code: ErrorCode, problem: string, place: ErrorPlace): string {
  const where = [place.file, place.line === undefined ? undefined : `line ${place.line}`, place.path].filter(Boolean).join(': ');
  const value = 'value' in place ? `, got ${quote(place.value)}` : '';
  const hint = place.hint ? ` (${place.hint})` : '';
  return `${code}: ${where ? `${where}: ` : ''}${problem}${value}${hint}`;
}
