import { SCORE_BALANCED_ALLOCATION, SHARES_RELATIVE } from '../../layout/layout.generated.ts';
import { podRequests } from '../../model/requests.ts';
import type { BalancedAllocationArgs } from '../node-resources-balanced-allocation.ts';
import { requestsOf } from '../resource-allocation.ts';
import type { RuleEncoding } from './encoder.ts';
import { writeShares } from './shares.ts';

export const encodeBalancedAllocation: RuleEncoding<BalancedAllocationArgs> = {
  score(encoder, args, weight) {
    const requests = requestsOf(args.resources, podRequests(encoder.template, encoder.semantics.gates).balanced);
    if (requests.every((request) => request === 0n)) return;
    const address = writeShares(encoder, args.resources, requests, true);
    encoder.u32(address + SHARES_RELATIVE, encoder.semantics.kubeVersion === '1.36' ? 1 : 0);
    encoder.localScore(SCORE_BALANCED_ALLOCATION, address, weight);
  },
};
