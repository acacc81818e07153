import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { csvCells } from './csv.ts';
import { HOST_LEVEL, type HostMap, levelLabel } from './hosts.ts';
import { labelKeyProblem } from './names.ts';
import { milliValue, parseQuantity, value } from './quantity.ts';
import type { Amount } from './resources.ts';

/** Longest name of a domain, in characters: host names reach 253. */
const DOMAIN_LENGTH_MAX = 253;

const FORM = 'first row node,host,rack,... or host,cpu,memory,...';

/** One text of tables; `file` as the user named it. */
export interface HostText {
  readonly text: string;
  readonly file?: string;
}

interface Row {
  readonly cells: readonly string[];
  readonly place: ErrorPlace;
}

interface Tables {
  levels: readonly string[];
  readonly domains: Map<string, Map<string, string>>;
  readonly capacities: Map<string, Map<string, Amount>>;
}

/**
 * Reads host tables from CSV texts. A table starts with its header and ends at a blank line; a text may hold several:
 * - `node,host,rack,...`: the domains of each node, closest level first; an empty cell is unknown;
 * - `host,cpu,memory,...`: what each machine can give, as Kubernetes quantities; an empty cell is not limited.
 *
 * Lines that start with `#` are skipped, cells are trimmed, a byte order mark is ignored.
 * @throws PlimsollError INPUT_SYNTAX, DUPLICATE, NAME, QUANTITY or FIELD with file and line.
 */
export function parseHosts(texts: readonly HostText[]): HostMap {
  const tables: Tables = { levels: [], domains: new Map(), capacities: new Map() };
  for (const text of texts) {
    checkIsTable(text);
    const found = splitTables(text);
    if (found.length === 0) throw new PlimsollError('INPUT_SYNTAX', 'no table of hosts', { ...placeOf(text), hint: FORM });
    for (const [header, ...rows] of found) readTable(header as Row, rows, tables);
  }
  return { ...tables, labelKeys: new Map() };
}

function placeOf({ file }: HostText): ErrorPlace {
  return file === undefined ? {} : { file };
}

/** Flags for manifests and for tables stand side by side: a JSON or YAML file is told by its beginning, not by the first quote that is amiss. */
function checkIsTable(source: HostText): void {
  const [, json, yaml] = /^\ufeff?(?:\s|#.*\n)*(?:([{[])|(---|[A-Za-z]+:\s))/.exec(source.text) ?? [];
  if (json === undefined && yaml === undefined) return;
  throw new PlimsollError('INPUT_SYNTAX', `this is ${json ? 'JSON' : 'YAML'} and no table of hosts`, { ...placeOf(source), hint: FORM });
}

function splitTables(source: HostText): Row[][] {
  const tables: Row[][] = [];
  let table: Row[] = [];
  const lines = source.text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const place = { ...placeOf(source), line };
    if (text.trim() === '') table = [];
    if (text.trim() === '' || text.startsWith('#')) continue;
    const cells = cellsOf(text, place).map((cell) => cell.trim());
    const width = table[0]?.cells.length ?? cells.length;
    if (cells.length !== width) {
      throw new PlimsollError('INPUT_SYNTAX', `${cells.length} columns where the header has ${width}`, { ...place, value: text });
    }
    if (table.length === 0) tables.push(table);
    table.push({ cells, place });
  }
  return tables;
}

function cellsOf(text: string, place: ErrorPlace & { line: number }): string[] {
  try {
    return csvCells(text, place.line);
  } catch (error) {
    throw error instanceof PlimsollError ? error.at(place) : error;
  }
}

function readTable(header: Row, rows: readonly Row[], tables: Tables): void {
  const [first, ...columns] = header.cells;
  if (columns.length === 0 || (first !== 'node' && first !== HOST_LEVEL)) {
    throw new PlimsollError('INPUT_SYNTAX', 'not a header of hosts', { ...header.place, value: header.cells.join(','), hint: FORM });
  }
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw new PlimsollError('DUPLICATE', 'a column twice', { ...header.place, value: twice });
  if (first === 'node') readDomains(columns, header.place, rows, tables);
  else readCapacities(columns, header.place, rows, tables);
}

function readDomains(levels: readonly string[], place: ErrorPlace, rows: readonly Row[], tables: Tables): void {
  if (tables.levels.length > 0 && tables.levels.join() !== levels.join()) {
    const problem = 'levels differ from those of the table before';
    throw new PlimsollError('INPUT_SYNTAX', problem, { ...place, value: levels.join(), hint: `expected node,${tables.levels.join()}` });
  }
  for (const level of levels) checkLevel(level, place);
  tables.levels = levels;
  for (const row of rows) {
    const domains = new Map<string, string>();
    for (const [i, level] of levels.entries()) {
      const domain = row.cells[i + 1] as string;
      if (domain !== '') domains.set(level, checkedName(domain, level, row.place));
    }
    addRow(tables.domains, row, 'node', domains);
  }
}

function checkLevel(level: string, place: ErrorPlace): void {
  const problem = level.includes('/') ? 'must not contain a /' : labelKeyProblem(levelLabel(level));
  if (problem !== undefined) throw new PlimsollError('NAME', `not the name of a level: ${problem}`, { ...place, value: level });
}

function readCapacities(resources: readonly string[], place: ErrorPlace, rows: readonly Row[], tables: Tables): void {
  for (const resource of resources) {
    const problem = labelKeyProblem(resource);
    if (problem !== undefined) throw new PlimsollError('NAME', `not a resource name: ${problem}`, { ...place, value: resource });
  }
  for (const row of rows) {
    const capacity = new Map<string, Amount>();
    for (const [i, resource] of resources.entries()) {
      const text = row.cells[i + 1] as string;
      if (text !== '') capacity.set(resource, amountOf(resource, text, row.place));
    }
    addRow(tables.capacities, row, HOST_LEVEL, capacity);
  }
}

function amountOf(resource: string, text: string, place: ErrorPlace): Amount {
  try {
    const quantity = parseQuantity(text);
    if (quantity < 0n) throw new PlimsollError('QUANTITY', 'must not be negative', { value: text });
    return resource === 'cpu' ? milliValue(quantity) : value(quantity);
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ ...place, path: resource }) : error;
  }
}

function addRow<T>(table: Map<string, T>, row: Row, column: string, content: T): void {
  const name = checkedName(row.cells[0] as string, column, row.place);
  if (table.has(name)) throw new PlimsollError('DUPLICATE', `a second row for this ${column}`, { ...row.place, value: name });
  table.set(name, content);
}

function checkedName(name: string, column: string, place: ErrorPlace): string {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new PlimsollError('FIELD', `${column} ${problem}`, { ...place, value: name });
  return name;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length > DOMAIN_LENGTH_MAX) return `must be no more than ${DOMAIN_LENGTH_MAX} characters`;
  return /\p{C}/u.test(name) ? 'must not contain control characters' : undefined;
}

/**
 * Reads which node labels name the domains, closest level first: `host=example.com/hypervisor,rack=topology.example.com/rack`.
 * A key with a `/` alone stands for the level of its last part. @throws PlimsollError USAGE.
 */
export function parseLevelLabels(text: string): HostMap {
  const labelKeys = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(at + 1).trim();
    if (at < 0 && key !== '' && !key.includes('/')) {
      throw new PlimsollError('USAGE', 'does not say which label names the level', { value: part, hint: `write ${key}=LABEL-KEY` });
    }
    const level = at < 0 ? key.slice(key.lastIndexOf('/') + 1) : part.slice(0, at).trim();
    const problem = labelKeyProblem(key) ?? (level.includes('/') ? 'a level must not contain a /' : labelKeyProblem(levelLabel(level)));
    if (problem !== undefined) {
      throw new PlimsollError('USAGE', `not a level and its label: ${problem}`, { value: part, hint: 'write level=label-key,...' });
    }
    if (labelKeys.has(level)) throw new PlimsollError('USAGE', 'a level twice', { value: level });
    labelKeys.set(level, key);
  }
  return { levels: [...labelKeys.keys()], domains: new Map(), labelKeys, capacities: new Map() };
}

/** Both together: levels of the first, then those that only the second has. Rows of one and labels of the other complete each other. */
export function mergeHosts(first: HostMap, second: HostMap): HostMap {
  return {
    levels: [...new Set([...first.levels, ...second.levels])],
    domains: new Map([...second.domains, ...first.domains]),
    labelKeys: new Map([...second.labelKeys, ...first.labelKeys]),
    capacities: new Map([...second.capacities, ...first.capacities]),
  };
}
