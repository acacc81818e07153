/** What the schemas of several results share. */
import { z } from 'zod';
import { KUBE_VERSIONS } from '../src/model/gates.ts';

export const count = z.int().min(0);

export const podReference = { namespace: z.string(), name: z.string() };

export const provenance = z
  .strictObject({
    engineVersion: z.string(),
    kubeVersion: z.enum(KUBE_VERSIONS),
    profiles: z.array(z.string()).describe('schedulerName of the profiles that were used'),
    configuration: z.string().describe('content hash of the scheduler configuration and gates; empty for the default profile'),
    tie: z.enum(['first', 'heap', 'seeded']),
    seed: z.number(),
    percentageOfNodesToScore: z.int().min(0).max(100).describe('0: the adaptive share of kube-scheduler'),
    snapshot: z.string().describe('content hash of the snapshot, hex'),
  })
  .describe('What the answer depends on');

export const notModelled = z.array(z.string()).describe('What the input asks for and the answer does not reflect, one sentence each');
