import { podRequests } from '../../model/requests.ts';
import { amountOf } from '../../model/resources.ts';
import type { HostSpreadArgs } from '../host-spread.ts';
import type { RuleEncoding } from './encoder.ts';

// Both rules run through their plain twins, and only for pods that they concern: replicas of a controller, and pods that
// ask for a resource that some physical host limits.

export const encodeHostSpread: RuleEncoding<HostSpreadArgs | undefined> = {
  filter(encoder, args) {
    if (args?.mode === 'hard' && encoder.template.owner !== undefined) encoder.hostFilter();
  },
  score(encoder) {
    if (encoder.template.owner !== undefined) encoder.hostScore();
  },
};

export const encodeHostCapacity: RuleEncoding = {
  filter(encoder) {
    const { template, semantics, objects } = encoder;
    const requested = podRequests(template, semantics).fit;
    const capacities = [...(objects.hosts?.capacities.values() ?? [])];
    if (capacities.some((capacity) => [...capacity.keys()].some((name) => amountOf(requested, name) > 0n))) encoder.hostFilter();
  },
};
