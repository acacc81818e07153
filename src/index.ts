export { type ErrorCode, type ErrorPlace, PlimsollError } from './base/errors.ts';
export type { FeatureGates, KubeVersion } from './model/gates.ts';
export type * from './model/results.ts';
export type { Snapshot } from './model/snapshot.ts';
export { explain } from './plan/explain.ts';
export type { EngineOptions } from './plan/options.ts';
export { readSnapshot } from './sources/read-snapshot.ts';
