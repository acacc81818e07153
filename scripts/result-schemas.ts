import { z } from 'zod';
import type { Drain, Fit, Rollout, Survival } from '../src/model/plan-results.ts';
import { API_VERSION, type Explanation, type Schedule } from '../src/model/results.ts';
import { buySchema } from './buy-schema.ts';
import { compactionSchema } from './compact-schema.ts';
import { COMPARE_SCHEMAS } from './compare-schema.ts';
import { count, notModelled, podReference, provenance } from './schema-parts.ts';
import { snapshotDiffSchema, validationSchema } from './snapshot-schemas.ts';

export const scheduleSchema: z.ZodType<Schedule> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Schedule'),
    provenance,
    placements: z.array(z.strictObject({ ...podReference, node: z.string() })).describe('In decision order'),
    unschedulable: z.array(z.strictObject({ ...podReference, message: z.string().describe('as in the FailedScheduling event') })),
    preemptions: z.array(
      z.strictObject({
        ...podReference,
        node: z.string().describe('the nominated node'),
        victims: z.array(z.strictObject(podReference)).describe('most important first'),
      }),
    ),
    summary: z.strictObject({
      nodes: count,
      pending: count.describe('pods that were waiting for a node'),
      placed: count,
      unschedulable: count,
      seconds: z.number().min(0).describe('compiling pods and deciding; reading the input excluded'),
      decideSeconds: z.number().min(0).describe('deciding alone'),
      decisionsPerSecond: z.number().min(0).describe('pending / decideSeconds'),
      paths: z
        .strictObject({
          bounds: count.describe('by bounds on what nodes can score, without a table for the class'),
          grouped: count.describe('by one look at each group of nodes that rules do not tell apart'),
          scanned: count.describe('by a pass over all nodes, the fallback'),
        })
        .describe('how decisions came about, tried again ones included; the rest was read from tables kept for each class'),
    }),
    notModelled,
  })
  .describe('The answer of `plimsoll schedule`: where the pending pods go');

const ruleScore = z.strictObject({
  raw: z.number(),
  normalized: z.number().describe('after normalisation, before the weight'),
  weight: z.int().min(1),
});

export const explanationSchema: z.ZodType<Explanation> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Explanation'),
    provenance,
    pod: z.strictObject(podReference),
    node: z.string().optional().describe('the node that would be chosen; absent when none is feasible'),
    message: z.string().describe("as in the FailedScheduling event; '' when some node is feasible"),
    nodes: z
      .array(
        z.strictObject({
          name: z.string(),
          feasible: z.boolean(),
          plugin: z.string().optional().describe('the first plugin that refuses the node'),
          code: z.enum(['Unschedulable', 'UnschedulableAndUnresolvable']).optional(),
          reasons: z.array(z.string()),
          scores: z.record(z.string(), ruleScore).describe('by plugin; a plugin that skips itself is absent'),
          total: z.number().optional().describe('sum of normalised scores times weights'),
        }),
      )
      .describe('One entry for every node, in snapshot order'),
    nearestMiss: z
      .array(z.strictObject({ node: z.string(), changes: z.array(z.string()).describe('the smallest changes that would let the pod fit') }))
      .describe('Best first; empty when some node is feasible'),
    notModelled,
  })
  .describe('The answer of `plimsoll explain`: what every node says to one pod');

const summaryOfNodes = count.describe('nodes that were looked at');
const seconds = z.number().min(0).describe('reading the input excluded');
const nearestMiss = z.array(z.strictObject({ node: z.string(), changes: z.array(z.string()) }));

export const fitSchema: z.ZodType<Fit> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Fit'),
    provenance,
    replicas: count.describe('copies of all templates that were placed'),
    rounds: count.describe('complete rounds: each template as often as its count says'),
    maxLimit: count.optional().describe('the rounds asked for; absent: as many as fit'),
    failReason: z.strictObject({
      failType: z.enum(['Unschedulable', 'LimitReached']),
      failMessage: z.string().describe('as in the FailedScheduling event, without preemption, which is not tried'),
      podName: z.string().optional().describe('the template whose next copy fits nowhere'),
      failSummary: z.array(z.strictObject({ reason: z.string(), count: count.describe('nodes that give it') })),
    }),
    pods: z.array(
      z.strictObject({
        podName: z.string(),
        namespace: z.string(),
        count: z.int().min(1).describe('copies in each round'),
        requirements: z.record(z.string(), z.string()).describe('what one copy asks for, by resource'),
        replicas: count,
        replicasOnNodes: z.array(z.strictObject({ nodeName: z.string(), replicas: count })).describe('in snapshot order'),
      }),
    ),
    nearestMiss: nearestMiss.describe('the smallest changes that would let the next copy fit, best first; empty in very large clusters'),
    summary: z.strictObject({ nodes: summaryOfNodes, pending: count.describe('pods that wait and take no room'), seconds }),
    notModelled,
  })
  .describe('The answer of `plimsoll fit`: how many more copies of pods fit, where, and what stops the next one');

const preemptedPods = z
  .array(
    z.strictObject({
      ...podReference,
      node: z.string(),
      by: z.string().describe('the pod that takes its place'),
      to: z.string().optional().describe('where it goes in turn'),
    }),
  )
  .describe('Pods elsewhere that are evicted for the sake of more important ones');

const drainPod = z.strictObject({ ...podReference, node: z.string(), reason: z.string() });

export const drainSchema: z.ZodType<Drain> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Drain'),
    provenance,
    drained: z.boolean().describe('every node is drained and every evicted pod has a node'),
    nodes: z.array(
      z.strictObject({
        name: z.string(),
        drained: z.boolean().describe('nothing is left on it but what was ignored'),
        evictions: count,
        waves: count.describe('times that evictions had to wait for a budget, plus one'),
      }),
    ),
    steps: z
      .array(
        z.strictObject({
          ...podReference,
          node: z.string(),
          wave: z.int().min(1).describe('evictions of one wave are asked for at once; the next waits until its pods are on their nodes'),
          budget: z.string().optional().describe('the PodDisruptionBudget that was charged'),
          to: z.string().optional().describe('the node that the pod goes to'),
          message: z.string().optional().describe('why it waits, as in the FailedScheduling event'),
          deleted: z.literal(true).optional().describe('no controller makes it again'),
        }),
      )
      .describe('Evictions in their order'),
    blocked: z.array(drainPod).describe('What stops the drain'),
    ignored: z.array(drainPod).describe('What stays, or goes by itself'),
    warnings: z.array(drainPod).describe('What kubectl drain warns about'),
    preempted: preemptedPods,
    groups: z.array(z.array(z.string())).describe('Nodes of one group can be drained at the same time'),
    summary: z.strictObject({
      nodes: count,
      evictions: count,
      placed: count,
      pending: count.describe('evicted pods without a node'),
      pendingBefore: count.describe('pods that had no room before anything was evicted'),
      seconds,
    }),
    notModelled,
  })
  .describe('The answer of `plimsoll drain`: in which order pods leave nodes, where each goes, and what stops that');

const share = z.number().min(0).max(1);

export const survivalSchema: z.ZodType<Survival> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Survival'),
    provenance,
    survives: z.boolean().describe('every loss is survived'),
    domain: z.string().describe('the label that names the domains; node: each node is one'),
    losses: z.int().min(1).describe('domains lost at once'),
    results: z
      .array(
        z.strictObject({
          domains: z.array(z.string()),
          survived: z.boolean(),
          nodes: count.describe('nodes that are lost'),
          pods: count.describe('pods that are lost, without those that belong to their node'),
          pending: z
            .array(
              z.strictObject({
                ...podReference,
                message: z.string().describe('as in the FailedScheduling event'),
                preempted: z.literal(true).optional().describe('it was not lost itself: a more important pod took its place'),
              }),
            )
            .describe('pods that have a node before the loss and none after it'),
          preempted: count.describe('pods elsewhere that more important ones evict'),
          budgets: z
            .array(z.strictObject({ ...podReference, healthy: count, needed: count, services: z.array(z.string()) }))
            .describe('PodDisruptionBudgets below their minimum at the moment of the loss, with the Services that select lost pods'),
          free: z.strictObject({ cpu: share, memory: share }).describe('share of what remains that nobody asks for afterwards'),
        }),
      )
      .describe('Worst first'),
    loadPercent: count
      .optional()
      .describe("the largest percentage of today's load at which every loss is survived; 0: room is not the reason"),
    summary: z.strictObject({
      nodes: count,
      domains: count,
      survived: count,
      pendingBefore: count.describe('pods that have no node before anything is lost'),
      uncontrolled: count.describe('pods without a controller, placed again as if something made them anew'),
      seconds,
    }),
    notModelled,
  })
  .describe('The answer of `plimsoll survive`: what happens when failure domains are lost');

export const rolloutSchema: z.ZodType<Rollout> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Rollout'),
    provenance,
    workload: z.strictObject({ kind: z.enum(['Deployment', 'StatefulSet']), ...podReference }),
    completes: z.boolean(),
    reason: z.string().optional().describe('where and why it stops; absent when it completes'),
    remedy: z.string().optional().describe('a change of the strategy with which it would complete'),
    strategy: z.strictObject({
      type: z.string(),
      replicas: count,
      maxSurge: count.optional().describe('in pods'),
      maxUnavailable: count.optional().describe('in pods'),
      partition: count.optional(),
    }),
    steps: z
      .array(
        z.strictObject({
          action: z.enum(['create', 'delete']),
          revision: z.enum(['old', 'new']),
          pods: z.array(
            z.strictObject({
              ...podReference,
              node: z.string().optional().describe('the node that it goes to, or leaves'),
              message: z.string().optional().describe('why it has none, as in the FailedScheduling event'),
            }),
          ),
          old: count.describe('pods of the old revision after the step'),
          new: count.describe('pods of the new revision after the step'),
          available: count.describe('pods of both with a node after the step'),
        }),
      )
      .describe("Acts of the workload's controller, each followed by the scheduler's"),
    pending: z.array(z.strictObject({ ...podReference, message: z.string() })).describe('pods of the workload without a node at the end'),
    preempted: preemptedPods,
    summary: z.strictObject({
      nodes: count,
      leastAvailable: count.describe('fewest pods of the workload with a node on the way'),
      pendingBefore: count.describe('pods that have no node before the update'),
      seconds,
    }),
    notModelled,
  })
  .describe('The answer of `plimsoll rollout`: whether an update comes to its end');

/** File name in docs/schema to the text of the JSON Schema. Unknown fields are allowed: v1 only ever grows. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const schemas = {
    'schedule.json': scheduleSchema,
    'explanation.json': explanationSchema,
    'fit.json': fitSchema,
    'buy.json': buySchema,
    'drain.json': drainSchema,
    'survival.json': survivalSchema,
    'rollout.json': rolloutSchema,
    'snapshot-diff.json': snapshotDiffSchema,
    'validation.json': validationSchema,
    'compaction.json': compactionSchema,
    ...COMPARE_SCHEMAS,
  };
  return new Map(
    Object.entries(schemas).map(([file, schema]) => {
      const json = z.toJSONSchema(schema, {
        override: ({ jsonSchema }) => {
          if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        },
      });
      return [file, `${withShortLists(JSON.stringify(json, null, 2))}\n`];
    }),
  );
}

/** Lists of words on one line where they fit, as the formatter has them. */
function withShortLists(json: string): string {
  return json.replace(/^(.*)\[\n\s+("[^"\n]*"(?:,\n\s+"[^"\n]*")*)\n\s+\](,?)$/gm, (block, head: string, words: string, comma: string) => {
    const line = `${head}[${words.replace(/,\n\s+/g, ', ')}]${comma}`;
    return line.length <= 140 ? line : block;
  });
}
