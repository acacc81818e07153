import { z } from 'zod';
import type { Comparison, ComparisonPlan, ComparisonRun } from '../src/model/compare-results.ts';
import { API_VERSION } from '../src/model/results.ts';
import { count, notModelled, provenance } from './schema-parts.ts';

const shared = provenance.omit({ seed: true }).describe('What the runs depend on, apart from the scenario and the seed');

const metric = z.strictObject({
  name: z.string(),
  unit: z.string(),
  better: z.enum(['more', 'less']).optional().describe('which direction is an improvement; absent: neither'),
  description: z.string(),
  absent: z.literal(0).optional().describe('what a run counts for that does not name a key that other runs name'),
});

const variant = {
  name: z.string(),
  id: z.string().describe('content hash of everything that decides its runs, apart from the seed'),
  provenance: shared,
  loadPercent: z.int().min(1).optional().describe('requests of movable pods in percent of what they are; absent: 100'),
  replicaPercent: z.int().min(1).optional().describe('pods of each controller in percent of what there are; absent: 100'),
  lost: z.array(z.string()).optional().describe('failure domains that are lost, as zone=a'),
};

const question = {
  baseline: z.string().describe('name of the variant that differences are taken against'),
  seeds: z.string().describe('as 1..20,42'),
  order: z.enum(['shuffled', 'input']).describe('how pods of equal priority arrive'),
  fromEmpty: z.boolean().describe('every movable pod was placed anew'),
  metrics: z.array(metric),
};

const estimate = {
  mean: z.number(),
  low: z.number().optional().describe('of the 95% confidence interval of the mean; absent for a single run'),
  high: z.number().optional(),
};

const result = z.strictObject({
  metric: z.string(),
  key: z.string().optional().describe('the resource, reason or domain; absent when the metric is one number'),
  runs: z.int().min(1).describe('runs that gave a number'),
  ...estimate,
  stddev: z.number().min(0).describe('of the runs, with n - 1'),
  min: z.number(),
  max: z.number(),
  difference: z
    .strictObject({ ...estimate, differs: z.boolean().describe('the interval does not contain 0') })
    .optional()
    .describe('this variant minus the baseline, seed by seed; absent for the baseline'),
});

export const comparisonSchema: z.ZodType<Comparison> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Comparison'),
    ...question,
    variants: z.array(z.strictObject({ ...variant, results: z.array(result) })),
    summary: z.strictObject({
      nodes: count,
      pods: count,
      seeds: z.int().min(1).describe('of each variant'),
      runs: z.int().min(1).describe('different runs: variants that are the same share them'),
      seconds: z.number().min(0).describe('what all runs took together; reading the input excluded'),
    }),
    notModelled,
  })
  .describe('The answer of `plimsoll compare` and `plimsoll merge`: what variants of scheduling do with the same pods');

export const comparisonPlanSchema: z.ZodType<ComparisonPlan> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('ComparisonPlan'),
    ...question,
    variants: z.array(z.strictObject(variant)),
    cluster: z.strictObject({ nodes: count, pods: count }),
    notModelled,
  })
  .describe('First line of a results file of `plimsoll compare`: all that the comparison asks for');

export const comparisonRunSchema: z.ZodType<ComparisonRun> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('ComparisonRun'),
    hash: z.string().describe('content hash of what was run'),
    variant: z.string(),
    seed: count,
    values: z.array(z.tuple([z.string(), z.string(), z.number()])).describe('metric, key (empty when there is none), value'),
    seconds: z.number().min(0),
  })
  .describe('Each further line of a results file of `plimsoll compare`: one finished run');

/** File name in docs/schema to schema. */
export const COMPARE_SCHEMAS = {
  'comparison.json': comparisonSchema,
  'comparison-plan.json': comparisonPlanSchema,
  'comparison-run.json': comparisonRunSchema,
};
