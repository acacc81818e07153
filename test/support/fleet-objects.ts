import { drawSelector } from './fleet-affinity.ts';
import { type Draw, type MutableItem, NAMESPACES, POD_LABELS, type RawItem } from './fleet-draw.ts';

/** Namespaces, Services, controllers and disruption budgets. */
export function drawObjects(draw: Draw): RawItem[] {
  const namespaces = usedNamespaces(draw);
  const items = namespaces.filter((name) => name !== 'lost').map((name) => drawNamespace(draw, name));
  for (const namespace of namespaces) {
    if (draw.has('services')) items.push(...draw.list(0, 3, (index) => drawService(draw, namespace, index)));
    if (draw.has('owners')) items.push(...drawControllers(draw, namespace));
    if (draw.has('budgets')) items.push(...draw.list(0, 2, (index) => drawBudget(draw, namespace, index)));
  }
  return draw.prng.shuffle(items);
}

/** `lost` has pods but no Namespace object. */
export function usedNamespaces(draw: Draw): readonly string[] {
  return draw.has('namespaces') ? NAMESPACES : ['default'];
}

function drawNamespace(draw: Draw, name: string): RawItem {
  const labels: Record<string, string> = { 'kubernetes.io/metadata.name': name };
  if (draw.prng.chance(2, 3)) labels.team = draw.prng.pick(['red', 'blue']);
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function drawService(draw: Draw, namespace: string, index: number): RawItem {
  const key = draw.prng.pick(Object.keys(POD_LABELS));
  const selector = { [key]: draw.prng.pick(POD_LABELS[key] as readonly string[]) };
  const spec: MutableItem = { ports: [{ port: 80, protocol: 'TCP' }] };
  if (!draw.sometimes('oddSelectors', 1, 4)) spec.selector = selector;
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: `service-${index}`, namespace }, spec };
}

/** Some of the owners that pods name; the rest do not exist. */
function drawControllers(draw: Draw, namespace: string): RawItem[] {
  const items: RawItem[] = [];
  for (const [apiVersion, kind] of [
    ['apps/v1', 'ReplicaSet'],
    ['apps/v1', 'StatefulSet'],
  ] as const) {
    items.push(
      ...draw.list(0, 3, (index): RawItem => {
        // Unlike other selectors a controller's may not be empty.
        const drawn = drawSelector(draw);
        const selector = drawn === undefined || Object.keys(drawn).length === 0 ? { matchLabels: { app: 'web' } } : drawn;
        return { apiVersion, kind, metadata: { name: `owner-${index}`, namespace }, spec: { replicas: 3, selector } };
      }),
    );
  }
  if (draw.prng.chance(1, 2)) {
    const spec = { replicas: 2, selector: { app: draw.prng.pick(POD_LABELS.app as readonly string[]) } };
    items.push({ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'owner-0', namespace }, spec });
  }
  return items;
}

function drawBudget(draw: Draw, namespace: string, index: number): RawItem {
  const disruptionsAllowed = draw.prng.pick([0, 0, 1, 2]);
  const status: MutableItem = {
    disruptionsAllowed,
    currentHealthy: 3,
    desiredHealthy: 3 - Math.min(3, disruptionsAllowed),
    expectedPods: 3,
  };
  if (draw.prng.chance(1, 4)) status.disruptedPods = { [`bound-${draw.prng.below(5)}`]: '2026-01-03T00:00:00Z' };
  const spec: MutableItem = { minAvailable: 1 };
  const selector = drawSelector(draw);
  if (selector !== undefined) spec.selector = selector;
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: `budget-${index}`, namespace }, spec, status };
}
