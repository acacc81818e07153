import { Prng } from '../base/prng.ts';
import type { RawObject } from './generate-objects.ts';
import type { GenerateSettings } from './generate-options.ts';

interface Shape {
  readonly name: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Share of the fleet, in parts of the sum of all shapes. */
  readonly weight: number;
}

/** Machine sizes of 4 GiB a core, as most general-purpose families have; smaller ones are more common. */
const SHAPES: readonly Shape[] = [
  { name: 'general-4', cores: 4, memoryGiB: 16, weight: 20 },
  { name: 'general-8', cores: 8, memoryGiB: 32, weight: 35 },
  { name: 'general-16', cores: 16, memoryGiB: 64, weight: 30 },
  { name: 'general-32', cores: 32, memoryGiB: 128, weight: 10 },
  { name: 'general-64', cores: 64, memoryGiB: 256, weight: 5 },
];
const GPU_SHAPE: Shape = { name: 'gpu-64', cores: 64, memoryGiB: 512, weight: 0 };
const GPUS_PER_NODE = 8;
const PODS_PER_NODE = 110;

/** Images that a node may already hold: the images of the first Deployments. */
export const IMAGES_PRESENT = 50;
export const REGION = 'region-1';

export function zoneName(zone: number): string {
  return `zone-${zone + 1}`;
}

/** The image of Deployment number `index`; Deployments share images in rings of 500. */
export function imageName(index: number): string {
  return `registry.example/team-${index % 20}/app-${index % 500}:1.${index % 7}.0`;
}

export function imageBytes(index: number): number {
  return (30 + ((index * 37) % 900)) * 1024 * 1024;
}

/** What the generator remembers of each node: one byte per fact, so that a million nodes stay small. */
export interface NodePlan {
  readonly settings: GenerateSettings;
  /** Index into SHAPES; SHAPES.length for a GPU node. */
  readonly shape: Uint8Array;
  readonly zone: Uint16Array;
  /** 0 none, 1 dedicated NoSchedule, 2 spot PreferNoSchedule. */
  readonly taint: Uint8Array;
  /** State of each node's image draw. */
  readonly imageSeed: Uint32Array;
}

/** Draws the fleet. O(nodes), 8 bytes a node. */
export function planNodes(settings: GenerateSettings, prng: Prng): NodePlan {
  const { nodes, zones } = settings;
  const plan: NodePlan = {
    settings,
    shape: new Uint8Array(nodes),
    zone: new Uint16Array(nodes),
    taint: new Uint8Array(nodes),
    imageSeed: new Uint32Array(nodes),
  };
  const shapeOfTicket = SHAPES.flatMap((shape, index) => new Array<number>(shape.weight).fill(index));
  for (let row = 0; row < nodes; row++) {
    const gpu = prng.chance(settings.gpuShare, 100);
    plan.shape[row] = gpu ? SHAPES.length : prng.pick(shapeOfTicket);
    plan.zone[row] = row % zones;
    plan.taint[row] = prng.chance(settings.taintShare, 100) ? 1 + prng.below(2) : 0;
    plan.imageSeed[row] = prng.next();
  }
  return plan;
}

function shapeOf(plan: NodePlan, row: number): Shape {
  return SHAPES[plan.shape[row] as number] ?? GPU_SHAPE;
}

export function isGpuNode(plan: NodePlan, row: number): boolean {
  return (plan.shape[row] as number) >= SHAPES.length;
}

/** Milli-CPU left for pods after the reservation that managed clusters make (6 % of core 1, 1 % of core 2, 0.5 % of 3 and 4, 0.25 % above). */
export function allocatableMilliCpu(plan: NodePlan, row: number): number {
  const { cores } = shapeOf(plan, row);
  return cores * 1000 - (60 + 10 + 10 + Math.ceil((cores - 4) * 2.5));
}

/** KiB left for pods: 25 % of the first 4 GiB, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112, 2 % above, and 100 MiB. */
export function allocatableKiB(plan: NodePlan, row: number): number {
  let left = shapeOf(plan, row).memoryGiB * 1024 * 1024;
  let reserved = 100 * 1024;
  for (const [sizeGiB, percent] of [
    [4, 25],
    [4, 20],
    [8, 10],
    [112, 6],
    [Number.MAX_SAFE_INTEGER, 2],
  ] as const) {
    const part = Math.min(left, sizeGiB * 1024 * 1024);
    reserved += Math.floor((part * percent) / 100);
    left -= part;
  }
  return shapeOf(plan, row).memoryGiB * 1024 * 1024 - reserved;
}

export function podSlots(): number {
  return PODS_PER_NODE;
}

/** Zero-padded to the width of the greatest index, so that name order is row order. */
export function nodeName(plan: NodePlan, row: number): string {
  return `node-${String(row).padStart(String(Math.max(0, plan.settings.nodes - 1)).length, '0')}`;
}

/** One node as `kubectl get node -o json` would print it, without fields that nothing reads. */
export function rawNode(plan: NodePlan, row: number): RawObject {
  const shape = shapeOf(plan, row);
  const name = nodeName(plan, row);
  const gpus = isGpuNode(plan, row) ? { 'nvidia.com/gpu': String(GPUS_PER_NODE) } : {};
  const taints = nodeTaints(plan, row);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `node-uid-${row}`, labels: nodeLabels(plan, row, shape, name), creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: taints.length === 0 ? {} : { taints },
    status: {
      capacity: {
        cpu: String(shape.cores),
        memory: `${shape.memoryGiB}Gi`,
        'ephemeral-storage': '200Gi',
        pods: String(PODS_PER_NODE),
        ...gpus,
      },
      allocatable: {
        cpu: `${allocatableMilliCpu(plan, row)}m`,
        memory: `${allocatableKiB(plan, row)}Ki`,
        'ephemeral-storage': '180Gi',
        pods: String(PODS_PER_NODE),
        ...gpus,
      },
      images: nodeImages(plan, row),
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

function nodeLabels(plan: NodePlan, row: number, shape: Shape, name: string): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node.kubernetes.io/instance-type': shape.name,
    'topology.kubernetes.io/region': REGION,
    'topology.kubernetes.io/zone': zoneName(plan.zone[row] as number),
    ...(isGpuNode(plan, row) ? { accelerator: 'nvidia' } : {}),
    ...(plan.taint[row] === 1 ? { dedicated: 'batch' } : {}),
    ...(plan.taint[row] === 2 ? { lifecycle: 'spot' } : {}),
  };
}

function nodeTaints(plan: NodePlan, row: number): readonly object[] {
  const gpu = isGpuNode(plan, row) ? [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }] : [];
  if (plan.taint[row] === 1) return [...gpu, { key: 'dedicated', value: 'batch', effect: 'NoSchedule' }];
  if (plan.taint[row] === 2) return [...gpu, { key: 'lifecycle', value: 'spot', effect: 'PreferNoSchedule' }];
  return gpu;
}

function nodeImages(plan: NodePlan, row: number): readonly object[] {
  const prng = new Prng(plan.imageSeed[row] as number);
  const images: object[] = [];
  for (let index = 0; index < Math.min(IMAGES_PRESENT, plan.settings.deployments); index++) {
    if (!prng.chance(plan.settings.imageShare, 100)) continue;
    images.push({ names: [imageName(index)], sizeBytes: imageBytes(index) });
  }
  return images;
}
