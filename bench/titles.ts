import type { Target } from './scenarios.ts';
import { compact, duration } from './table.ts';

/** What docs/performance.md calls the scenarios; others are not shown there. */
export const TITLES: Readonly<Record<string, string>> = {
  'one-class-10k': 'one class, no spreading',
  'one-class-100k': 'one class, no spreading',
  '64-classes-100k': '64 classes in random order',
  'sharing-10k': '1,000 Deployments with ten requests, random order',
  'sharing-services-10k': 'the same with Services',
  'default-spread-5k': 'Deployments of 50 with Services',
  'default-spread-10k': 'the same',
  'zone-spread-5k': 'zone spread DoNotSchedule',
  'required-anti-5k': 'required anti-affinity, hostname',
  'preferred-anti-5k': 'preferred anti-affinity',
  'unique-5k': 'every pod unique',
  'unique-100k': 'every pod unique',
  'unschedulable-5k': 'every other pod fits nowhere',
  'preemption-5k': 'preemptors of one class',
  'preemption-50-classes-5k': 'preemptors of 50 classes',
  'generated-mix': 'a generated cluster with everything',
  'host-port-conflict-20k': "upstream's HostPortConflict",
  'resource-saturation-20k': "upstream's ResourceSaturation",
  'alternating-signatures-20k': "upstream's AlternatingSignatures",
  '10k-classes-10k': '10,000 live classes',
  '10k-services-10k': '10,000 live classes with Services',
  'million-pods': '1,000 Deployments with Services',
  'million-nodes': 'every pod unique',
};

/** `2 M, 300 k total`. */
export function goalText({ decide, total, seconds, p99Nanoseconds, coreMiB }: Target): string {
  return [
    ...(decide === undefined ? [] : [`${compact(decide)} decide`]),
    ...(total === undefined ? [] : [`${compact(total)} total`]),
    ...(seconds === undefined ? [] : [`${seconds} s`]),
    ...(p99Nanoseconds === undefined ? [] : [`p99 ${duration(p99Nanoseconds)}`]),
    ...(coreMiB === undefined ? [] : [`${coreMiB} MiB`]),
  ].join(', ');
}
