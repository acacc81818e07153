import { z } from 'zod';
import { type ErrorCode, type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { nearest } from './nearest.ts';

/** Deepest nesting of a configuration; upstream's own types nest 13 deep. */
const DEPTH_MAX = 64;

/** An object in which a field that is not in `shape` is an error that names the nearest field. */
export function strictFields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownFieldHint(issue.keys as string[], Object.keys(shape)) : undefined),
  });
}

/** Validates `input` and returns the schema's output; the first problem becomes one error with its field path. */
export function parseStrict<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  place: ErrorPlace,
  code: ErrorCode = 'CONFIG',
): z.output<Schema> {
  const result = schema.safeParse(withoutNulls(input, place, code, 0), { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues;
  // A misspelt field makes the right one look missing: name the misspelling first.
  const issue = issues.find((candidate) => candidate.code === 'unrecognized_keys') ?? issues[0];
  throw errorOf(issue as z.core.$ZodIssue, place, code);
}

/** Go reads null as "field not given"; YAML users write empty sections that way. Keys are copied as data, `__proto__` included. */
function withoutNulls(value: unknown, place: ErrorPlace, code: ErrorCode, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) throw new PlimsollError(code, `is nested more than ${DEPTH_MAX} levels deep`, place);
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, place, code, depth + 1));
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item, place, code, depth + 1)]));
}

function errorOf(issue: z.core.$ZodIssue, place: ErrorPlace, code: ErrorCode): PlimsollError {
  if (issue.code === 'unrecognized_keys') {
    const path = pathText([...issue.path, issue.keys[0] as string]);
    return new PlimsollError(code, 'unknown field', { path, hint: issue.message }).at(place);
  }
  const path = pathText(issue.path);
  const where: ErrorPlace = path === '' ? {} : { path };
  const value: ErrorPlace = issue.input === undefined ? {} : { value: issue.input };
  return new PlimsollError(code, problemOf(issue), { ...where, ...value }).at(place);
}

function problemOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? `is required and must be ${typeName(issue.expected)}` : `must be ${typeName(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      if (issue.origin === 'array') return `must have at least ${issue.minimum} item`;
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

/** `a.b[3]["x y"]` for the path of an issue. */
function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(String(step))) text += text === '' ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step).slice(0, 80))}]`;
  }
  return text;
}

function unknownFieldHint(unknown: readonly string[], known: readonly string[]): string {
  const suggestion = nearest(unknown[0] ?? '', known);
  return suggestion === undefined ? `fields here: ${known.join(', ')}` : `did you mean ${suggestion}?`;
}
