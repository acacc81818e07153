import type { RuleEncoding } from './encoder.ts';

/** A pod that names its node never waits for one, so a request has nothing to check. */
export const encodeNodeName: RuleEncoding = { filter() {} };
