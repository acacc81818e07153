/** One column of a table in kubectl's style. */
export interface Column<Row> {
  /** Upper case, without spaces unless kubectl itself has one. */
  readonly heading: string;
  readonly align?: 'left' | 'right';
  /** The cell's text; '' is shown as it is. */
  cell(row: Row): string;
}

/** Spaces between columns, as kubectl sets them. */
const GAP = 3;

/**
 * The lines of a table without borders: headings, then rows, columns three spaces apart, the last one not padded.
 * Widths need a pass over all rows, so `rows` is walked twice: memory O(columns), not O(rows).
 */
export function* tableLines<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): Generator<string> {
  const widths = columns.map(({ heading }) => heading.length);
  for (const row of rows) {
    for (const [index, column] of columns.entries()) {
      widths[index] = Math.max(widths[index] as number, printable(column.cell(row)).length);
    }
  }
  yield line(columns, widths, (column) => column.heading);
  for (const row of rows) yield line(columns, widths, (column) => printable(column.cell(row)));
}

function line<Row>(columns: readonly Column<Row>[], widths: readonly number[], text: (column: Column<Row>) => string): string {
  let out = '';
  const last = columns.length - 1;
  for (const [index, column] of columns.entries()) {
    const cell = text(column);
    const width = widths[index] as number;
    if (column.align === 'right') out += cell.padStart(width);
    else out += index === last ? cell : cell.padEnd(width);
    if (index !== last) out += ' '.repeat(GAP);
  }
  return `${out.trimEnd()}\n`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** Text as one terminal line: control and direction characters, which could forge output, become escapes. */
export function printable(text: string): string {
  if (!UNPRINTABLE.test(text)) return text;
  return Array.from(text, (character) => (UNPRINTABLE.test(character) ? escapeOf(character) : character)).join('');
}

function escapeOf(character: string): string {
  return `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`;
}
