import { PlimsollError } from '../base/errors.ts';

const QUOTED_CELL = /"((?:[^"]|"")*)"(?:,|$)/y;
const PLAIN_CELL = /([^",]*)(?:,|$)/y;

/**
 * The cells of one CSV line: commas between, quotes doubled inside quotes, nothing after a closing quote, no cell over
 * several lines. @throws PlimsollError INPUT_SYNTAX with `line`.
 */
export function csvCells(text: string, line: number): string[] {
  if (!text.includes('"')) return text.split(',');
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const quoted = text[at] === '"';
    const pattern = quoted ? QUOTED_CELL : PLAIN_CELL;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) {
      throw new PlimsollError('INPUT_SYNTAX', 'a quote that is not closed, or not at the edge of its field', { line, value: text });
    }
    const cell = match[1] as string;
    cells.push(quoted ? cell.replaceAll('""', '"') : cell);
    // A cell without a comma behind it is the last; after a comma there is always one more, if only an empty one.
    if (!match[0].endsWith(',')) return cells;
    at = pattern.lastIndex;
  }
}
