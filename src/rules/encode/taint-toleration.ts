import { FILTER_TAINT_TOLERATION, RATE_MAXIMUM_REVERSED } from '../../layout/layout.generated.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import { countSoftTaints, REPELLING_EFFECTS, softTolerations, UNTOLERATED } from '../taint-toleration.ts';
import type { RequestEncoder, RuleEncoding } from './encoder.ts';

export const encodeTaintToleration: RuleEncoding = {
  filter(encoder: RequestEncoder) {
    const { template, semantics } = encoder;
    const comparison = semantics.gates.TaintTolerationComparisonOperators;
    let repelled = false;
    let signature = '';
    const table = encoder.taintTable('u8', (taints) => {
      const isRepelled = untoleratedTaint(taints, template.tolerations, REPELLING_EFFECTS, comparison) !== undefined;
      repelled ||= isRepelled;
      signature += isRepelled ? '1' : '0';
      return isRepelled ? 1 : 0;
    });
    if (repelled) encoder.staticFilter(FILTER_TAINT_TOLERATION, table, [UNTOLERATED], signature);
  },

  score(encoder: RequestEncoder, _args, weight) {
    const soft = softTolerations(encoder.template.tolerations);
    const comparison = encoder.semantics.gates.TaintTolerationComparisonOperators;
    const { address, highest } = encoder.taintLane((taints) => countSoftTaints(taints, soft, comparison));
    if (highest === 0) encoder.constant(100 * weight);
    else encoder.rate(RATE_MAXIMUM_REVERSED, 0, weight, address, []);
  },
};
