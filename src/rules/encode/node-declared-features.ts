import { requiredFeatures } from '../node-declared-features.ts';
import type { RuleEncoding } from './encoder.ts';

export const encodeNodeDeclaredFeatures: RuleEncoding = {
  filter(encoder) {
    if (requiredFeatures(encoder.template, encoder.semantics.kubeVersion).length > 0) encoder.hostFilter();
  },
};
