import {
  MATCH_BYTES,
  MATCH_COLUMN,
  MATCH_TABLE,
  TERM_BYTES,
  TERM_MATCH_COUNT,
  TERM_MATCHES,
  TERM_WEIGHT,
  TERMS_BYTES,
  TERMS_REQUIREMENT_COUNT,
  TERMS_REQUIREMENTS,
  TERMS_TERM_COUNT,
  TERMS_TERMS,
} from '../../layout/layout.generated.ts';
import type { Labels } from '../../model/labels.ts';
import { NO_LABELS } from '../../model/labels.ts';
import { compileNodeTerm } from '../../model/match.ts';
import type { NodeSelectorTerm, Requirement } from '../../model/selector.ts';
import type { LabelColumn, RequestEncoder } from './encoder.ts';

interface Match {
  readonly column: LabelColumn;
  readonly table: number;
}

export interface WeightedTerm {
  readonly term: NodeSelectorTerm;
  readonly weight: number;
}

/** From this many values on a table is the class's own: kept for all, one per pod pinned to a node would add up to values squared. */
const SHARED_VALUES_MAX = 64;

/** Writes a TERMS record: nodeSelector pairs that must all hold, and ORed terms (undefined = no term list). */
export function writeTerms(encoder: RequestEncoder, nodeSelector: Labels | undefined, terms: readonly WeightedTerm[] | undefined): number {
  const address = encoder.allocate(TERMS_BYTES);
  const requirements = [...(nodeSelector ?? [])].map(([key, value]) => expressionMatch(encoder, { key, operator: 'In', values: [value] }));
  encoder.u32(address + TERMS_REQUIREMENTS, writeMatches(encoder, requirements));
  encoder.u32(address + TERMS_REQUIREMENT_COUNT, requirements.length);
  encoder.u32(address + TERMS_TERM_COUNT, terms ? terms.length : -1);
  const list = encoder.allocate((terms?.length ?? 0) * TERM_BYTES);
  encoder.u32(address + TERMS_TERMS, list);
  terms?.forEach(({ term, weight }, i) => {
    const matches = termMatches(encoder, term);
    encoder.u32(list + i * TERM_BYTES + TERM_MATCHES, writeMatches(encoder, matches));
    encoder.u32(list + i * TERM_BYTES + TERM_MATCH_COUNT, matches.length);
    encoder.u32(list + i * TERM_BYTES + TERM_WEIGHT, weight);
  });
  return address;
}

/** A term that upstream refuses matches nothing, like one without requirements. */
function termMatches(encoder: RequestEncoder, term: NodeSelectorTerm): readonly Match[] {
  if (compileNodeTerm(term).invalid.length > 0) return [];
  const expressions = term.matchExpressions.map((requirement) => expressionMatch(encoder, requirement));
  const fields = term.matchFields.map((requirement) => {
    const compiled = compileNodeTerm({ matchExpressions: [], matchFields: [requirement] });
    // Code 0 only stands on padding rows, which are closed anyway.
    return matchOn(
      encoder,
      encoder.nameColumn(),
      requirement,
      (name) => name !== undefined && compiled.matches({ name, labels: NO_LABELS }),
    );
  });
  return [...expressions, ...fields];
}

function expressionMatch(encoder: RequestEncoder, requirement: Requirement): Match {
  const { key, operator, values } = requirement;
  const column = encoder.labelColumn(key);
  if (operator === 'In') {
    const wanted = new Set(values);
    return matchOn(encoder, column, requirement, (value) => value !== undefined && wanted.has(value));
  }
  const compiled = compileNodeTerm({ matchExpressions: [requirement], matchFields: [] });
  return matchOn(encoder, column, requirement, (value) =>
    compiled.matches({ name: '', labels: value === undefined ? NO_LABELS : new Map([[key, value]]) }),
  );
}

/** The table of a requirement over a column: shared where values are few, else the class's own and, for `In`, filled without a look at each value. */
function matchOn(
  encoder: RequestEncoder,
  column: LabelColumn,
  requirement: Requirement,
  accepts: (value: string | undefined) => boolean,
): Match {
  if (column.values.length <= SHARED_VALUES_MAX) return { column, table: encoder.valueTable(column, keyOf(requirement), accepts) };
  const table = encoder.allocate(column.values.length);
  if (requirement.operator === 'In') {
    for (const value of requirement.values) {
      const code = column.codeOf(value);
      if (code !== undefined && accepts(value)) encoder.u8(table + code, 1);
    }
  } else {
    for (const [code, value] of column.values.entries()) encoder.u8(table + code, accepts(value) ? 1 : 0);
  }
  return { column, table };
}

function keyOf({ key, operator, values }: Requirement): string {
  return JSON.stringify([key, operator, values]);
}

function writeMatches(encoder: RequestEncoder, matches: readonly Match[]): number {
  const list = encoder.allocate(matches.length * MATCH_BYTES);
  matches.forEach(({ column, table }, i) => {
    encoder.u32(list + i * MATCH_BYTES + MATCH_COLUMN, column.address);
    encoder.u32(list + i * MATCH_BYTES + MATCH_TABLE, table);
  });
  return list;
}
