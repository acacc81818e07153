import { PlimsollError } from '../base/errors.ts';

/** One option of the generator: a count, a share in percent, or a yes/no. */
export interface GenerateOption {
  readonly name: keyof GenerateSettings;
  readonly kind: 'count' | 'percent' | 'flag';
  readonly default: number | boolean;
  /** Least and greatest count that makes sense; percent is always 0 to 100. */
  readonly min?: number;
  readonly max?: number;
  readonly help: string;
}

/** Every option with its value. All counts are whole numbers, all shares percent. */
export interface GenerateSettings {
  readonly nodes: number;
  readonly pods: number;
  readonly seed: number;
  readonly zones: number;
  readonly namespaces: number;
  readonly deployments: number;
  readonly withServices: boolean;
  readonly shuffle: boolean;
  readonly boundShare: number;
  readonly taintShare: number;
  readonly gpuShare: number;
  readonly imageShare: number;
  readonly tolerationShare: number;
  readonly nodeAffinityShare: number;
  readonly podAffinityShare: number;
  readonly antiAffinityShare: number;
  readonly spreadShare: number;
  readonly priorityShare: number;
  readonly budgetShare: number;
}

export type GenerateOptions = Partial<GenerateSettings>;

/** The generator's options, in the order of the help text. */
export const GENERATE_OPTIONS: readonly GenerateOption[] = [
  { name: 'nodes', kind: 'count', default: 1_000, min: 0, max: 5_000_000, help: 'number of nodes' },
  { name: 'pods', kind: 'count', default: 10_000, min: 0, max: 50_000_000, help: 'number of pods over all Deployments' },
  { name: 'seed', kind: 'count', default: 1, min: 0, max: 2 ** 53 - 1, help: 'the same seed and options give the same bytes' },
  { name: 'zones', kind: 'count', default: 3, min: 1, max: 1_000, help: 'number of zones, all in one region' },
  { name: 'namespaces', kind: 'count', default: 20, min: 1, max: 100_000, help: 'number of namespaces that Deployments are dealt to' },
  {
    name: 'deployments',
    kind: 'count',
    default: 0,
    min: 0,
    max: 5_000_000,
    help: 'number of Deployments of equal size; 0: one per 100 pods',
  },
  { name: 'withServices', kind: 'flag', default: true, help: 'give every Deployment a Service (this switches default spreading on)' },
  { name: 'shuffle', kind: 'flag', default: false, help: 'list the pods in random order instead of Deployment by Deployment' },
  { name: 'boundShare', kind: 'percent', default: 0, help: 'pods that already run on a node with room for them' },
  { name: 'taintShare', kind: 'percent', default: 5, help: 'nodes with a taint, NoSchedule or PreferNoSchedule' },
  { name: 'gpuShare', kind: 'percent', default: 2, help: 'nodes with 8 GPUs and a taint; the same share of Deployments asks for GPUs' },
  { name: 'imageShare', kind: 'percent', default: 10, help: 'chance of each image of the 50 most used to be present on a node' },
  { name: 'tolerationShare', kind: 'percent', default: 5, help: 'Deployments that tolerate the taint of dedicated nodes' },
  { name: 'nodeAffinityShare', kind: 'percent', default: 5, help: 'Deployments with a nodeSelector or node affinity' },
  { name: 'podAffinityShare', kind: 'percent', default: 2, help: 'Deployments with pod affinity' },
  { name: 'antiAffinityShare', kind: 'percent', default: 5, help: 'Deployments with pod anti-affinity, one in five of them required' },
  { name: 'spreadShare', kind: 'percent', default: 5, help: 'Deployments with topology spread constraints of their own' },
  { name: 'priorityShare', kind: 'percent', default: 5, help: 'Deployments with a PriorityClass, high or low' },
  { name: 'budgetShare', kind: 'percent', default: 10, help: 'Deployments with a PodDisruptionBudget' },
];

/**
 * Fills in defaults and checks every value.
 * @throws PlimsollError USAGE for an unknown option or a value outside its range.
 */
export function resolveGenerateOptions(options: GenerateOptions): GenerateSettings {
  const known = new Map<string, GenerateOption>(GENERATE_OPTIONS.map((option) => [option.name, option]));
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new PlimsollError('USAGE', `unknown generator option '${name}'`, { hint: `options are ${[...known.keys()].join(', ')}` });
    }
  }
  const settings: Record<string, number | boolean> = {};
  for (const option of GENERATE_OPTIONS) settings[option.name] = checkOption(option, options[option.name] ?? option.default);
  const { pods, deployments } = settings as unknown as GenerateSettings;
  const count = deployments === 0 ? Math.ceil(pods / 100) : deployments;
  return { ...(settings as unknown as GenerateSettings), deployments: Math.min(count, pods) };
}

function checkOption(option: GenerateOption, value: unknown): number | boolean {
  const place = { path: option.name, value };
  if (option.kind === 'flag') {
    if (typeof value === 'boolean') return value;
    throw new PlimsollError('USAGE', 'must be true or false', place);
  }
  const [min, max] = option.kind === 'percent' ? [0, 100] : [option.min ?? 0, option.max ?? Number.MAX_SAFE_INTEGER];
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new PlimsollError('USAGE', `must be a whole number from ${min} to ${max}`, place);
}
