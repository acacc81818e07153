import {
  MATCH_BYTES, MATCH_COLUMN, MATCH_TABLE, TERM_BYTES, TERM_MATCHES, TERM_MATCH_COUNT, TERM_WEIGHT, TERMS_REQUIREMENTS, TERMS_REQUIREMENT_COUNT,
  TERMS_TERMS, TERMS_TERM_COUNT,
} from '../layout.generated';
import { refuse } from '../lane';

// A requirement is a table over the value codes of one label key:
//
//   column[row] ──► code ──► table[code] = 1 where the requirement holds (code 0 = the node lacks the key)

// @ts-ignore: decorator
@inline
function allMatch(matches: usize, count: i32, row: i32): bool {
  for (let i = 0; i < count; i++) {
    const match = matches + <usize>i * MATCH_BYTES;
    const code = load<i32>(load<usize>(match, MATCH_COLUMN) + (<usize>row << 2));
    if (!load<u8>(load<usize>(match, MATCH_TABLE) + <usize>code)) return false;
  }
  return true;
}

/** nodeSelector AND (some term); a term without requirements never matches. */
export function filterNodeAffinity(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const requirements = load<usize>(params, TERMS_REQUIREMENTS);
  const requirementCount = load<i32>(params, TERMS_REQUIREMENT_COUNT);
  const terms = load<usize>(params, TERMS_TERMS);
  const termCount = load<i32>(params, TERMS_TERM_COUNT);
  for (let row = begin; row < end; row++) {
    let fits = allMatch(requirements, requirementCount, row);
    if (fits && termCount >= 0) {
      fits = false;
      for (let t = 0; t < termCount && !fits; t++) {
        const term = terms + <usize>t * TERM_BYTES;
        const count = load<i32>(term, TERM_MATCH_COUNT);
        fits = count > 0 && allMatch(load<usize>(term, TERM_MATCHES), count, row);
      }
    }
    if (!fits) refuse(lane, row, code);
  }
}

/** raw[row] = sum of the weights of the preferred terms that match. */
export function rateNodeAffinity(params: usize, begin: i32, end: i32, raw: usize): void {
  const terms = load<usize>(params, TERMS_TERMS);
  const termCount = load<i32>(params, TERMS_TERM_COUNT);
  for (let row = begin; row < end; row++) {
    let sum = 0;
    for (let t = 0; t < termCount; t++) {
      const term = terms + <usize>t * TERM_BYTES;
      const count = load<i32>(term, TERM_MATCH_COUNT);
      if (count > 0 && allMatch(load<usize>(term, TERM_MATCHES), count, row)) sum += load<i32>(term, TERM_WEIGHT);
    }
    store<i32>(raw + (<usize>row << 2), sum);
  }
}
