import { z } from 'zod';
import { API_VERSION } from '../src/model/results.ts';
import type { SnapshotDiff, Validation } from '../src/model/snapshot-results.ts';

const count = z.int().min(0);

const reference = { kind: z.string(), namespace: z.string().optional().describe('absent for kinds without namespaces'), name: z.string() };

export const validationSchema: z.ZodType<Validation> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Validation'),
    valid: z.boolean().describe('nothing is refused'),
    findings: z
      .array(
        z.strictObject({
          severity: z.enum(['error', 'warning', 'note']),
          check: z.string().describe('error code of what is refused, or name of the suspicion'),
          problem: z.string(),
          object: z.strictObject(reference).optional().describe('of several with the same problem the first'),
          count: count.optional().describe('objects with the problem, where more than one'),
          file: z.string().optional(),
          line: count.optional(),
          path: z.string().optional().describe('the field'),
          value: z.string().optional(),
          hint: z.string().optional().describe('the next step'),
        }),
      )
      .describe('Errors, then warnings, then notes'),
    summary: z.strictObject({
      objects: count,
      nodes: count,
      pods: count,
      pending: count.describe('pods that wait for a node'),
      errors: count,
      warnings: count,
      notes: count,
    }),
  })
  .describe('The answer of `plimsoll snapshot validate`: what is wrong or suspicious in a dump');

const counts = z.strictObject({
  before: count,
  after: count,
  added: count,
  removed: count,
  changed: count.describe('with other fields, or on another node'),
});

export const snapshotDiffSchema: z.ZodType<SnapshotDiff> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('SnapshotDiff'),
    same: z.boolean().describe('nothing that scheduling reads has changed'),
    added: z.array(z.strictObject(reference)),
    removed: z.array(z.strictObject(reference)),
    moved: z
      .array(
        z.strictObject({
          namespace: z.string(),
          name: z.string(),
          from: z.string().optional().describe('absent: the pod waited for a node'),
          to: z.string().optional().describe('absent: the pod waits for a node'),
        }),
      )
      .describe('Pods that have another node'),
    changed: z.array(
      z.strictObject({
        ...reference,
        changes: z.array(
          z.strictObject({
            path: z.string(),
            before: z.string().optional().describe('absent: the field was not there'),
            after: z.string().optional().describe('absent: the field is gone'),
          }),
        ),
      }),
    ),
    summary: z.strictObject({ nodes: counts, pods: counts, others: counts }),
  })
  .describe('The answer of `plimsoll snapshot diff`: what changed between two dumps');
