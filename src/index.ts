export { type ErrorCode, type ErrorPlace, PlimsollError } from './base/errors.ts';
export type { Batch } from './engine/batch.ts';
export { builtInConfiguration } from './engine/built-in-profiles.ts';
export type { Change } from './engine/change.ts';
export { Engine } from './engine/engine.ts';
export { LatencyRecorder } from './engine/latencies.ts';
export type { EngineOptions } from './engine/options.ts';
export type * from './model/buy-results.ts';
export { type Catalogue, type CatalogueType, formatPrice, type Price, priceOfNode } from './model/catalogue.ts';
export type * from './model/compact-results.ts';
export type * from './model/compare-results.ts';
export type { FeatureGates, KubeVersion } from './model/gates.ts';
export type { HostMap } from './model/hosts.ts';
export { parseHosts } from './model/hosts-csv.ts';
export type { Node } from './model/node.ts';
export type * from './model/plan-results.ts';
export type { Pod } from './model/pod.ts';
export type * from './model/results.ts';
export type { Snapshot } from './model/snapshot.ts';
export type * from './model/snapshot-results.ts';
export { type AnonymizeOptions, anonymizeSnapshot, revealText } from './plan/anonymize.ts';
export { type BuyOptions, buy } from './plan/buy.ts';
export { type CompactOptions, compact } from './plan/compact.ts';
export { type CompareOptions, type CompareVariant, compare, compareShard } from './plan/compare.ts';
export type { DecisionQuestion } from './plan/decision.ts';
export { type DrainOptions, type DrainTarget, drain } from './plan/drain.ts';
export { explain } from './plan/explain.ts';
export { type FitOptions, fit } from './plan/fit.ts';
export { type Merged, type MergeOptions, mergeRuns, type RunFile } from './plan/merge.ts';
export { METRICS, type Metric } from './plan/metrics.ts';
export { nodePrices } from './plan/node-prices.ts';
export { Ground, type Level, Outcome, type Shape } from './plan/outcome.ts';
export type { PodManifest } from './plan/pod-templates.ts';
export { type RolloutOptions, rollout } from './plan/rollout.ts';
export { schedule } from './plan/schedule.ts';
export { type ShrinkOptions, shrinkSnapshot } from './plan/shrink.ts';
export { diffSnapshots } from './plan/snapshot-diff.ts';
export type { ClusterStates, Watched } from './plan/states.ts';
export { type SurviveOptions, survive } from './plan/survive.ts';
export type { Shard } from './plan/sweep.ts';
export { type ValidateOptions, validateSnapshot } from './plan/validate.ts';
export type { WorkloadReference } from './plan/workload.ts';
export { type CatalogueSource, readCatalogue } from './sources/catalogue.ts';
export {
  type ReadObjectsOptions,
  type ReadOptions,
  type ReadProgress,
  readObjects,
  readSnapshot,
  type SnapshotSource,
} from './sources/read-snapshot.ts';
