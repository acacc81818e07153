/** Worker entry: runs of a comparison. */
import { workerData } from 'piscina';
import type { ComparisonRun } from '../model/compare-results.ts';
import { ComparisonRunner, type RunSetup, type RunTask } from './compare-runner.ts';
import { loadMetrics, METRICS } from './metrics.ts';

export interface WorkerSetup extends RunSetup {
  /** Address of a module with further metrics. */
  readonly metricsModule?: string | undefined;
}

let runner: Promise<ComparisonRunner> | undefined;

/** Running it again gives the same answer. */
export async function runComparison(task: RunTask): Promise<ComparisonRun> {
  runner ??= prepare(workerData as WorkerSetup);
  return (await runner).run(task);
}

async function prepare({ metricsModule, ...setup }: WorkerSetup): Promise<ComparisonRunner> {
  return new ComparisonRunner(setup, [...METRICS, ...(await loadMetrics(metricsModule))]);
}
