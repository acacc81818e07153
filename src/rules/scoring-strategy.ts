import { assert } from '../base/assert.ts';
import type { Allocation, ResourceSpec } from './resource-allocation.ts';

/** One point of the function of RequestedToCapacityRatio, as configured. */
export interface ShapePoint {
  /** Percent, 0 to 100, strictly ascending along the shape. */
  readonly utilization: number;
  /** 0 to 10. */
  readonly score: number;
}

/** ScoringStrategy of NodeResourcesFitArgs. */
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceSpec[];
  /** Present exactly with RequestedToCapacityRatio. */
  readonly shape?: readonly ShapePoint[];
}

/** Configured scores run to 10, node scores to 100. */
export const SHAPE_SCORE_SCALE = 10;

/** Score 0 to 100 of one node under the strategy (specification 8.8). */
export function strategyScore(strategy: ScoringStrategy, allocations: readonly Allocation[]): number {
  switch (strategy.type) {
    case 'LeastAllocated':
      return weightedMean(allocations, leastAllocated);
    case 'MostAllocated':
      return weightedMean(allocations, mostAllocated);
    case 'RequestedToCapacityRatio': {
      const { shape } = strategy;
      assert(shape && shape.length > 0, 'RequestedToCapacityRatio has a shape');
      return capacityRatio(allocations, shape);
    }
  }
}

function leastAllocated({ capacity, total }: Allocation): number {
  return total > capacity ? 0 : Number(((capacity - total) * 100n) / capacity);
}

function mostAllocated({ capacity, total }: Allocation): number {
  return Number(((total > capacity ? capacity : total) * 100n) / capacity);
}

/** Whole-number weighted mean, truncated; 0 without resources. */
function weightedMean(allocations: readonly Allocation[], score: (allocation: Allocation) => number): number {
  let sum = 0;
  let weights = 0;
  for (const allocation of allocations) {
    sum += score(allocation) * allocation.weight;
    weights += allocation.weight;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

/** Resources that score 0 are left out of the weights too; the mean is rounded, not truncated. */
function capacityRatio(allocations: readonly Allocation[], shape: readonly ShapePoint[]): number {
  let sum = 0;
  let weights = 0;
  for (const { capacity, total, weight } of allocations) {
    const utilization = total > capacity ? 100 : Number((total * 100n) / capacity);
    const score = shapeScore(shape, utilization);
    if (score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.round(sum / weights);
}

/** The broken line through the points, 0 to 100, flat beyond both ends; whole numbers, truncated toward zero on every slope. */
export function shapeScore(shape: readonly ShapePoint[], utilization: number): number {
  const at = shape.findIndex((point) => utilization <= point.utilization);
  if (at < 0) return (shape[shape.length - 1] as ShapePoint).score * SHAPE_SCORE_SCALE;
  const right = shape[at] as ShapePoint;
  if (at === 0) return right.score * SHAPE_SCORE_SCALE;
  const left = shape[at - 1] as ShapePoint;
  const rise = (right.score - left.score) * SHAPE_SCORE_SCALE;
  return left.score * SHAPE_SCORE_SCALE + Math.trunc((rise * (utilization - left.utilization)) / (right.utilization - left.utilization));
}
