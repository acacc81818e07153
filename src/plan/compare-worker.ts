/** What threads know about runs of a comparison. */
import type { ComparisonRun } from '../model/compare-results.ts';
import { ComparisonRunner, type RunSetup, type RunTask } from './compare-runner.ts';
import { loadMetrics, METRICS } from './metrics.ts';

export interface WorkerSetup extends RunSetup {
  /** Address of a module with further metrics. */
  readonly metricsModule?: string | undefined;
}

export async function prepareRuns({ metricsModule, ...setup }: WorkerSetup): Promise<(task: RunTask) => Promise<ComparisonRun>> {
  const runner = new ComparisonRunner(setup, [...METRICS, ...(await loadMetrics(metricsModule))]);
  return (task) => runner.run(task);
}
