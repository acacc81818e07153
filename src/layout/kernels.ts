// The kernels of the core, by family; part of the layout table.

/** One kernel of the core. Its number is its position in the family's list plus one; 0 is none. */
export interface Kernel {
  /** Name of the constant: `FILTER_NODE_NAME` for family FILTER and name nodeName. */
  readonly name: string;
  /** File under assembly/rules, without ending. */
  readonly file: string;
  readonly run: string;
  /** Function that works out what all rows share before a run over all of them; counting filters only. */
  readonly prepare?: string;
}

/**
 * Filters are `(params, code, begin, end, lane)` and lower verdicts; scores are `(params, weight, begin, end, lane)` and add to the local lane.
 * `npm run layout` writes the dispatch to assembly/kernels.generated.ts.
 */
export const KERNELS: { readonly FILTER: readonly Kernel[]; readonly SCORE: readonly Kernel[] } = {
  FILTER: [
    { name: 'nodeUnschedulable', file: 'node-unschedulable', run: 'filterNodeUnschedulable' },
    { name: 'taintToleration', file: 'taint-toleration', run: 'filterTaintToleration' },
    { name: 'nodeAffinity', file: 'node-affinity', run: 'filterNodeAffinity' },
    { name: 'rowCount', file: 'row-count', run: 'filterRowCount' },
    { name: 'hostLane', file: 'host-lane', run: 'filterHostLane' },
    { name: 'nodeResourcesFit', file: 'node-resources-fit', run: 'filterNodeResourcesFit' },
    { name: 'podTopologySpread', file: 'pod-topology-spread', run: 'filterSpread', prepare: 'prepareSpreadHard' },
    { name: 'interPodAffinity', file: 'inter-pod-affinity', run: 'filterPodAffinity' },
  ],
  SCORE: [
    { name: 'leastAllocated', file: 'resource-shares', run: 'scoreLeastAllocated' },
    { name: 'mostAllocated', file: 'resource-shares', run: 'scoreMostAllocated' },
    { name: 'requestedToCapacityRatio', file: 'resource-shares', run: 'scoreRequestedToCapacityRatio' },
    { name: 'balancedAllocation', file: 'node-resources-balanced-allocation', run: 'scoreBalancedAllocation' },
    { name: 'staticLane', file: 'host-lane', run: 'scoreStaticLane' },
  ],
};

/** How raw values of a normalised score come about; see assembly/evaluate.ts. Number = position plus one. */
export const RATES = ['maximum', 'maximumReversed', 'podTopologySpread', 'interPodAffinity'] as const;
