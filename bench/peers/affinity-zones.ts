import type { Pod, PodTemplate } from '../../src/model/pod.ts';
import { podTerms, termMatches } from '../../src/rules/inter-pod-affinity-terms.ts';

const ZONE = 'topology.kubernetes.io/zone';

/**
 * Pods that want to be in the zone of pods like themselves, none of which runs anywhere yet: the first may choose, and the others follow. So each such
 * set of pods is given a zone, the zones in turn. The others stay as they are. O(pods).
 */
export function withAffinityZones(pods: readonly Pod[], zones: readonly string[]): Pod[] {
  const chosen = new Map<string, string>();
  const pinned = new Map<PodTemplate, PodTemplate>();
  return pods.map((pod) => {
    const { template } = pod;
    let other = pinned.get(template);
    if (!other) {
      other = pin(template, zones, chosen);
      pinned.set(template, other);
    }
    return other === template ? pod : { ...pod, template: other };
  });
}

function pin(template: PodTemplate, zones: readonly string[], chosen: Map<string, string>): PodTemplate {
  const term = podTerms(template).requiredAffinity.find(({ topologyKey }) => topologyKey === ZONE);
  if (!term || !termMatches(term, template)) return template;
  const key = JSON.stringify([template.namespace, term.source]);
  const zone = chosen.get(key) ?? (zones[chosen.size % zones.length] as string);
  chosen.set(key, zone);
  return { ...template, nodeSelector: new Map([...(template.nodeSelector ?? []), [ZONE, zone]]) };
}
