import { secondsNow } from '../base/clock.ts';
import { type EngineOptions, resolveOptions } from '../engine/options.ts';
import { Core } from '../layout/core.ts';
import type { ComparisonPlan, ComparisonRun, Scenario } from '../model/compare-results.ts';
import { podKey } from '../model/pod.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Cluster } from './cluster.ts';
import { type Metric, measure } from './metrics.ts';
import { Ground, Outcome } from './outcome.ts';
import { scenarioStart, shuffled } from './scenario.ts';

/** What decides the runs of one variant, apart from the seed. */
export interface VariantSetup {
  readonly name: string;
  readonly options: EngineOptions;
  readonly scenario: Scenario;
}

/** Everything that runs have in common: plain data, so that threads can be given it. */
export interface RunSetup {
  readonly snapshot: Snapshot;
  readonly variants: readonly VariantSetup[];
  readonly order: ComparisonPlan['order'];
  readonly fromEmpty: boolean;
  readonly prices?: ReadonlyMap<string, number> | undefined;
}

export interface RunTask {
  readonly hash: string;
  /** Index of the variant. */
  readonly variant: number;
  readonly seed: number;
}

/** Pods in all scenarios that are kept for later runs. */
const KEPT_PODS_MAX = 2_000_000;

interface Start {
  readonly snapshot: Snapshot;
  readonly ground: Ground;
  readonly waiting: ReadonlySet<string>;
}

/** Does the runs of a comparison one after the other, in the same memory. */
export class ComparisonRunner {
  private readonly setup: RunSetup;
  private readonly metrics: readonly Metric[];
  private readonly core = new Core();
  /** By variant, least recently used first. */
  private readonly starts = new Map<number, Start>();

  constructor(setup: RunSetup, metrics: readonly Metric[]) {
    this.setup = setup;
    this.metrics = metrics;
  }

  /** O(nodes + pods) and the run of the scheduler. Running it again gives the same values. */
  async run({ hash, variant, seed }: RunTask): Promise<ComparisonRun> {
    const { order, prices } = this.setup;
    const { name, options } = this.setup.variants[variant] as VariantSetup;
    const start = this.startOf(variant);
    const began = secondsNow();
    const snapshot = order === 'shuffled' ? shuffled(start.snapshot, seed) : start.snapshot;
    const cluster = new Cluster(snapshot, { ...options, seed }, { core: this.core, budgets: false });
    const { waiting, preempted } = await cluster.settle();
    const end = { pods: [...cluster.pods.values()], messages: waiting, waitingBefore: start.waiting, preempted: preempted.length };
    const values = measure(this.metrics, new Outcome(start.ground, end, prices));
    return { apiVersion: API_VERSION, kind: 'ComparisonRun', hash, variant: name, seed, values, seconds: secondsNow() - began };
  }

  /** The scenario of the variant with nothing placed yet; the same for all seeds. */
  private startOf(variant: number): Start {
    const start = this.starts.get(variant) ?? this.prepare(variant);
    this.starts.delete(variant);
    this.starts.set(variant, start);
    const [oldest] = this.starts.keys();
    if (this.starts.size > 1 && this.starts.size * start.snapshot.pods.length > KEPT_PODS_MAX) this.starts.delete(oldest as number);
    return start;
  }

  private prepare(variant: number): Start {
    const { snapshot: dump, fromEmpty } = this.setup;
    const { options, scenario } = this.setup.variants[variant] as VariantSetup;
    const { semantics } = resolveOptions(options);
    const snapshot = scenarioStart(dump, scenario, fromEmpty, semantics);
    const waiting = new Set(snapshot.pods.flatMap((pod) => (pod.nodeName === '' ? [podKey(pod)] : [])));
    return { snapshot, ground: new Ground(snapshot, dump, semantics), waiting };
  }
}
