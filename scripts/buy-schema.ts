import { z } from 'zod';
import type { Buy } from '../src/model/buy-results.ts';
import { API_VERSION } from '../src/model/results.ts';
import { count, provenance } from './schema-parts.ts';

const decimal = z.string().regex(/^[0-9]+\.[0-9]+$/);
const gapPercent = z
  .number()
  .min(0)
  .optional()
  .describe('how far the cost is above the bound, in percent of the bound; 0: nothing is cheaper');

const boughtFrom = provenance.describe('What the answer depends on, apart from the catalogue');

const boughtNodes = z.strictObject({
  type: z.string(),
  zone: z.string().optional(),
  count: z.int().min(1),
  price: decimal.describe('of one node per hour'),
  cost: decimal.describe('of all per hour'),
  nodes: z.array(z.string()).describe('their names in the placements'),
  used: z.record(z.string(), z.number().min(0)).describe('share of what the nodes offer that pods ask for, by resource'),
  daemonSets: z.array(z.string()).describe('pods that come with each node'),
  overhead: z.record(z.string(), z.string()).describe('what these take of each node, by resource'),
});

export const buySchema: z.ZodType<Buy> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Buy'),
    provenance: boughtFrom,
    complete: z.boolean().describe('with the nodes bought every pod has a node'),
    currency: z.string().describe('of all prices, as the catalogue names it'),
    cost: decimal.describe('per hour'),
    bound: decimal.optional().describe('no plan costs less per hour; absent: no plan was found that places the pods'),
    gapPercent,
    nodes: z.array(boughtNodes).describe('in the order of the catalogue'),
    placement: z
      .enum(['configured', 'packed'])
      .describe('who chose the nodes of the pods: the scheduler as configured, or a packing that its rules have let in'),
    placedBy: z.array(z.string()).describe('schedulerName of each profile that was used'),
    packing: z
      .strictObject({ nodes: count, cost: decimal, gapPercent })
      .optional()
      .describe('the cheapest answer found with packed placement'),
    unaided: z
      .strictObject({ waiting: count })
      .optional()
      .describe('with packed placement: pods that the scheduler as configured, left to itself, would leave waiting on these nodes'),
    placements: z.array(z.strictObject({ namespace: z.string(), name: z.string(), node: z.string() })).describe('in decision order'),
    impossible: z
      .array(
        z.strictObject({
          namespace: z.string(),
          name: z.string(),
          alike: count.describe('pods like it that are left out'),
          message: z.string().describe('as in the FailedScheduling event, with an empty node of each type'),
          nearestMiss: z.array(z.strictObject({ node: z.string().describe('the type with its zone'), changes: z.array(z.string()) })),
        }),
      )
      .describe('pods that stay without a node'),
    summary: z.strictObject({
      nodesBefore: count,
      nodesBought: count,
      pending: count.describe('pods without a node before anything is bought'),
      placed: count.describe('of these, pods that have one afterwards'),
      offers: count.describe('types of the catalogue, each zone counted'),
      seconds: z.number().min(0).describe('reading the input excluded'),
    }),
    notModelled: z.array(z.string()).describe('What the input asks for and the answer does not reflect, one sentence each'),
  })
  .describe('The answer of `plimsoll buy`: which nodes to add at least cost, and what no plan can be under');
