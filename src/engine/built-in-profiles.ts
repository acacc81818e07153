import { PlimsollError } from '../base/errors.ts';
import { nearest } from './nearest.ts';

/** Profile names to KubeSchedulerConfigurations; undefined = upstream's default profile as it is. */
const BUILT_IN: ReadonlyMap<string, object | undefined> = new Map<string, object | undefined>([
  ['kubernetes', undefined],
  [
    'plimsoll',
    {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [
        {
          schedulerName: 'default-scheduler',
          // The default plugins and two rules that upstream lacks: replicas apart over physical hosts, hosts not overbooked.
          plugins: { multiPoint: { enabled: [{ name: 'HostSpread', weight: 2 }, { name: 'HostCapacity' }] } },
        },
      ],
    },
  ],
]);

/** The configuration of a built-in profile. @throws PlimsollError NOT_FOUND. */
export function builtInConfiguration(name: string): object | undefined {
  if (BUILT_IN.has(name)) return BUILT_IN.get(name);
  const similar = nearest(name, BUILT_IN.keys());
  const hint = similar === undefined ? `built-in profiles: ${[...BUILT_IN.keys()].join(', ')}` : `did you mean ${similar}?`;
  throw new PlimsollError('NOT_FOUND', 'there is no such built-in profile', { path: 'profile', value: name, hint });
}
