import { SCORE_BALANCED_ALLOCATION, SHARES_BEFORE } from '../../layout/layout.generated.ts';
import { isSince } from '../../model/gates.ts';
import { podRequests } from '../../model/requests.ts';
import type { BalancedAllocationArgs } from '../node-resources-balanced-allocation.ts';
import { requestsOf } from '../resource-allocation.ts';
import type { RuleEncoding } from './encoder.ts';
import { sharesOf, sharesSignature, writeShares } from './shares.ts';

export const encodeBalancedAllocation: RuleEncoding<BalancedAllocationArgs> = {
  score(encoder, args, weight) {
    const requests = requestsOf(args.resources, podRequests(encoder.template, encoder.semantics).balanced);
    if (requests.every((request) => request === 0n)) return;
    if (encoder.anyNegative || requests.some((request) => request < 0n)) {
      encoder.hostScore();
      return;
    }
    const shares = sharesOf(args.resources, requests);
    const address = writeShares(encoder, shares, true);
    const relative = isSince(encoder.semantics.kubeVersion, '1.36');
    if (relative) encoder.u32(address + SHARES_BEFORE, encoder.balanceColumn(shares.map(({ name }) => name)));
    encoder.localScore(SCORE_BALANCED_ALLOCATION, address, weight, sharesSignature(shares));
  },
};
