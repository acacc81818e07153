import { dirname, isAbsolute, join } from 'node:path';
import { PlimsollError } from '../base/errors.ts';
import type { CompareVariant } from '../plan/compare.ts';
import { configurationName, parseSweep, pointsOf, type SweepConfiguration, type SweepSpec } from '../plan/sweep-file.ts';
import type { AxisFlags, CompareFlags } from './compare-flags.ts';
import { engineOptions } from './engine-options.ts';
import { readConfigurationFile } from './read-files.ts';

/** The grid that the flags or the file of --sweep describe. @throws PlimsollError USAGE for both at once, CONFIG for the file. */
export async function sweepSpec(flags: CompareFlags): Promise<SweepSpec> {
  const { sweep: file, seeds, order, fromEmpty, baseline } = flags;
  const spec = file === undefined ? specOfFlags(flags) : await specOfFile(file, flags);
  return {
    ...spec,
    ...(seeds === undefined ? {} : { seeds }),
    ...(order === undefined ? {} : { order }),
    ...(fromEmpty === undefined ? {} : { fromEmpty }),
    ...(baseline === undefined ? {} : { baseline }),
  };
}

async function specOfFile(file: string, flags: AxisFlags): Promise<SweepSpec> {
  const AXES = {
    config: '--config',
    profile: '--profile',
    kubeVersion: '--kube-version',
    tie: '--tie',
    load: '--load',
    replicas: '--replicas',
    lost: '--lost',
  } as const;
  const both = Object.entries(AXES).find(([flag]) => flags[flag as keyof typeof AXES] !== undefined);
  if (both) throw new PlimsollError('USAGE', 'cannot be combined with --sweep', { path: both[1], hint: 'write it into the file' });
  const spec = parseSweep(await readConfigurationFile(file), { file });
  const beside = (path: string) => (isAbsolute(path) || file === '-' ? path : join(dirname(file), path));
  return {
    ...spec,
    configurations: spec.configurations.map((each) => (each.file === undefined ? each : { ...each, file: beside(each.file) })),
  };
}

function specOfFlags({ config = [], profile = [], kubeVersion, tie, load, replicas, lost }: AxisFlags): SweepSpec {
  const files = config.map((value): SweepConfiguration => {
    // A name holds no slash, so that a file with "=" in its name can be given with its folder.
    const [, name, file = value] = /^([^=/\\]+)=(.+)$/.exec(value) ?? [];
    return { name: name ?? configurationName({ file }), file };
  });
  const builtIn = profile.map((name): SweepConfiguration => ({ name, profile: name }));
  const configurations = [...builtIn, ...files];
  return {
    configurations: configurations.length > 0 ? configurations : [{ name: 'kubernetes', profile: 'kubernetes' }],
    kubeVersions: kubeVersion,
    ties: tie,
    loadPercents: load,
    replicaPercents: replicas,
    lost: lost?.map((text) => (text === 'none' ? [] : text.split(',').map((part) => part.trim()))),
  };
}

/** The variants of the grid with their configurations read and checked. @throws PlimsollError, see `engineOptions`. */
export async function variantsOf(
  spec: SweepSpec,
  { featureGates, percentageOfNodesToScore, strict }: CompareFlags,
): Promise<CompareVariant[]> {
  const configs = new Map<SweepConfiguration, unknown>();
  const variants: CompareVariant[] = [];
  for (const { name, configuration, kubeVersion, tie, loadPercent, replicaPercent, lost } of pointsOf(spec)) {
    const { file, profile } = configuration;
    const given = { kubeVersion, tie, featureGates, percentageOfNodesToScore, strict };
    const flags = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const options = await engineOptions({
      ...flags,
      ...(file === undefined ? {} : { config: file }),
      ...(profile === undefined ? {} : { profile }),
    });
    // One object for all variants of a file: it is resolved once for each release.
    if (!configs.has(configuration)) configs.set(configuration, options.config);
    const config = configs.get(configuration);
    const scenario = Object.fromEntries(Object.entries({ loadPercent, replicaPercent, lost }).filter(([, value]) => value !== undefined));
    variants.push({ name, options: { ...options, ...(config === undefined ? {} : { config }) }, scenario });
  }
  return variants;
}
