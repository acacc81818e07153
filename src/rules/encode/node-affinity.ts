import { FILTER_NODE_AFFINITY, RATE_MAXIMUM } from '../../layout/layout.generated.ts';
import { preferredTermsProblem } from '../../model/match.ts';
import {
  hasRequiredAffinity,
  type NodeAffinityArgs,
  namedNodes,
  preferredTerms,
  REASON_CONFLICT,
  REASON_ENFORCED,
  REASON_POD,
} from '../node-affinity.ts';
import { unresolvable } from '../rule.ts';
import type { RequestEncoder, RuleEncoding } from './encoder.ts';
import { writeTerms } from './node-terms.ts';

export const encodeNodeAffinity: RuleEncoding<NodeAffinityArgs> = {
  filter(encoder, args) {
    const { template } = encoder;
    if (!hasRequiredAffinity(template, args)) return;
    const named = namedNodes(template.nodeAffinity?.required ?? []);
    if (named?.size === 0) {
      encoder.refuse(unresolvable(REASON_CONFLICT));
      return;
    }
    if (named) encoder.narrow(named, unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]"));
    const added = args.addedAffinity?.required;
    if (added) {
      const params = writeTerms(
        encoder,
        undefined,
        added.map((term) => ({ term, weight: 0 })),
      );
      encoder.staticFilter(FILTER_NODE_AFFINITY, params, [unresolvable(REASON_ENFORCED)], JSON.stringify(added));
    }
    const { nodeSelector } = template;
    const required = template.nodeAffinity?.required;
    const params = writeTerms(
      encoder,
      nodeSelector,
      required?.map((term) => ({ term, weight: 0 })),
    );
    const signature = JSON.stringify([[...(nodeSelector ?? [])], required]);
    encoder.staticFilter(FILTER_NODE_AFFINITY, params, [unresolvable(REASON_POD)], signature);
  },

  score(encoder: RequestEncoder, args, weight) {
    const terms = preferredTerms(encoder.template, args);
    if (!terms || terms.length === 0) return;
    if (preferredTermsProblem(encoder.template.nodeAffinity?.preferred ?? []) !== undefined) {
      encoder.hostScore();
      return;
    }
    const weighted = terms.filter((term) => term.weight !== 0).map((term) => ({ term: term.preference, weight: term.weight }));
    encoder.rate(RATE_MAXIMUM, 0, weight, encoder.termLane(writeTerms(encoder, undefined, weighted)), []);
  },
};
