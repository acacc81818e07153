import type { Finding, Validation } from '../model/snapshot-results.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 40;

/** What a person reads: every finding in one line, the next step under the table's last column. */
export function* validationView(validation: Validation): Generator<string> {
  yield* view(validation, LIST_LINES);
}

/** The same in full. */
export function* validationWide(validation: Validation): Generator<string> {
  yield* view(validation, Number.POSITIVE_INFINITY);
}

/** Objects with an error or a warning, each once. */
export function* validationNames({ findings }: Validation): Generator<string> {
  const names = findings.flatMap(({ severity, object }) => (severity === 'note' || object === undefined ? [] : [nameOf(object)]));
  for (const name of new Set(names)) yield `${name}\n`;
}

function* view({ findings }: Validation, lines: number): Generator<string> {
  if (findings.length === 0) {
    yield 'Nothing is wrong.\n';
    return;
  }
  yield* tableLines(FINDINGS, findings.slice(0, lines));
  if (findings.length > lines) yield `... and ${findings.length - lines} more (-o wide shows all)\n`;
}

export const FINDINGS: readonly Column<Finding>[] = [
  { heading: 'SEVERITY', cell: ({ severity }) => severity },
  { heading: 'CHECK', cell: ({ check }) => check },
  { heading: 'OBJECT', cell: objectCell },
  { heading: 'FIELD', cell: ({ path = '' }) => path },
  { heading: 'PROBLEM', cell: problemCell },
];

function objectCell({ severity, object, count = 1, file, line }: Finding): string {
  const place = [file, line].filter((part) => part !== undefined).join(':');
  if (object === undefined) return place;
  // What is refused has to be found in the input; what is suspicious is found by its name.
  const at = severity === 'error' && place !== '' ? ` (${place})` : '';
  return `${nameOf(object)}${count > 1 ? ` and ${count - 1} more` : ''}${at}`;
}

function problemCell({ problem, value, hint, severity }: Finding): string {
  // The value of a suspicion is in its sentence.
  const got = severity === 'error' && value !== undefined ? `, got ${JSON.stringify(value)}` : '';
  return `${problem}${got}${hint === undefined ? '' : ` (${hint})`}`;
}

function nameOf({ kind, namespace, name }: NonNullable<Finding['object']>): string {
  return [kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name].map(printable).join('/');
}
