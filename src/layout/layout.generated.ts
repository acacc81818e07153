// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.
export const BLOCK = 64;
export const SPAN = 4;
export const LEVELS = 8;
export const GLANCES_MAX = 2;
export const OPEN = 255;
export const CLOSED = -2147483648;
export const FLEET_ADDRESS = 1024;
export const NUMBERS_ADDRESS = 512;
/** f64 */
export const NUMBERS_HALF = 0;
/** f64 */
export const NUMBERS_ONE = 8;
/** f64 */
export const NUMBERS_FIFTY = 16;
/** f64 */
export const NUMBERS_HUNDRED = 24;
/** f64 */
export const NUMBERS_TWO52 = 32;
/** f64 */
export const NUMBERS_NEAR = 40;
/** f64 */
export const NUMBERS_FAR = 48;
export const NUMBERS_BYTES = 56;
/** i32: Nodes in the fleet. */
export const FLEET_ROWS = 0;
/** i32: Rows with memory: rows rounded up to BLOCK. */
export const FLEET_CAPACITY = 4;
/** u32: u8 column: 255 where no node lives, else 0. */
export const FLEET_CLOSED = 8;
/** u32: u8 column: 255 where spec.unschedulable, else 0. */
export const FLEET_UNSCHEDULABLE = 12;
/** u32: i32 column: code of the node’s taint list. */
export const FLEET_TAINT_SET = 16;
/** u32: i32 column: allocatable.pods, saturated. */
export const FLEET_POD_LIMIT = 20;
/** u32: i32 column: pods on the node. */
export const FLEET_POD_COUNT = 24;
/** u32: i64 column: milli-CPU requested, 100m for containers without a request. */
export const FLEET_NON_ZERO_CPU = 28;
/** u32: i64 column: bytes requested, 200Mi for containers without a request. */
export const FLEET_NON_ZERO_MEMORY = 32;
/** u32: i32 array: rows in upstream’s zone-interleaved node order. */
export const FLEET_ORDER = 36;
/** u32: f64 array: ln(i) as Go computes it, for i up to capacity + 2. */
export const FLEET_LOGARITHM = 40;
/** u32: i32 ring: rows in order of change. */
export const FLEET_JOURNAL = 44;
/** u32: Ring size minus one. */
export const FLEET_JOURNAL_MASK = 48;
/** u32: Changes so far, modulo 2^32. */
export const FLEET_JOURNAL_HEAD = 52;
/** u32: i32 array of capacity elements: feasible rows in order, heap values. */
export const FLEET_SCRATCH = 56;
/** u32: u8 lane: verdicts of a sampled decision. */
export const FLEET_SAMPLED = 60;
/** i32: 1 when some amount is 2^46 or more: scores take the int64 path. */
export const FLEET_WIDE = 64;
/** i32: Where the next sampled scan starts in `order`. */
export const FLEET_NEXT_START = 68;
/** i32: Failures counted by the last sampled scan. */
export const FLEET_EXAMINED_FAILURES = 72;
/** u32: u32 histogram of decision times; 0 = not recorded. */
export const FLEET_LATENCY = 76;
/** u32: u32 array: SHARES records whose `before` columns every change of a row brings up to date. */
export const FLEET_BALANCES = 80;
/** i32 */
export const FLEET_BALANCE_COUNT = 84;
/** i32: Decisions of classes with normalised or counting rules that the group index made. */
export const FLEET_GROUPED = 88;
/** i32: Decisions of such classes that took a full scan. */
export const FLEET_SCANNED = 92;
/** i32: Decisions made by bounds, without lanes. */
export const FLEET_GLANCED = 96;
export const FLEET_BYTES = 104;
/** u32: STEP array: refusals that depend on the node object alone. */
export const LOCAL_STATIC_FILTERS = 0;
/** i32 */
export const LOCAL_STATIC_FILTER_COUNT = 4;
/** u32: STEP array: refusals that depend on the pods of the same row. */
export const LOCAL_FILTERS = 8;
/** i32 */
export const LOCAL_FILTER_COUNT = 12;
/** u32: STEP array: scores of the row alone, not normalised. */
export const LOCAL_SCORES = 16;
/** i32 */
export const LOCAL_SCORE_COUNT = 20;
/** u32: u8 lane: verdict of the static filters and closed rows. */
export const LOCAL_FIXED = 24;
/** u32: u8 lane: minimum of fixed and the filters. */
export const LOCAL_NEAR = 28;
/** u32: i32 lane: weighted sum of the scores. */
export const LOCAL_SCORE = 32;
/** u32: Journal position that the lanes have seen. */
export const LOCAL_REVISION = 36;
/** i32: 0 = nothing built, 1 = static built, 2 = all lanes built. */
export const LOCAL_STAGE = 40;
/** u32: PLAIN record; 0 = the rules are not those that assembly/plain.ts knows. */
export const LOCAL_PLAIN = 44;
export const LOCAL_BYTES = 48;
/** u32: LOCAL record: what each row says by itself. Classes that ask the same of a node share it. */
export const CLASS_LOCAL = 0;
/** u32: STEP array: refusals that depend on pods elsewhere. */
export const CLASS_COUNTING_FILTERS = 4;
/** i32 */
export const CLASS_COUNTING_FILTER_COUNT = 8;
/** u32: RATE array: normalised scores. */
export const CLASS_RATES = 12;
/** i32 */
export const CLASS_RATE_COUNT = 16;
/** u32: u32 array: addresses of count tables whose revisions decide whether counting must be redone. */
export const CLASS_WATCHED = 20;
/** i32 */
export const CLASS_WATCHED_COUNT = 24;
/** u32: Sum of the watched revisions at the last evaluation. */
export const CLASS_WATCHED_SUM = 28;
/** u32: u8 lane: minimum of near and the counting filters; near itself where the class has neither these nor rates. */
export const CLASS_VERDICT = 32;
/** u32: i32 lane: weighted sum of all scores, CLOSED where infeasible. */
export const CLASS_TOTAL = 36;
/** u32: i32 array: maximum total of each block. */
export const CLASS_BLOCK_MAX = 40;
/** u32: i32 array: maximum of each 64 blocks. */
export const CLASS_SUPER_MAX = 44;
/** u32: Journal position that totals, or groups, have seen. */
export const CLASS_REVISION = 48;
/** i32: 0 = nothing built, 1 = decided by groups or judged, totals behind, 2 = totals built. */
export const CLASS_STAGE = 52;
/** i32: Added to every total: normalised rules that are equal on all nodes. */
export const CLASS_CONSTANT = 56;
/** u32: i32 lane of weighted scores computed by the host; 0 = none. */
export const CLASS_HOST_LANE = 60;
/** u32: GROUPS record; 0 = the class is scanned in full. */
export const CLASS_GROUPS = 64;
/** u32: BOUNDS record; 0 = the class normalises or counts, its local scores bound nothing. */
export const CLASS_BOUNDS = 68;
/** i32: Decisions made by bounds since lanes were built last. */
export const CLASS_GLANCES = 72;
export const CLASS_BYTES = 80;
/** u32: FIT record, the only local filter. */
export const PLAIN_FIT = 0;
/** i32: Verdict code of a row without room. */
export const PLAIN_FIT_CODE = 4;
/** u32: SHARES record of LeastAllocated. */
export const PLAIN_LEAST = 8;
/** i32: Plugin weight. */
export const PLAIN_LEAST_WEIGHT = 12;
/** u32: SHARES record of BalancedAllocation, over the same two resources; 0 = no such score. */
export const PLAIN_BALANCED = 16;
/** i32: Plugin weight. */
export const PLAIN_BALANCED_WEIGHT = 20;
/** u32: i32 lane of scores that the node objects decide; 0 = none. */
export const PLAIN_STATIC_LANE = 24;
export const PLAIN_BYTES = 32;
/** u32: f32[capacity / 4][7][4]: see assembly/bounds.ts. */
export const BOUNDS_SPANS = 0;
/** u32: Journal position that the spans have seen. */
export const BOUNDS_REVISION = 4;
/** i32: 1 = the spans have been filled. */
export const BOUNDS_READY = 8;
/** u32: f64[capacity][10]: see assembly/plain-rows.ts. */
export const BOUNDS_ROWS = 12;
/** u32: Journal position that they have seen. */
export const BOUNDS_ROWS_REVISION = 16;
/** i32: 1 = they have been filled. */
export const BOUNDS_ROWS_READY = 20;
/** u32: Columns of the two resources that are scored: i64, */
export const BOUNDS_ALLOCATABLE_A = 24;
/** u32 */
export const BOUNDS_ALLOCATABLE_B = 28;
/** u32: i64, what LeastAllocated takes for used, */
export const BOUNDS_COUNTED_A = 32;
/** u32 */
export const BOUNDS_COUNTED_B = 36;
/** u32: i64, */
export const BOUNDS_USED_A = 40;
/** u32 */
export const BOUNDS_USED_B = 44;
/** u32: f64, */
export const BOUNDS_RECIPROCAL_A = 48;
/** u32 */
export const BOUNDS_RECIPROCAL_B = 52;
/** u32: f64, balance without the pod; 0 = the formula up to 1.35. */
export const BOUNDS_BEFORE = 56;
export const BOUNDS_BYTES = 64;
/** u32: PARTITION record. */
export const GROUPS_PARTITION = 0;
/** u32: CELL array: counts that belong to single rows; their vector is a row’s level. */
export const GROUPS_CELLS = 4;
/** i32 */
export const GROUPS_CELL_COUNT = 8;
/** i32: 1 = the arrays below agree with the near and local lanes. */
export const GROUPS_READY = 12;
/** u32: i32 per position: local score, CLOSED where near is not OPEN. */
export const GROUPS_KEY = 16;
/** u32: u8 per position. */
export const GROUPS_LEVEL = 20;
/** u32: i32[LEVELS][blocks]: largest key of the block at the level. */
export const GROUPS_BLOCK_MAX = 24;
/** u32: i32[partitions][LEVELS]: rows that are open. */
export const GROUPS_OPEN_COUNT = 28;
/** u32: i32[partitions][LEVELS]: largest key. */
export const GROUPS_BEST = 32;
/** u32: i32[partitions][LEVELS]: smallest row with the largest key; -1 = to be looked up. */
export const GROUPS_BEST_ROW = 36;
/** u32: i32[partitions][LEVELS]: working memory, totals of the best rows. */
export const GROUPS_TOTAL = 40;
/** u32: f64[rates][partitions][LEVELS]: working memory, raw values. */
export const GROUPS_RAW = 44;
/** u32: i32[LEVELS]: rows of the level, closed ones included; 0 = the level is free. */
export const GROUPS_LEVEL_ROWS = 48;
/** u32: f64[LEVELS][cells]: the level’s vector. */
export const GROUPS_LEVEL_CELLS = 52;
export const GROUPS_BYTES = 56;
/** i32: Partitions: sets of rows that no rule of the class tells apart by labels, taints or preferred terms. */
export const PARTITION_COUNT = 0;
/** i32: Blocks of 64 positions; every partition starts a block of its own. */
export const PARTITION_BLOCKS = 4;
/** u32: i32 per position: row, ascending within a partition; -1 = padding. */
export const PARTITION_ROW_OF = 8;
/** u32: i32 per row. */
export const PARTITION_POSITION_OF = 12;
/** u32: i32[count + 1]. */
export const PARTITION_FIRST_BLOCK = 16;
/** u32: i32 per block: its partition. */
export const PARTITION_OF_BLOCK = 20;
export const PARTITION_BYTES = 24;
/** u32: Address of a TABLE record. */
export const CELL_TABLE = 0;
/** u32: i32 column of codes, each carried by one row at most; 0 = the row itself is the code. */
export const CELL_COLUMN = 4;
export const CELL_BYTES = 8;
/** u32: CLASS record: what the pod asks for. */
export const TURN_CLASS = 0;
/** u32: USAGE record: what it changes where it is placed. */
export const TURN_USAGE = 4;
export const TURN_BYTES = 8;
/** i32: Kernel number. */
export const STEP_KERNEL = 0;
/** i32: First verdict code of a filter; weight of a score. */
export const STEP_CODE = 4;
/** u32: Address of the kernel’s parameters. */
export const STEP_PARAMS = 8;
/** u32 */
export const STEP_UNUSED = 12;
export const STEP_BYTES = 16;
/** i32: How raw values come about and are normalised. */
export const RATE_KERNEL = 0;
/** i32: Plugin weight. */
export const RATE_WEIGHT = 4;
/** u32: Address of the kernel’s parameters. */
export const RATE_PARAMS = 8;
/** u32: Lane of raw values: i32 for MAXIMUM kinds and SPREAD, f64 for AFFINITY. */
export const RATE_RAW = 12;
/** f64: Minimum over feasible rows at the last evaluation. */
export const RATE_LOW = 16;
/** f64: Maximum over feasible rows at the last evaluation. */
export const RATE_HIGH = 24;
export const RATE_BYTES = 32;
/** u32: AMOUNT array: what the pod adds to its row. */
export const USAGE_AMOUNTS = 0;
/** i32 */
export const USAGE_AMOUNT_COUNT = 4;
/** i64 */
export const USAGE_NON_ZERO_CPU = 8;
/** i64 */
export const USAGE_NON_ZERO_MEMORY = 16;
/** u32: EFFECT array: counts elsewhere that the pod changes. */
export const USAGE_EFFECTS = 24;
/** i32 */
export const USAGE_EFFECT_COUNT = 28;
export const USAGE_BYTES = 32;
/** u32: i64 column of requested amounts. */
export const AMOUNT_USED = 0;
/** u32 */
export const AMOUNT_UNUSED = 4;
/** i64 */
export const AMOUNT_AMOUNT = 8;
export const AMOUNT_BYTES = 16;
/** u32: Address of a TABLE record. */
export const EFFECT_TABLE = 0;
/** u32: i32 column of codes; 0 = the row itself is the code. */
export const EFFECT_COLUMN = 4;
/** u32: u8 column: only rows with 1 count; 0 = all rows. */
export const EFFECT_INCLUDE = 8;
/** i32: 1 = terminating pods count too. */
export const EFFECT_TERMINATING = 12;
/** i32: Added per pod. */
export const EFFECT_WEIGHT = 16;
/** i32 */
export const EFFECT_UNUSED = 20;
export const EFFECT_BYTES = 24;
/** u32: Grows by one with every change. */
export const TABLE_REVISION = 0;
/** i32: Sum of all cells of a count table. */
export const TABLE_SUM = 4;
/** u32: Address of the cells. */
export const TABLE_CELLS = 8;
/** i32: 1 = f64 cells, 0 = i32 cells. */
export const TABLE_FLOAT = 12;
export const TABLE_BYTES = 16;
/** u32: MATCH array that must all hold (nodeSelector). */
export const TERMS_REQUIREMENTS = 0;
/** i32 */
export const TERMS_REQUIREMENT_COUNT = 4;
/** u32: TERM array, ORed; unused when termCount is -1 (no term list). */
export const TERMS_TERMS = 8;
/** i32 */
export const TERMS_TERM_COUNT = 12;
export const TERMS_BYTES = 16;
/** u32: MATCH array, ANDed; an empty term never matches. */
export const TERM_MATCHES = 0;
/** i32 */
export const TERM_MATCH_COUNT = 4;
/** i32: Weight of a preferred term. */
export const TERM_WEIGHT = 8;
/** i32 */
export const TERM_UNUSED = 12;
export const TERM_BYTES = 16;
/** u32: i32 column of codes. */
export const MATCH_COLUMN = 0;
/** u32: u8 per code: 1 = holds. */
export const MATCH_TABLE = 4;
export const MATCH_BYTES = 8;
/** u32: FIT_REQUEST array: requests above zero. */
export const FIT_REQUESTS = 0;
/** i32 */
export const FIT_REQUEST_COUNT = 4;
export const FIT_BYTES = 8;
/** u32: i64 column. */
export const FIT_REQUEST_ALLOCATABLE = 0;
/** u32: i64 column. */
export const FIT_REQUEST_USED = 4;
/** i64 */
export const FIT_REQUEST_AMOUNT = 8;
export const FIT_REQUEST_BYTES = 16;
/** u32: SHARE array. */
export const SHARES_RESOURCES = 0;
/** i32 */
export const SHARES_RESOURCE_COUNT = 4;
/** u32: i64 pairs (utilisation, score), RequestedToCapacityRatio only. */
export const SHARES_SHAPE = 8;
/** i32 */
export const SHARES_SHAPE_COUNT = 12;
/** u32: BalancedAllocation: f64 column of the rows’ balance without the pod; 0 = the formula up to 1.35. */
export const SHARES_BEFORE = 16;
/** i32: 1 = every node offers each of the resources. */
export const SHARES_EVERYWHERE = 20;
export const SHARES_BYTES = 24;
/** u32: i64 column. */
export const SHARE_ALLOCATABLE = 0;
/** u32: i64 column. */
export const SHARE_USED = 4;
/** u32: f64 column: 1 / allocatable, 0 where nothing is offered. */
export const SHARE_RECIPROCAL = 8;
/** u32 */
export const SHARE_UNUSED = 12;
/** i64 */
export const SHARE_REQUEST = 16;
/** i64 */
export const SHARE_WEIGHT = 24;
export const SHARE_BYTES = 32;
/** u32: HARD array in order. */
export const SPREAD_HARD_CONSTRAINTS = 0;
/** i32 */
export const SPREAD_HARD_CONSTRAINT_COUNT = 4;
export const SPREAD_HARD_BYTES = 8;
/** u32: i32 column of the topology key. */
export const HARD_COLUMN = 0;
/** u32: TABLE of counts per domain. */
export const HARD_TABLE = 4;
/** u32: u8 per code: 1 = some eligible node carries it. */
export const HARD_EXISTS = 8;
/** i32: Number of codes, code 0 included. */
export const HARD_CODES = 12;
/** i32: Number of existing domains. */
export const HARD_DOMAINS = 16;
/** i32 */
export const HARD_MIN_DOMAINS = 20;
/** i32 */
export const HARD_MAX_SKEW = 24;
/** i32: 1 = the pod matches its own selector. */
export const HARD_SELF = 28;
/** i32: Working value: smallest count at this evaluation. */
export const HARD_MINIMUM = 32;
/** i32 */
export const HARD_UNUSED = 36;
export const HARD_BYTES = 40;
/** u32: SOFT array in order. */
export const SPREAD_SOFT_CONSTRAINTS = 0;
/** i32 */
export const SPREAD_SOFT_CONSTRAINT_COUNT = 4;
/** i32: 1 = rows that miss a key are ignored. */
export const SPREAD_SOFT_REQUIRE_ALL = 8;
/** i32 */
export const SPREAD_SOFT_UNUSED = 12;
export const SPREAD_SOFT_BYTES = 16;
/** u32: i32 column of the topology key: 0 = the row does not score for this constraint. */
export const SOFT_COLUMN = 0;
/** u32: i32 column of domains: where missing labels count as the empty value it differs from `column`. */
export const SOFT_DOMAINS = 4;
/** u32: TABLE of counts per domain; per row for the hostname key. */
export const SOFT_TABLE = 8;
/** u32: u8 per code: working memory for counting feasible domains. */
export const SOFT_SEEN = 12;
/** i32: Number of codes, code 0 included. */
export const SOFT_CODES = 16;
/** i32: 1 = key kubernetes.io/hostname. */
export const SOFT_HOSTNAME = 20;
/** u32: f64 per code: working memory for count * weight + skewAddend; unused for the hostname key. */
export const SOFT_SHARES = 24;
/** f64: maxSkew - 1. */
export const SOFT_SKEW_ADDEND = 32;
/** f64: Working value: ln(size + 2). */
export const SOFT_WEIGHT = 40;
/** i32: Working value of the group index: rows or domains counted so far. */
export const SOFT_SIZE = 48;
/** i32 */
export const SOFT_UNUSED = 52;
export const SOFT_BYTES = 56;
/** u32: DOMAIN_COUNT array: required affinity terms. */
export const POD_AFFINITY_AFFINITY = 0;
/** i32 */
export const POD_AFFINITY_AFFINITY_COUNT = 4;
/** u32: DOMAIN_COUNT array: required anti-affinity terms. */
export const POD_AFFINITY_ANTI = 8;
/** i32 */
export const POD_AFFINITY_ANTI_COUNT = 12;
/** u32: DOMAIN_COUNT array: required anti-affinity of existing pods. */
export const POD_AFFINITY_EXISTING = 16;
/** i32 */
export const POD_AFFINITY_EXISTING_COUNT = 20;
/** i32: 1 = the pod matches all of its own affinity terms. */
export const POD_AFFINITY_SELF_MATCH = 24;
/** u32: DOMAIN_COUNT array: score tables per topology key. */
export const POD_AFFINITY_SCORES = 28;
/** i32 */
export const POD_AFFINITY_SCORE_COUNT = 32;
/** i32 */
export const POD_AFFINITY_UNUSED = 36;
export const POD_AFFINITY_BYTES = 40;
/** u32: i32 column of the topology key. */
export const DOMAIN_COUNT_COLUMN = 0;
/** u32: TABLE of counts or weights per domain. */
export const DOMAIN_COUNT_TABLE = 4;
export const DOMAIN_COUNT_BYTES = 8;
export const FILTER_NODE_UNSCHEDULABLE = 1;
export const FILTER_TAINT_TOLERATION = 2;
export const FILTER_NODE_AFFINITY = 3;
export const FILTER_ROW_COUNT = 4;
export const FILTER_HOST_LANE = 5;
export const FILTER_NODE_RESOURCES_FIT = 6;
export const FILTER_POD_TOPOLOGY_SPREAD = 7;
export const FILTER_INTER_POD_AFFINITY = 8;
export const SCORE_LEAST_ALLOCATED = 1;
export const SCORE_MOST_ALLOCATED = 2;
export const SCORE_REQUESTED_TO_CAPACITY_RATIO = 3;
export const SCORE_BALANCED_ALLOCATION = 4;
export const SCORE_STATIC_LANE = 5;
export const RATE_MAXIMUM = 1;
export const RATE_MAXIMUM_REVERSED = 2;
export const RATE_POD_TOPOLOGY_SPREAD = 3;
export const RATE_INTER_POD_AFFINITY = 4;
export const LAYOUT_FINGERPRINT = 1961834506;
