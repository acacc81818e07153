// Kernel numbers to functions. One line per kernel; the numbers come from src/layout/schema.ts.

import {
  FILTER_HOST_LANE, FILTER_INTER_POD_AFFINITY, FILTER_NODE_AFFINITY, FILTER_NODE_NAME, FILTER_NODE_RESOURCES_FIT, FILTER_NODE_UNSCHEDULABLE,
  FILTER_POD_TOPOLOGY_SPREAD, FILTER_REFUSE_ALL, FILTER_ROW_COUNT, FILTER_TAINT_TOLERATION, SCORE_BALANCED_ALLOCATION, SCORE_LEAST_ALLOCATED,
  SCORE_MOST_ALLOCATED, SCORE_REQUESTED_TO_CAPACITY_RATIO, SCORE_STATIC_LANE,
} from './layout.generated';
import { filterNodeUnschedulable } from './rules/node-unschedulable';
import { filterNodeName } from './rules/node-name';
import { filterTaintToleration } from './rules/taint-toleration';
import { filterNodeAffinity } from './rules/node-affinity';
import { filterHostLane, filterRefuseAll, filterRowCount } from './rules/row-count';
import { filterNodeResourcesFit } from './rules/node-resources-fit';
import { scoreLeastAllocated, scoreMostAllocated, scoreRequestedToCapacityRatio } from './rules/resource-shares';
import { scoreBalancedAllocation } from './rules/node-resources-balanced-allocation';
import { scoreStaticLane } from './rules/image-locality';
import { filterSpread, prepareSpreadHard } from './rules/pod-topology-spread';
import { filterPodAffinity } from './rules/inter-pod-affinity';

export function filterKernel(kernel: i32, params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  switch (kernel) {
    case FILTER_NODE_UNSCHEDULABLE: filterNodeUnschedulable(code, begin, end, lane); break;
    case FILTER_NODE_NAME: filterNodeName(params, code, begin, end, lane); break;
    case FILTER_TAINT_TOLERATION: filterTaintToleration(params, code, begin, end, lane); break;
    case FILTER_NODE_AFFINITY: filterNodeAffinity(params, code, begin, end, lane); break;
    case FILTER_ROW_COUNT: filterRowCount(params, code, begin, end, lane); break;
    case FILTER_HOST_LANE: filterHostLane(params, code, begin, end, lane); break;
    case FILTER_NODE_RESOURCES_FIT: filterNodeResourcesFit(params, code, begin, end, lane); break;
    case FILTER_POD_TOPOLOGY_SPREAD: filterSpread(params, code, begin, end, lane); break;
    case FILTER_INTER_POD_AFFINITY: filterPodAffinity(params, code, begin, end, lane); break;
    case FILTER_REFUSE_ALL: filterRefuseAll(code, begin, end, lane); break;
    default: assert(false);
  }
}

/** Work of a counting filter before its rows. */
export function prepareKernel(kernel: i32, params: usize): void {
  if (kernel == FILTER_POD_TOPOLOGY_SPREAD) prepareSpreadHard(params);
}

export function scoreKernel(kernel: i32, params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  switch (kernel) {
    case SCORE_LEAST_ALLOCATED: scoreLeastAllocated(params, weight, begin, end, lane); break;
    case SCORE_MOST_ALLOCATED: scoreMostAllocated(params, weight, begin, end, lane); break;
    case SCORE_REQUESTED_TO_CAPACITY_RATIO: scoreRequestedToCapacityRatio(params, weight, begin, end, lane); break;
    case SCORE_BALANCED_ALLOCATION: scoreBalancedAllocation(params, weight, begin, end, lane); break;
    case SCORE_STATIC_LANE: scoreStaticLane(params, begin, end, lane); break;
    default: assert(false);
  }
}
