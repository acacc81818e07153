import {
  FILTER_NODE_RESOURCES_FIT,
  FIT_BYTES,
  FIT_REQUEST_ALLOCATABLE,
  FIT_REQUEST_AMOUNT,
  FIT_REQUEST_BYTES,
  FIT_REQUEST_COUNT,
  FIT_REQUEST_USED,
  FIT_REQUESTS,
  SCORE_LEAST_ALLOCATED,
  SCORE_MOST_ALLOCATED,
  SCORE_REQUESTED_TO_CAPACITY_RATIO,
  SHARES_SHAPE,
  SHARES_SHAPE_COUNT,
} from '../../layout/layout.generated.ts';
import { podRequests } from '../../model/requests.ts';
import { comparedRequests, type NodeResourcesFitArgs, refusesSidecars } from '../node-resources-fit.ts';
import { requestsOf } from '../resource-allocation.ts';
import { unschedulable } from '../rule.ts';
import { SHAPE_SCORE_SCALE } from '../scoring-strategy.ts';
import type { RequestEncoder, RuleEncoding } from './encoder.ts';
import { sharesOf, sharesSignature, writeShares } from './shares.ts';

/** Bits 1 to 30 of a diagnosis name the insufficient requests. */
const REQUESTS_MAX = 30;

const SCORE_KERNELS = {
  LeastAllocated: SCORE_LEAST_ALLOCATED,
  MostAllocated: SCORE_MOST_ALLOCATED,
  RequestedToCapacityRatio: SCORE_REQUESTED_TO_CAPACITY_RATIO,
} as const;

export const encodeNodeResourcesFit: RuleEncoding<NodeResourcesFitArgs> = {
  filter(encoder, args) {
    const { template, semantics } = encoder;
    const requests = comparedRequests(podRequests(template, semantics).fit, args);
    const refused = refusesSidecars(template, semantics);
    if (refused || requests.length > REQUESTS_MAX) {
      encoder.hostFilter();
      return;
    }
    const address = encoder.allocate(FIT_BYTES);
    const list = encoder.allocate(requests.length * FIT_REQUEST_BYTES);
    encoder.u32(address + FIT_REQUESTS, list);
    encoder.u32(address + FIT_REQUEST_COUNT, requests.length);
    requests.forEach(([name, amount], i) => {
      const at = list + i * FIT_REQUEST_BYTES;
      const columns = encoder.resource(name);
      encoder.u32(at + FIT_REQUEST_ALLOCATABLE, columns.allocatable);
      encoder.u32(at + FIT_REQUEST_USED, columns.used);
      encoder.i64(at + FIT_REQUEST_AMOUNT, amount);
    });
    encoder.localFilter(
      FILTER_NODE_RESOURCES_FIT,
      address,
      [unschedulable()],
      requests.map(([name, amount]) => `${name}\u0000${amount}`).join('\u0000'),
      requests.map(([name]) => name),
    );
  },

  score(encoder: RequestEncoder, args, weight) {
    const { scoringStrategy } = args;
    const requests = requestsOf(scoringStrategy.resources, podRequests(encoder.template, encoder.semantics).score);
    if (encoder.anyNegative || requests.some((request) => request < 0n)) {
      encoder.hostScore();
      return;
    }
    const shares = sharesOf(scoringStrategy.resources, requests);
    const address = writeShares(encoder, shares, false);
    const { shape } = scoringStrategy;
    if (scoringStrategy.type === 'RequestedToCapacityRatio' && shape) {
      const list = encoder.allocate(shape.length * 16);
      encoder.u32(address + SHARES_SHAPE, list);
      encoder.u32(address + SHARES_SHAPE_COUNT, shape.length);
      shape.forEach((point, i) => {
        encoder.i64(list + i * 16, BigInt(point.utilization));
        encoder.i64(list + i * 16 + 8, BigInt(point.score * SHAPE_SCORE_SCALE));
      });
    }
    const curve = shape ? shape.map(({ utilization, score }) => `${utilization}>${score}`).join() : '';
    encoder.localScore(SCORE_KERNELS[scoringStrategy.type], address, weight, `${sharesSignature(shares)}${curve}`);
  },
};
