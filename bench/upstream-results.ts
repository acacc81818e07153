import type { BenchedDecision } from '../test/parity/oracle-protocol.ts';
import type { Latency, Machine } from './results.ts';

/** How kube-scheduler is run, and how the table calls it. */
export interface Way {
  readonly name: 'sampled' | 'all' | 'single';
  readonly percentageOfNodesToScore: number;
  readonly parallelism: number;
}

/** Goroutines that kube-scheduler uses by default. */
const PARALLELISM_DEFAULT = 16;

/** As it ships; then with every node scored; then so that its choice among equals repeats, for the comparison of decisions. */
export const WAYS: Readonly<Record<Way['name'], Way>> = {
  sampled: { name: 'sampled', percentageOfNodesToScore: 0, parallelism: PARALLELISM_DEFAULT },
  all: { name: 'all', percentageOfNodesToScore: 100, parallelism: PARALLELISM_DEFAULT },
  single: { name: 'single', percentageOfNodesToScore: 100, parallelism: 1 },
};

/** Speed of some decisions, in seconds for all and nanoseconds for single ones. */
export interface Rate {
  readonly decisions: number;
  readonly seconds: number;
  readonly latency: Pick<Latency, 'p50' | 'p99' | 'max'>;
}

/** Plimsoll's; `seconds` includes compiling the pods. */
export interface OwnRate extends Rate {
  readonly decideSeconds: number;
  /** The first run of the process, code not yet compiled by the JIT. */
  readonly coldSeconds: number;
}

/** What Plimsoll's process says about a row. */
export interface OwnSide {
  readonly nodeVersion: string;
  /** Among equals upstream's choice. */
  readonly heap: OwnRate;
  /** Among equals the first node, Plimsoll's default. */
  readonly first: OwnRate;
  /** Node by pod with tie mode `heap`, '' = none. */
  readonly decisions: Readonly<Record<string, string>>;
}

/** Decisions of kube-scheduler with all nodes scored that Plimsoll makes too. */
export interface Agreement {
  readonly equal: number;
  readonly compared: number;
  /** The first pod on which they differ. */
  readonly firstDifference?: { readonly pod: string; readonly upstream: string; readonly plimsoll: string };
}

export interface UpstreamRow {
  readonly work: string;
  readonly title: string;
  readonly nodes: number;
  readonly pods: number;
  readonly upstream: Readonly<Record<Way['name'], Rate>>;
  readonly plimsoll: { readonly heap: OwnRate; readonly first: OwnRate };
  readonly agreement: Agreement;
}

export interface UpstreamFile {
  readonly machine: Machine;
  /** Version of upstream, such as v1.36.4. */
  readonly kubernetes: string;
  readonly node: string;
  /** Processes that were waiting for a core before the first row; above 0.5 the machine was busy. */
  readonly load: number;
  readonly rows: readonly UpstreamRow[];
}

/** Upstream's rate over the decisions it had time for. O(n log n). */
export function rateOf(decisions: readonly BenchedDecision[]): Rate {
  const sorted = decisions.map(({ nanoseconds }) => nanoseconds).sort((a, b) => a - b);
  const seconds = sorted.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9;
  return { decisions: sorted.length, seconds, latency: { p50: rank(sorted, 50), p99: rank(sorted, 99), max: rank(sorted, 100) } };
}

/** Nearest rank: the least value that is not exceeded by `percent` of all. NaN of nothing. */
export function rank(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

/** Pod by pod, for every decision that upstream had time for. A pod that Plimsoll does not know differs. */
export function agreementOf(upstream: readonly BenchedDecision[], plimsoll: Readonly<Record<string, string>>): Agreement {
  const other = upstream.filter(({ pod, node }) => plimsoll[pod] !== node);
  const counts = { equal: upstream.length - other.length, compared: upstream.length };
  const [first] = other;
  if (first === undefined) return counts;
  return { ...counts, firstDifference: { pod: first.pod, upstream: first.node, plimsoll: plimsoll[first.pod] ?? 'not known' } };
}

export function perSecond({ decisions, seconds }: Pick<Rate, 'decisions' | 'seconds'>): number {
  return decisions / seconds;
}
