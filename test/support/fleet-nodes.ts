import {
  BETA_REGION_KEY,
  BETA_ZONE_KEY,
  type Draw,
  HOSTNAME_KEY,
  type MutableItem,
  NODE_LABELS,
  type RawItem,
  REGION_KEY,
  TAINT_EFFECTS,
  ZONE_KEY,
  ZONES,
} from './fleet-draw.ts';

export const IMAGES = [
  'registry.example/web:1',
  'registry.example/api:2',
  'registry.example/cache:latest',
  'registry.example/db@sha256:ab12',
  'busybox:latest',
];
const IMAGE_BYTES = [1, 24_117_248, 31_457_280, 500_000_000, 1_048_576_000, 9_000_000_000_000] as const;

const CPU_SIZES = ['1', '2', '3920m', '7910m', '16', '32', '1500m'] as const;
const MEMORY_SIZES = ['1Gi', '2Gi', '15Gi', '29Gi', '33292288Ki', '64G', '1.5Gi'] as const;
/** Beyond 2^46, where scores leave doubles; a hundred times as much is still an int64. */
const HUGE_CPU = ['900000000000', '80T', '70368744177.665'] as const;
const HUGE_MEMORY = ['90000000000000', '80P', '70368744177665', '92P'] as const;
/** Around and beyond 2^63-1, or a hundred times as much is; binary quantities are capped there, cpu counts in thousandths. */
const OVERFLOWING_CPU = ['9223372036854775', '9223372036854775807', '8Ei', '1P'] as const;
const OVERFLOWING_MEMORY = ['9223372036854775807', '8Ei', '16Ei', '5E'] as const;

/** Nodes in input order; names are not in order, because snapshot order must not depend on them. */
export function drawNodes(draw: Draw, count: number): RawItem[] {
  const zoneCount = draw.prng.between(1, ZONES.length);
  const order = draw.prng.shuffle(Array.from({ length: count }, (_, row) => row));
  return order.map((number) => drawNode(draw, `node-${String(number).padStart(3, '0')}`, zoneCount));
}

function drawNode(draw: Draw, name: string, zoneCount: number): RawItem {
  const taints = drawTaints(draw);
  const spec: MutableItem = {};
  if (taints.length > 0) spec.taints = taints;
  if (draw.sometimes('cordons', 1, 6)) spec.unschedulable = true;
  const allocatable = drawAllocatable(draw);
  const status: MutableItem = { allocatable, capacity: allocatable };
  if (draw.has('images')) status.images = drawImages(draw);
  if (draw.sometimes('declaredFeatures', 1, 2))
    status.declaredFeatures = draw.sample(['GuestSwap', 'InPlacePodResize', 'UserNamespaces'], 2);
  const metadata: MutableItem = { name, uid: `uid-${name}` };
  const labels = drawLabels(draw, name, zoneCount);
  if (Object.keys(labels).length > 0) metadata.labels = labels;
  return { apiVersion: 'v1', kind: 'Node', metadata, spec, status };
}

function drawLabels(draw: Draw, name: string, zoneCount: number): Record<string, string> {
  const labels: Record<string, string> = {};
  const { prng } = draw;
  const missing = () => draw.sometimes('missingLabels', 1, 5);
  if (!missing()) labels[HOSTNAME_KEY] = draw.sometimes('missingLabels', 1, 8) ? 'same-host' : name;
  // A skewed fleet has most of its nodes in the first zone.
  const zone = ZONES[draw.sometimes('skewedZones', 3, 4) ? 0 : prng.below(zoneCount)] as string;
  if (draw.has('zones') && !missing()) labels[ZONE_KEY] = zone;
  if (draw.sometimes('betaZones', 1, 2)) labels[BETA_ZONE_KEY] = prng.chance(1, 6) ? '' : prng.chance(1, 4) ? prng.pick(ZONES) : zone;
  if (draw.has('regions') && !missing()) labels[prng.chance(1, 4) ? BETA_REGION_KEY : REGION_KEY] = prng.pick(['east', 'west']);
  if (!draw.has('nodeLabels')) return labels;
  for (const [key, values] of Object.entries(NODE_LABELS)) if (prng.chance(2, 3)) labels[key] = prng.pick(values);
  return labels;
}

function drawTaints(draw: Draw): RawItem[] {
  if (!draw.sometimes('taints', 1, 2)) return [];
  const taints = new Map<string, RawItem>();
  for (let i = draw.prng.between(1, 3); i > 0; i--) {
    const key = draw.prng.pick(['dedicated', 'maintenance', 'node.kubernetes.io/unschedulable', 'level']);
    // The most common taint is a soft one, so that hard clusters stay partly usable.
    const effect = draw.prng.chance(1, 2) ? 'PreferNoSchedule' : draw.prng.pick(TAINT_EFFECTS);
    const value = key === 'level' ? draw.prng.pick(['1', '7', 'x']) : draw.prng.pick(['gpu', 'infra', '']);
    taints.set(`${key}/${effect}`, value === '' ? { key, effect } : { key, value, effect });
  }
  return [...taints.values()];
}

function drawAllocatable(draw: Draw): MutableItem {
  const { prng } = draw;
  const allocatable: MutableItem = {
    cpu: prng.pick(CPU_SIZES),
    memory: prng.pick(MEMORY_SIZES),
    pods: draw.has('fewPodSlots') ? prng.pick(['0', '1', '3', '5', '8']) : prng.pick(['20', '110']),
  };
  if (draw.has('ephemeralStorage')) allocatable['ephemeral-storage'] = prng.pick(['10Gi', '100Gi', '0']);
  if (draw.sometimes('extendedResources', 2, 3)) allocatable['nvidia.com/gpu'] = prng.pick(['0', '1', '4', '8']);
  if (draw.sometimes('extendedResources', 1, 3)) allocatable['example.com/license'] = prng.pick(['2', '1000']);
  if (draw.sometimes('hugepages', 1, 2)) allocatable['hugepages-2Mi'] = prng.pick(['0', '64Mi', '1Gi']);
  if (draw.sometimes('unknownResources', 1, 2)) allocatable['kubernetes.io/batch'] = prng.pick(['1', '39']);
  if (draw.sometimes('hugeCapacity', 1, 3)) allocatable.cpu = prng.pick(HUGE_CPU);
  if (draw.sometimes('hugeCapacity', 1, 3)) allocatable.memory = prng.pick(HUGE_MEMORY);
  if (draw.sometimes('overflow', 1, 3)) allocatable.cpu = prng.pick(OVERFLOWING_CPU);
  if (draw.sometimes('overflow', 1, 3)) allocatable.memory = prng.pick(OVERFLOWING_MEMORY);
  if (draw.sometimes('zeroCapacity', 1, 4)) allocatable[prng.pick(['cpu', 'memory', 'pods'])] = '0';
  if (draw.sometimes('zeroCapacity', 1, 8)) delete allocatable[prng.pick(['cpu', 'memory', 'pods'])];
  return allocatable;
}

function drawImages(draw: Draw): RawItem[] {
  return draw.sample(IMAGES, draw.prng.between(0, IMAGES.length)).map((image) => {
    const names = draw.prng.chance(1, 4) ? [image, `${image}-alias`] : [image];
    return draw.prng.chance(1, 8) ? { names } : { names, sizeBytes: draw.prng.pick(IMAGE_BYTES) };
  });
}
