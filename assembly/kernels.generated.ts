// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.
import { FILTER_NODE_UNSCHEDULABLE, FILTER_TAINT_TOLERATION, FILTER_NODE_AFFINITY, FILTER_ROW_COUNT, FILTER_HOST_LANE, FILTER_NODE_RESOURCES_FIT, FILTER_POD_TOPOLOGY_SPREAD, FILTER_INTER_POD_AFFINITY, SCORE_LEAST_ALLOCATED, SCORE_MOST_ALLOCATED, SCORE_REQUESTED_TO_CAPACITY_RATIO, SCORE_BALANCED_ALLOCATION, SCORE_STATIC_LANE } from './layout.generated';
import { filterNodeUnschedulable } from './rules/node-unschedulable';
import { filterTaintToleration } from './rules/taint-toleration';
import { filterNodeAffinity } from './rules/node-affinity';
import { filterRowCount } from './rules/row-count';
import { filterHostLane, scoreStaticLane } from './rules/host-lane';
import { filterNodeResourcesFit } from './rules/node-resources-fit';
import { filterSpread, prepareSpreadHard } from './rules/pod-topology-spread';
import { filterPodAffinity } from './rules/inter-pod-affinity';
import { scoreLeastAllocated, scoreMostAllocated, scoreRequestedToCapacityRatio } from './rules/resource-shares';
import { scoreBalancedAllocation } from './rules/node-resources-balanced-allocation';

export function filterKernel(kernel: i32, params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  switch (kernel) {
    case FILTER_NODE_UNSCHEDULABLE: filterNodeUnschedulable(params, code, begin, end, lane); break;
    case FILTER_TAINT_TOLERATION: filterTaintToleration(params, code, begin, end, lane); break;
    case FILTER_NODE_AFFINITY: filterNodeAffinity(params, code, begin, end, lane); break;
    case FILTER_ROW_COUNT: filterRowCount(params, code, begin, end, lane); break;
    case FILTER_HOST_LANE: filterHostLane(params, code, begin, end, lane); break;
    case FILTER_NODE_RESOURCES_FIT: filterNodeResourcesFit(params, code, begin, end, lane); break;
    case FILTER_POD_TOPOLOGY_SPREAD: filterSpread(params, code, begin, end, lane); break;
    case FILTER_INTER_POD_AFFINITY: filterPodAffinity(params, code, begin, end, lane); break;
    default: assert(false);
  }
}

/** Work of a counting filter before its rows. */
export function prepareKernel(kernel: i32, params: usize): void {
  switch (kernel) {
    case FILTER_POD_TOPOLOGY_SPREAD: prepareSpreadHard(params); break;
    default: break;
  }
}

export function scoreKernel(kernel: i32, params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  switch (kernel) {
    case SCORE_LEAST_ALLOCATED: scoreLeastAllocated(params, weight, begin, end, lane); break;
    case SCORE_MOST_ALLOCATED: scoreMostAllocated(params, weight, begin, end, lane); break;
    case SCORE_REQUESTED_TO_CAPACITY_RATIO: scoreRequestedToCapacityRatio(params, weight, begin, end, lane); break;
    case SCORE_BALANCED_ALLOCATION: scoreBalancedAllocation(params, weight, begin, end, lane); break;
    case SCORE_STATIC_LANE: scoreStaticLane(params, weight, begin, end, lane); break;
    default: assert(false);
  }
}
