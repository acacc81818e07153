import type { Status } from '../rules/rule.ts';
import type { BoundRule } from './resolved-profile.ts';

/** A kernel of a class with its parameters. */
export interface EncodedStep {
  readonly kernel: number;
  /** First verdict code of a filter, weight of a score. */
  readonly code: number;
  readonly params: number;
  /** See `RequestEncoder`; undefined = the step shares its lanes with no other class. */
  readonly signature?: string | undefined;
}

/** A score that is normalised over the feasible nodes, with the lane of its raw values. */
export interface EncodedRate {
  readonly kernel: number;
  readonly weight: number;
  readonly params: number;
  readonly raw: number;
}

/** What a verdict code means. */
export interface CodeMeaning {
  readonly rule: string;
  readonly status: Status;
  /** NodeResourcesFit: the reasons must be looked up row by row; names of the FIT requests in order. */
  readonly fitNames?: readonly string[];
}

/** A rule that the host runs through its plain twin, with the lane that carries its verdicts. */
export interface HostFilter {
  readonly bound: BoundRule;
  readonly lane: number;
}
