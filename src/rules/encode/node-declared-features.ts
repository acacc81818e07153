import type { RuleEncoding } from './encoder.ts';

export const encodeNodeDeclaredFeatures: RuleEncoding = {
  filter(encoder) {
    if ((encoder.template.requiredFeatures?.length ?? 0) > 0) encoder.hostFilter();
  },
};
