import { FILTER_NODE_UNSCHEDULABLE } from '../../layout/layout.generated.ts';
import { REASON, toleratesCordon } from '../node-unschedulable.ts';
import { unresolvable } from '../rule.ts';
import type { RuleEncoding } from './encoder.ts';

export const encodeNodeUnschedulable: RuleEncoding = {
  filter(encoder) {
    if (!encoder.anyUnschedulable || toleratesCordon(encoder, encoder.semantics)) return;
    encoder.staticFilter(FILTER_NODE_UNSCHEDULABLE, 0, [unresolvable(REASON)], '');
  },
};
