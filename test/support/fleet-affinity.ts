import {
  type Draw,
  HOSTNAME_KEY,
  type MutableItem,
  NAMESPACES,
  NODE_LABELS,
  POD_LABELS,
  type RawItem,
  TOPOLOGY_KEYS,
  ZONE_KEY,
  ZONES,
} from './fleet-draw.ts';

/** Node label keys with the values that requirements compare with. */
const REQUIREMENT_VALUES: Readonly<Record<string, readonly string[]>> = { ...NODE_LABELS, [ZONE_KEY]: ZONES };
const SKEWS = [1, 1, 1, 2, 3, 5] as const;

/** A label selector over pod labels; undefined = nil, which only an odd cluster draws. */
export function drawSelector(draw: Draw): RawItem | undefined {
  const { prng } = draw;
  if (draw.sometimes('oddSelectors', 1, 4)) return prng.chance(1, 2) ? {} : undefined;
  const selector: MutableItem = {};
  if (prng.chance(2, 3)) {
    const keys = draw.sample(Object.keys(POD_LABELS), prng.chance(1, 4) ? 2 : 1);
    selector.matchLabels = Object.fromEntries(keys.map((key) => [key, prng.pick(POD_LABELS[key] as readonly string[])]));
  }
  if (selector.matchLabels === undefined || prng.chance(1, 4))
    selector.matchExpressions = draw.list(1, 2, () => drawRequirement(draw, POD_LABELS));
  return selector;
}

function drawRequirement(draw: Draw, vocabulary: Readonly<Record<string, readonly string[]>>): RawItem {
  const { prng } = draw;
  const key = prng.pick([...Object.keys(vocabulary), 'absent']);
  const operator = prng.pick(['In', 'In', 'In', 'NotIn', 'Exists', 'DoesNotExist']);
  if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
  const values = vocabulary[key] ?? ['x'];
  return { key, operator, values: draw.sample(values, prng.between(1, values.length)) };
}

/** spec.affinity and the fields beside it that say where a pod wants to be; {} when nothing was drawn. */
export function drawPlacement(draw: Draw, nodeNames: readonly string[], labels: Readonly<Record<string, string>>): MutableItem {
  const { prng } = draw;
  const spec: MutableItem = {};
  const affinity: MutableItem = {};
  if (draw.sometimes('nodeSelector', 1, 4)) spec.nodeSelector = drawNodeSelector(draw);
  const nodeAffinity = drawNodeAffinity(draw, nodeNames);
  if (nodeAffinity !== undefined) affinity.nodeAffinity = nodeAffinity;
  const podAffinity = drawPodAffinity(draw, 'podAffinity', 'preferredPodAffinity', labels);
  if (podAffinity !== undefined) affinity.podAffinity = podAffinity;
  const antiAffinity = drawPodAffinity(draw, 'antiAffinity', 'preferredAntiAffinity', labels);
  if (antiAffinity !== undefined) affinity.podAntiAffinity = antiAffinity;
  if (Object.keys(affinity).length > 0) spec.affinity = affinity;
  if (draw.sometimes('tolerations', 2, 3)) spec.tolerations = draw.list(1, 3, () => drawToleration(draw));
  const constraints = drawSpread(draw, labels);
  if (constraints.length > 0) spec.topologySpreadConstraints = constraints;
  if (draw.has('hardSpread') && constraints.length === 0 && prng.chance(1, 10)) spec.topologySpreadConstraints = [];
  return spec;
}

function drawNodeSelector(draw: Draw): RawItem {
  if (draw.sometimes('oddSelectors', 1, 5)) return {};
  const key = draw.prng.pick(Object.keys(REQUIREMENT_VALUES));
  return { [key]: draw.prng.pick(REQUIREMENT_VALUES[key] as readonly string[]) };
}

function drawNodeAffinity(draw: Draw, nodeNames: readonly string[]): RawItem | undefined {
  const affinity: MutableItem = {};
  if (draw.sometimes('requiredNodeAffinity', 1, 3) || draw.sometimes('matchFields', 1, 8)) {
    affinity.requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: draw.list(1, 3, () => drawNodeTerm(draw, nodeNames)) };
  }
  if (draw.sometimes('preferredNodeAffinity', 1, 3)) {
    affinity.preferredDuringSchedulingIgnoredDuringExecution = draw.list(draw.has('oddSelectors') ? 0 : 1, 3, () => ({
      weight: draw.prng.between(1, 100),
      preference: drawNodeTerm(draw, nodeNames),
    }));
  }
  return Object.keys(affinity).length > 0 ? affinity : undefined;
}

function drawNodeTerm(draw: Draw, nodeNames: readonly string[]): RawItem {
  const { prng } = draw;
  if (draw.sometimes('oddSelectors', 1, 8)) return {};
  const term: MutableItem = {};
  if (draw.sometimes('matchFields', 1, 2) && nodeNames.length > 0) {
    const name = prng.chance(1, 8) ? 'node-nowhere' : prng.pick(nodeNames);
    term.matchFields = [{ key: 'metadata.name', operator: prng.chance(3, 4) ? 'In' : 'NotIn', values: [name] }];
  }
  if (term.matchFields === undefined || prng.chance(1, 4)) term.matchExpressions = draw.list(1, 2, () => drawNodeRequirement(draw));
  return term;
}

function drawNodeRequirement(draw: Draw): RawItem {
  if (!draw.prng.chance(1, 4)) return drawRequirement(draw, REQUIREMENT_VALUES);
  return { key: 'cpu-gen', operator: draw.prng.pick(['Gt', 'Lt']), values: [draw.prng.pick(['0', '4', '007', '9223372036854775806'])] };
}

function drawToleration(draw: Draw): RawItem {
  const { prng } = draw;
  const effect = prng.pick(['', '', 'NoSchedule', 'PreferNoSchedule', 'NoExecute']);
  const toleration: MutableItem = effect === '' ? {} : { effect };
  if (prng.chance(1, 8)) return { ...toleration, operator: 'Exists' };
  toleration.key = prng.pick(['dedicated', 'maintenance', 'node.kubernetes.io/unschedulable', 'level']);
  if (draw.sometimes('comparisonTolerations', 1, 3)) {
    return { ...toleration, operator: prng.pick(['Lt', 'Gt']), value: prng.pick(['0', '3', '7', '-5', '9223372036854775807']) };
  }
  if (prng.chance(1, 2)) return { ...toleration, operator: 'Exists' };
  const value = prng.pick(['gpu', 'infra', '', '7']);
  if (value !== '') toleration.value = value;
  return prng.chance(1, 3) ? toleration : { ...toleration, operator: 'Equal' };
}

type AffinityFeature = 'podAffinity' | 'antiAffinity';
type PreferenceFeature = 'preferredPodAffinity' | 'preferredAntiAffinity';

function drawPodAffinity(
  draw: Draw,
  required: AffinityFeature,
  preferred: PreferenceFeature,
  labels: Readonly<Record<string, string>>,
): RawItem | undefined {
  const affinity: MutableItem = {};
  if (draw.sometimes(required, 1, 3)) {
    affinity.requiredDuringSchedulingIgnoredDuringExecution = draw.list(1, 2, () => drawPodTerm(draw, labels));
  }
  if (draw.sometimes(preferred, 1, 3)) {
    affinity.preferredDuringSchedulingIgnoredDuringExecution = draw.list(1, 3, () => ({
      weight: draw.prng.between(1, 100),
      podAffinityTerm: drawPodTerm(draw, labels),
    }));
  }
  if (Object.keys(affinity).length > 0) return affinity;
  return draw.sometimes(required, 1, 12) ? {} : undefined;
}

function drawPodTerm(draw: Draw, labels: Readonly<Record<string, string>>): RawItem {
  const { prng } = draw;
  const term: MutableItem = { topologyKey: prng.chance(2, 3) ? prng.pick([HOSTNAME_KEY, ZONE_KEY]) : prng.pick(TOPOLOGY_KEYS) };
  // Half of all terms select the pod itself, as real ones do.
  const own = prng.chance(1, 2) && labels.app !== undefined;
  const selector = own ? { matchLabels: { app: labels.app as string } } : drawSelector(draw);
  if (selector !== undefined) term.labelSelector = selector;
  if (own && draw.sometimes('matchLabelKeys', 1, 3)) term[prng.pick(['matchLabelKeys', 'mismatchLabelKeys'])] = ['tier'];
  if (!draw.has('namespaceSelectors')) return term;
  if (prng.chance(1, 3)) term.namespaces = draw.sample(NAMESPACES, prng.between(1, 2));
  if (prng.chance(1, 2)) term.namespaceSelector = drawNamespaceSelector(draw);
  return term;
}

function drawNamespaceSelector(draw: Draw): RawItem {
  const { prng } = draw;
  const roll = prng.below(5);
  if (roll === 0) return {};
  if (roll === 1) return { matchLabels: { team: prng.pick(['red', 'blue']) } };
  if (roll === 2) return { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['red'] }] };
  if (roll === 3) return { matchExpressions: [{ key: 'team', operator: prng.pick(['Exists', 'DoesNotExist']) }] };
  return { matchLabels: { 'kubernetes.io/metadata.name': prng.pick(NAMESPACES) } };
}

function drawSpread(draw: Draw, labels: Readonly<Record<string, string>>): RawItem[] {
  const constraints = new Map<string, RawItem>();
  for (const [feature, whenUnsatisfiable] of [
    ['hardSpread', 'DoNotSchedule'],
    ['softSpread', 'ScheduleAnyway'],
  ] as const) {
    if (!draw.sometimes(feature, 1, 2)) continue;
    for (let i = draw.prng.between(1, 2); i > 0; i--) {
      const constraint = drawConstraint(draw, whenUnsatisfiable, labels);
      constraints.set(`${constraint.topologyKey}/${whenUnsatisfiable}`, constraint);
    }
  }
  return draw.prng.shuffle([...constraints.values()]);
}

function drawConstraint(draw: Draw, whenUnsatisfiable: string, labels: Readonly<Record<string, string>>): RawItem {
  const { prng } = draw;
  const topologyKey = prng.chance(2, 3) ? prng.pick([HOSTNAME_KEY, ZONE_KEY]) : prng.pick(TOPOLOGY_KEYS);
  const constraint: MutableItem = { maxSkew: prng.pick(SKEWS), topologyKey, whenUnsatisfiable };
  const own = prng.chance(1, 2) && labels.app !== undefined;
  const selector = own ? { matchLabels: { app: labels.app as string } } : drawSelector(draw);
  if (selector !== undefined) constraint.labelSelector = selector;
  if (own && draw.sometimes('matchLabelKeys', 1, 3)) constraint.matchLabelKeys = prng.pick([['version'], ['tier', 'absent']]);
  if (whenUnsatisfiable === 'DoNotSchedule' && draw.sometimes('minDomains', 1, 3)) constraint.minDomains = prng.between(1, 6);
  if (draw.sometimes('spreadPolicies', 1, 2)) constraint.nodeAffinityPolicy = prng.pick(['Honor', 'Ignore']);
  if (draw.sometimes('spreadPolicies', 1, 2)) constraint.nodeTaintsPolicy = prng.pick(['Honor', 'Ignore']);
  return constraint;
}
