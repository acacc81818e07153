import { type Command, Option } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import { WORKERS_MAX } from '../base/limits.ts';
import type { FeatureGates, KubeVersion } from '../model/gates.ts';
import type { TieMode } from '../model/results.ts';
import { parseSeeds } from '../plan/seeds.ts';
import type { Shard } from '../plan/sweep.ts';
import { featureGates, kubeVersion, oneOf, repeated, single, text, wholeNumber } from './flags.ts';
import type { InputFlags, OutputFlags } from './run-options.ts';

/** Flags that make variants: each may be given several times, and all are combined. */
export interface AxisFlags {
  readonly config?: readonly string[];
  readonly profile?: readonly string[];
  readonly kubeVersion?: readonly KubeVersion[];
  readonly tie?: readonly TieMode[];
  readonly load?: readonly number[];
  readonly replicas?: readonly number[];
  readonly lost?: readonly string[];
  readonly sweep?: string;
}

export interface CompareFlags extends AxisFlags, InputFlags, OutputFlags {
  readonly seeds?: readonly number[];
  readonly order?: 'shuffled' | 'input';
  readonly baseline?: string;
  readonly priceBook?: string;
  readonly metrics?: string;
  readonly results?: string;
  readonly shard?: Shard;
  readonly workers?: number;
  readonly featureGates?: Partial<FeatureGates>;
  readonly percentageOfNodesToScore?: number;
  readonly hosts?: readonly string[];
  readonly hostCapacity?: readonly string[];
  readonly hostLabels?: string;
  readonly strict?: boolean;
}

const SHARDS_MAX = 100_000;

/** What is compared. */
export function addAxisFlags(command: Command): Command {
  return command
    .addOption(repeated('--config <[name=]file>', 'KubeSchedulerConfiguration of a variant, JSON or YAML; repeatable'))
    .addOption(repeated('--profile <name>', 'built-in configuration of a variant: kubernetes or plimsoll; repeatable'))
    .addOption(
      several('--kube-version <version>', 'Kubernetes release of variants: 1.34, 1.35, 1.36 (default) or 1.37; repeatable', kubeVersion),
    )
    .addOption(several('--tie <mode>', 'ties of variants: first (default), heap or seeded; repeatable', oneOf(['first', 'heap', 'seeded'])))
    .addOption(several('--load <percent>', 'load of variants, in percent of what pods ask for now; repeatable', wholeNumber(1, 100_000)))
    .addOption(
      several(
        '--replicas <percent>',
        'pods of each controller in variants, in percent of what there are; repeatable',
        wholeNumber(1, 100_000),
      ),
    )
    .addOption(repeated('--lost <domains>', 'failure domains lost in variants: zone=a, zone=a,rack=r1 for both, or none; repeatable'))
    .addOption(single('--sweep <file>', 'all of these from a file of kind Sweep, instead of the flags', text))
    .addOption(single('--baseline <name>', 'variant that others are compared with (default: the first)', text));
}

/** How it is run. */
export function addSweepFlags(command: Command): Command {
  return command
    .addOption(
      single('--seeds <list>', 'run each variant once for each seed: 1..20 or 1..10,42 (default: once, in input order)', parseSeeds),
    )
    .addOption(
      single(
        '--order <order>',
        'how pods of equal priority arrive: shuffled by the seed (default with --seeds) or input',
        oneOf(['shuffled', 'input']),
      ),
    )
    .addOption(single('--price-book <file>', 'catalogue of node types with prices, CSV or JSON, for the metrics of cost', text))
    .addOption(single('--metrics <file>', 'JavaScript module that exports further metrics; it is run', text))
    .addOption(single('--results <file>', 'keep each finished run in this file, and go on where it ends', text))
    .addOption(single('--shard <i/n>', 'do only the i-th of n parts of the runs, for plimsoll merge; needs --results', shard))
    .addOption(
      single(
        '--workers <n>',
        'threads that do runs side by side (default: the cores, when a second was not enough)',
        wholeNumber(0, WORKERS_MAX),
      ),
    )
    .addOption(single('--feature-gates <list>', 'feature gates of every variant, as A=true,B=false', featureGates))
    .addOption(
      single('--percentage-of-nodes-to-score <n>', 'share of nodes that every variant looks at: 100 = all (default)', wholeNumber(0, 100)),
    )
    .addOption(repeated('--hosts <file>', 'physical hosts and failure domains of nodes, CSV: node,host,rack,...'))
    .addOption(repeated('--host-capacity <file>', 'what physical hosts can give, CSV: host,cpu,memory,...'))
    .addOption(single('--host-labels <list>', 'node labels that name hosts and failure domains: host=LABEL,rack=LABEL', text))
    .option('--strict', 'what is not modelled is an error instead of a warning');
}

/** Like `repeated`, each value parsed. */
function several<Value>(flags: string, description: string, parse: (text: string) => Value): Option {
  const option = new Option(flags, description);
  return option.argParser((value, previous: readonly Value[] | undefined) => {
    try {
      return [...(previous ?? []), parse(value)];
    } catch (error) {
      throw error instanceof PlimsollError ? error.at({ path: option.long ?? flags, value }) : error;
    }
  });
}

/** `2/3`, counted from 1. */
function shard(value: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const parsed = { index: Number(index), count: Number(count) };
  if (parsed.index >= 1 && parsed.index <= parsed.count && parsed.count <= SHARDS_MAX) return parsed;
  throw new PlimsollError('USAGE', 'must be i/n with i from 1 to n, like 2/3');
}
