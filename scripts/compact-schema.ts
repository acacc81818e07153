import { z } from 'zod';
import type { Compaction } from '../src/model/compact-results.ts';
import { API_VERSION } from '../src/model/results.ts';
import { count, provenance } from './schema-parts.ts';

const price = z
  .string()
  .regex(/^[0-9]+\.[0-9]{2,9}$/)
  .describe("per hour, an exact decimal number in the price book's currency");

const move = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  node: z.string().describe('where the pod was'),
  wave: z.int().min(1).describe('moves of one wave are made at once; the next waits until their replacements run'),
  to: z.string().optional().describe('where the scheduler puts its replacement'),
  budget: z.string().optional().describe('the PodDisruptionBudget that is charged'),
  deleted: z.literal(true).optional().describe('no controller makes it again'),
});

const stay = z.strictObject({
  name: z.string(),
  because: z
    .enum(['kept', 'pod', 'budget', 'no room', 'preemption', 'moves'])
    .describe('kept: asked for; pod: a pod that is not evicted; moves: more evictions than are allowed'),
  reason: z.string().describe('which pod, and what the scheduler or the budget says'),
});

export const compactionSchema: z.ZodType<Compaction> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Compaction'),
    provenance,
    compacts: z.boolean().describe('as many nodes can go as was asked for'),
    nodes: z
      .array(
        z.strictObject({
          name: z.string(),
          moves: count.describe('evictions that it takes'),
          ignored: count.describe('pods of DaemonSets, static pods and pods that are being deleted, which go with it'),
          price: price.optional(),
        }),
      )
      .describe('What can go, in the order in which it is drained'),
    later: z.array(z.string()).describe('The last of the nodes, cordoned when it is their turn; all others are cordoned first'),
    moves: z.array(move).describe('Evictions in their order'),
    stays: z.array(stay).describe('What stays, and why it cannot go after all that goes'),
    bound: z
      .strictObject({ nodes: count, because: z.string().describe('what needs them') })
      .describe('However pods are moved, no fewer nodes than these can stay'),
    saved: z
      .strictObject({ currency: z.string(), price, before: price.describe('what all nodes cost now') })
      .optional()
      .describe('Absent without a price book'),
    summary: z.strictObject({
      nodes: count,
      removed: count,
      remaining: count,
      moves: count,
      waves: count,
      trials: count.describe('nodes that were tried, again and again where others had gone since'),
      pendingBefore: count.describe('pods that have no node before anything goes; they are left out'),
      seconds: z.number().min(0).describe('reading the input excluded'),
    }),
    notModelled: z.array(z.string()).describe('What the input asks for and the answer does not reflect, one sentence each'),
  })
  .describe('The answer of `plimsoll compact`: how many nodes can go, which, and what has to move');
