import { FILTER_TAINT_TOLERATION, RATE_MAXIMUM_REVERSED } from '../../layout/layout.generated.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import { type Status, unresolvable } from '../rule.ts';
import { countSoftTaints, REPELLING_EFFECTS, softTolerations, taintReason } from '../taint-toleration.ts';
import type { RequestEncoder, RuleEncoding } from './encoder.ts';

/** Distinct reasons that get verdict codes of their own (up to 1.34 the reason names the taint); beyond, the host runs the twin. */
const REASONS_MAX = 64;

export const encodeTaintToleration: RuleEncoding = {
  filter(encoder: RequestEncoder) {
    const { template, semantics } = encoder;
    const comparison = semantics.gates.TaintTolerationComparisonOperators;
    const statuses: Status[] = [];
    const numbers = new Map<string, number>();
    const table = encoder.taintTable('u8', (taints) => {
      const taint = untoleratedTaint(taints, template.tolerations, REPELLING_EFFECTS, comparison);
      if (!taint) return 0;
      const reason = taintReason(taint, semantics.kubeVersion);
      if (!numbers.has(reason)) numbers.set(reason, statuses.push(unresolvable(reason)));
      return Math.min(numbers.get(reason) as number, 255);
    });
    if (statuses.length > REASONS_MAX) encoder.hostFilter();
    else if (statuses.length > 0) encoder.staticFilter(FILTER_TAINT_TOLERATION, table, statuses);
  },

  score(encoder: RequestEncoder, _args, weight) {
    const soft = softTolerations(encoder.template.tolerations);
    const comparison = encoder.semantics.gates.TaintTolerationComparisonOperators;
    const { address, highest } = encoder.taintLane((taints) => countSoftTaints(taints, soft, comparison));
    if (highest === 0) encoder.constant(100 * weight);
    else encoder.rate(RATE_MAXIMUM_REVERSED, 0, weight, address, []);
  },
};
