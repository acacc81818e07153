/** What `compare` answers, and what its runs leave in a results file. */
import type { API_VERSION, Provenance } from './results.ts';

/** What a metric is; its function is in the table of metrics (`src/plan/metrics.ts`). */
export interface MetricInfo {
  /** Unique; camelCase. */
  readonly name: string;
  /** pods, nodes, share (0 to 1), a currency per hour, ... */
  readonly unit: string;
  /** Which direction is an improvement; absent: neither is. */
  readonly better?: 'more' | 'less';
  /** One sentence. */
  readonly description: string;
  /** What a run counts for that names no value for a key that other runs name; absent: nothing. */
  readonly absent?: 0;
}

/** One number of one run. `key`: the resource, reason or domain it is for; '' when there is one number. */
export type RunValue = readonly [metric: string, key: string, value: number];

/** What happens to the cluster before the pods are placed. */
export interface Scenario {
  /** Requests of movable pods in percent of what they are; absent: 100. */
  readonly loadPercent?: number;
  /** Pods of each controller in percent of what there are, rounded up; absent: 100. */
  readonly replicaPercent?: number;
  /** Failure domains that are lost, `zone=a`; absent: none. */
  readonly lost?: readonly string[];
}

export interface VariantPlan extends Scenario {
  readonly name: string;
  /** Content hash of everything that decides its runs, apart from the seed. */
  readonly id: string;
  readonly provenance: Omit<Provenance, 'seed'>;
}

/** All that a comparison asks for: the head of a results file. */
export interface ComparisonPlan {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'ComparisonPlan';
  /** Name of the variant that differences are taken against. */
  readonly baseline: string;
  /** `1..20,42`. */
  readonly seeds: string;
  /** How pods of equal priority arrive: shuffled by the seed, or as the input has them. */
  readonly order: 'shuffled' | 'input';
  /** Every movable pod is placed anew. */
  readonly fromEmpty: boolean;
  readonly variants: readonly VariantPlan[];
  readonly metrics: readonly MetricInfo[];
  readonly cluster: { readonly nodes: number; readonly pods: number };
  readonly notModelled: readonly string[];
}

/** One finished run: a line of a results file. */
export interface ComparisonRun {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'ComparisonRun';
  /** Content hash of what was run. */
  readonly hash: string;
  /** Name of the variant it was first run for. */
  readonly variant: string;
  readonly seed: number;
  readonly values: readonly RunValue[];
  readonly seconds: number;
}

/** A number over all seeds. Interval: 95 %, Student's t, of the mean; absent for a single seed. */
export interface Estimate {
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Difference extends Estimate {
  /** The interval does not contain 0; for a single seed: the two numbers differ. */
  readonly differs: boolean;
}

export interface MetricResult extends Estimate {
  readonly metric: string;
  /** The resource, reason or domain; absent when the metric is one number. */
  readonly key?: string;
  /** Runs that gave a number. */
  readonly runs: number;
  /** Of the runs, with n - 1. */
  readonly stddev: number;
  readonly min: number;
  readonly max: number;
  /** This variant minus the baseline, seed by seed; absent for the baseline. */
  readonly difference?: Difference;
}

export interface VariantResult extends VariantPlan {
  /** In the order of `metrics`, keys by name. */
  readonly results: readonly MetricResult[];
}

export interface Comparison {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Comparison';
  readonly baseline: string;
  readonly seeds: string;
  readonly order: ComparisonPlan['order'];
  readonly fromEmpty: boolean;
  readonly metrics: readonly MetricInfo[];
  readonly variants: readonly VariantResult[];
  readonly summary: {
    readonly nodes: number;
    readonly pods: number;
    /** Seeds of each variant. */
    readonly seeds: number;
    /** Different runs: variants that are the same share them. */
    readonly runs: number;
    /** What all runs took together. */
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}
