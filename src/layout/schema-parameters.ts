/** The part of the memory layout (schema.ts) that kernels take as parameters: what a pod asks for, rule by rule. */
export type FieldKind = 'u32' | 'i32' | 'i64' | 'f64';
export type Field = readonly [name: string, kind: FieldKind, doc: string];
export type RecordTable = Readonly<Record<string, readonly Field[]>>;

export const PARAMETERS: RecordTable = {
  TERMS: [
    ['requirements', 'u32', 'MATCH array that must all hold (nodeSelector).'],
    ['requirementCount', 'i32', ''],
    ['terms', 'u32', 'TERM array, ORed; unused when termCount is -1 (no term list).'],
    ['termCount', 'i32', ''],
  ],
  TERM: [
    ['matches', 'u32', 'MATCH array, ANDed; an empty term never matches.'],
    ['matchCount', 'i32', ''],
    ['weight', 'i32', 'Weight of a preferred term.'],
    ['unused', 'i32', ''],
  ],
  MATCH: [
    ['column', 'u32', 'i32 column of codes.'],
    ['table', 'u32', 'u8 per code: 1 = holds.'],
  ],
  FIT: [
    ['requests', 'u32', 'FIT_REQUEST array: requests above zero.'],
    ['requestCount', 'i32', ''],
  ],
  FIT_REQUEST: [
    ['allocatable', 'u32', 'i64 column.'],
    ['used', 'u32', 'i64 column.'],
    ['amount', 'i64', ''],
  ],
  SHARES: [
    ['resources', 'u32', 'SHARE array.'],
    ['resourceCount', 'i32', ''],
    ['shape', 'u32', 'i64 pairs (utilisation, score), RequestedToCapacityRatio only.'],
    ['shapeCount', 'i32', ''],
    ['before', 'u32', 'BalancedAllocation: f64 column of the rows’ balance without the pod; 0 = the formula up to 1.35.'],
    ['everywhere', 'i32', '1 = every node offers each of the resources.'],
  ],
  SHARE: [
    ['allocatable', 'u32', 'i64 column.'],
    ['used', 'u32', 'i64 column.'],
    ['reciprocal', 'u32', 'f64 column: 1 / allocatable, 0 where nothing is offered.'],
    ['unused', 'u32', ''],
    ['request', 'i64', ''],
    ['weight', 'i64', ''],
  ],
  SPREAD_HARD: [
    ['constraints', 'u32', 'HARD array in order.'],
    ['constraintCount', 'i32', ''],
  ],
  HARD: [
    ['column', 'u32', 'i32 column of the topology key.'],
    ['table', 'u32', 'TABLE of counts per domain.'],
    ['exists', 'u32', 'u8 per code: 1 = some eligible node carries it.'],
    ['codes', 'i32', 'Number of codes, code 0 included.'],
    ['domains', 'i32', 'Number of existing domains.'],
    ['minDomains', 'i32', ''],
    ['maxSkew', 'i32', ''],
    ['self', 'i32', '1 = the pod matches its own selector.'],
    ['minimum', 'i32', 'Working value: smallest count at this evaluation.'],
    ['unused', 'i32', ''],
  ],
  SPREAD_SOFT: [
    ['constraints', 'u32', 'SOFT array in order.'],
    ['constraintCount', 'i32', ''],
    ['requireAll', 'i32', '1 = rows that miss a key are ignored.'],
    ['unused', 'i32', ''],
  ],
  SOFT: [
    ['column', 'u32', 'i32 column of the topology key: 0 = the row does not score for this constraint.'],
    ['domains', 'u32', 'i32 column of domains: where missing labels count as the empty value it differs from `column`.'],
    ['table', 'u32', 'TABLE of counts per domain; per row for the hostname key.'],
    ['seen', 'u32', 'u8 per code: working memory for counting feasible domains.'],
    ['codes', 'i32', 'Number of codes, code 0 included.'],
    ['hostname', 'i32', '1 = key kubernetes.io/hostname.'],
    ['shares', 'u32', 'f64 per code: working memory for count * weight + skewAddend; unused for the hostname key.'],
    ['skewAddend', 'f64', 'maxSkew - 1.'],
    ['weight', 'f64', 'Working value: ln(size + 2).'],
    ['size', 'i32', 'Working value of the group index: rows or domains counted so far.'],
    ['unused', 'i32', ''],
  ],
  POD_AFFINITY: [
    ['affinity', 'u32', 'DOMAIN_COUNT array: required affinity terms.'],
    ['affinityCount', 'i32', ''],
    ['anti', 'u32', 'DOMAIN_COUNT array: required anti-affinity terms.'],
    ['antiCount', 'i32', ''],
    ['existing', 'u32', 'DOMAIN_COUNT array: required anti-affinity of existing pods.'],
    ['existingCount', 'i32', ''],
    ['selfMatch', 'i32', '1 = the pod matches all of its own affinity terms.'],
    ['scores', 'u32', 'DOMAIN_COUNT array: score tables per topology key.'],
    ['scoreCount', 'i32', ''],
    ['unused', 'i32', ''],
  ],
  DOMAIN_COUNT: [
    ['column', 'u32', 'i32 column of the topology key.'],
    ['table', 'u32', 'TABLE of counts or weights per domain.'],
  ],
};
