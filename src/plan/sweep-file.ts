import { z } from 'zod';
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { parseStrict, strictFields } from '../engine/strict-schema.ts';
import { KUBE_VERSIONS, type KubeVersion } from '../model/gates.ts';
import { API_VERSION, type TieMode } from '../model/results.ts';
import { parseSeeds } from './seeds.ts';

/** A KubeSchedulerConfiguration: a file, or a built-in profile. */
export interface SweepConfiguration {
  readonly name: string;
  readonly file?: string | undefined;
  readonly profile?: string | undefined;
}

/** A grid: every configuration with every value of every axis. An absent axis is what the engine does by default. */
export interface SweepSpec {
  readonly configurations: readonly SweepConfiguration[];
  readonly kubeVersions?: readonly KubeVersion[] | undefined;
  readonly ties?: readonly TieMode[] | undefined;
  readonly loadPercents?: readonly number[] | undefined;
  readonly replicaPercents?: readonly number[] | undefined;
  /** Each item: the domains that are lost together. */
  readonly lost?: readonly (readonly string[])[] | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly order?: 'shuffled' | 'input' | undefined;
  readonly fromEmpty?: boolean | undefined;
  readonly baseline?: string | undefined;
}

const text = z.string().min(1, 'must not be empty');
/** YAML takes 1.36 without quotes for a number. */
const version = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.enum(KUBE_VERSIONS));
const seeds = z.union([z.string(), z.int()]).transform((value, context) => {
  try {
    return parseSeeds(String(value));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a list like 1..20,42', input: value });
    return z.NEVER;
  }
});

const configuration = strictFields({ name: text.optional(), file: text.optional(), profile: text.optional() }).refine(
  ({ file, profile }) => (file === undefined) !== (profile === undefined),
  { message: 'must have either file or profile' },
);

const schema = strictFields({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Sweep'),
  configurations: z.array(configuration).min(1).optional(),
  kubeVersions: z.array(version).min(1).optional(),
  ties: z
    .array(z.enum(['first', 'heap', 'seeded']))
    .min(1)
    .optional(),
  loadPercents: z.array(z.int().min(1).max(100_000)).min(1).optional(),
  replicaPercents: z.array(z.int().min(1).max(100_000)).min(1).optional(),
  lost: z.array(z.array(text)).min(1).optional(),
  seeds: seeds.optional(),
  order: z.enum(['shuffled', 'input']).optional(),
  fromEmpty: z.boolean().optional(),
  baseline: text.optional(),
});

/** Reads a sweep (docs/compare.md). @throws PlimsollError CONFIG with the field. */
export function parseSweep(input: unknown, place: ErrorPlace = {}): SweepSpec {
  const { apiVersion: _version, kind: _kind, configurations = [{ profile: 'kubernetes' }], ...axes } = parseStrict(schema, input, place);
  return { ...axes, configurations: configurations.map((each) => ({ ...each, name: each.name ?? configurationName(each) })) };
}

/** The profile, or the file's name without folder and ending. */
export function configurationName({ file, profile }: Omit<SweepConfiguration, 'name'>): string {
  return profile ?? (file ?? '').replace(/^.*[/\\]/, '').replace(/(.)\.(?:ya?ml|json)$/i, '$1');
}

/** One point of the grid. */
export interface SweepPoint {
  readonly name: string;
  readonly configuration: SweepConfiguration;
  readonly kubeVersion?: KubeVersion;
  readonly tie?: TieMode;
  readonly loadPercent?: number;
  readonly replicaPercent?: number;
  readonly lost?: readonly string[];
}

/** Variants of one comparison. */
export const VARIANTS_MAX = 1000;

/**
 * The points of the grid, the last axis running fastest. Names tell what differs: `spread,load=120`.
 * @throws PlimsollError USAGE when there are more than VARIANTS_MAX.
 */
export function pointsOf({ configurations, kubeVersions, ties, loadPercents, replicaPercents, lost }: SweepSpec): SweepPoint[] {
  type Part = { readonly label: string; readonly part: Partial<SweepPoint> };
  const axis = <Value>(
    values: readonly Value[] | undefined,
    label: (value: Value) => string,
    part: (value: Value) => Partial<SweepPoint>,
  ) => (values ?? []).map((value): Part => ({ label: (values ?? []).length > 1 ? label(value) : '', part: part(value) }));
  const axes: Part[][] = [
    configurations.map((each) => ({ label: configurations.length > 1 ? each.name : '', part: { configuration: each } })),
    axis(
      kubeVersions,
      (value) => `kubeVersion=${value}`,
      (kubeVersion) => ({ kubeVersion }),
    ),
    axis(
      ties,
      (value) => `tie=${value}`,
      (tie) => ({ tie }),
    ),
    axis(
      loadPercents,
      (value) => `load=${value}`,
      (loadPercent) => ({ loadPercent }),
    ),
    axis(
      replicaPercents,
      (value) => `replicas=${value}`,
      (replicaPercent) => ({ replicaPercent }),
    ),
    axis(
      lost,
      (value) => `lost=${value.join('+') || 'none'}`,
      (gone) => ({ lost: gone }),
    ),
  ];
  const count = axes.reduce((product, parts) => product * Math.max(1, parts.length), 1);
  if (count > VARIANTS_MAX) throw new PlimsollError('USAGE', `makes more than ${VARIANTS_MAX} variants`, { path: 'sweep', value: count });
  let points: { readonly labels: readonly string[]; readonly point: Partial<SweepPoint> }[] = [{ labels: [], point: {} }];
  for (const parts of axes) {
    if (parts.length === 0) continue;
    points = points.flatMap(({ labels, point }) =>
      parts.map(({ label, part }) => ({ labels: label === '' ? labels : [...labels, label], point: { ...point, ...part } })),
    );
  }
  const alone = configurations[0]?.name ?? '';
  return points.map(({ labels, point }) => ({ ...(point as SweepPoint), name: labels.join(',') || alone }));
}
