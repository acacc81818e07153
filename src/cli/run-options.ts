import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import { WORKERS_MAX } from '../base/limits.ts';
import type { FeatureGates, KubeVersion } from '../model/gates.ts';
import type { TieMode } from '../model/results.ts';
import { featureGates, kubeVersion, oneOf, repeated, single, text, wholeNumber } from './flags.ts';

/** Seeds are exact whole numbers. */
const SEED_MAX = Number.MAX_SAFE_INTEGER;

const TIE_MODES: readonly TieMode[] = ['first', 'heap', 'seeded'];

export interface InputFlags {
  readonly filename?: readonly string[];
  /** False with --no-defaults. */
  readonly defaults: boolean;
  readonly expand?: boolean;
  readonly fromEmpty?: boolean;
}

export interface EngineFlags {
  readonly config?: string;
  readonly profile?: string;
  readonly kubeVersion?: KubeVersion;
  readonly featureGates?: Partial<FeatureGates>;
  readonly tie?: TieMode;
  readonly seed?: number;
  readonly percentageOfNodesToScore?: number;
  readonly workers?: number;
  readonly hosts?: readonly string[];
  readonly hostCapacity?: readonly string[];
  readonly hostLabels?: string;
  readonly strict?: boolean;
}

export interface OutputFlags {
  readonly output: string;
  readonly quiet?: boolean;
}

/** Where the cluster comes from. */
export function addInputFlags(command: Command): Command {
  return addInputFlag(command)
    .option('--expand', 'make the pods of Deployments, StatefulSets, Jobs and so on that the input has no pods for')
    .option('--from-empty', 'take every pod off its node first, except those of DaemonSets and static pods');
}

/** The same for questions about the dump itself. */
export function addInputFlag(command: Command): Command {
  return command
    .addOption(
      repeated(
        '-f, --filename <file>',
        'cluster dump or manifests: JSON or YAML, also gzipped, a directory with all below it, or - for standard input; repeatable',
      ),
    )
    .option('--no-defaults', 'the input is already API-server-defaulted: take it as it is');
}

/** What decides. */
export function addEngineFlags(command: Command): Command {
  return command
    .addOption(single('--config <file>', 'KubeSchedulerConfiguration, JSON or YAML', text))
    .addOption(single('--profile <name>', 'built-in configuration instead of --config: kubernetes (default) or plimsoll', text))
    .addOption(single('--kube-version <version>', 'Kubernetes release to reproduce: 1.34, 1.35, 1.36 (default) or 1.37', kubeVersion))
    .addOption(single('--feature-gates <list>', 'feature gates of that release, as A=true,B=false', featureGates))
    .addOption(
      single(
        '--tie <mode>',
        'among equal nodes take: first in input order (default), heap (as upstream), seeded (random)',
        oneOf(TIE_MODES),
      ),
    )
    .addOption(single('--seed <number>', 'seed of --tie seeded (default 0)', wholeNumber(0, SEED_MAX)))
    .addOption(
      single(
        '--percentage-of-nodes-to-score <n>',
        'share of nodes to look at: 100 = all (default), 0 = as upstream adapts it',
        wholeNumber(0, 100),
      ),
    )
    .addOption(
      single('--workers <n>', 'threads that prepare decisions, 0 = none (default); the answer is the same', wholeNumber(0, WORKERS_MAX)),
    )
    .addOption(repeated('--hosts <file>', 'physical hosts and failure domains of nodes, CSV: node,host,rack,...'))
    .addOption(repeated('--host-capacity <file>', 'what physical hosts can give, CSV: host,cpu,memory,...'))
    .addOption(single('--host-labels <list>', 'node labels that name hosts and failure domains: host=LABEL,rack=LABEL', text))
    .option('--strict', 'what is not modelled is an error instead of a warning');
}

export function addOutputFlags(command: Command, formats: readonly string[]): Command {
  return command
    .addOption(single('-o, --output <format>', `output: ${formats.join(', ')}`, oneOf(formats)).default(formats[0]))
    .option('-q, --quiet', 'no summary, no progress, no warnings on standard error');
}

/** The files of -f. @throws PlimsollError USAGE when there are none. */
export function filenames({ filename }: InputFlags): readonly string[] {
  if (filename !== undefined && filename.length > 0) return filename;
  throw new PlimsollError('USAGE', 'no input is given', {
    path: '--filename',
    hint: 'use -f FILE, -f DIRECTORY or -f - for standard input',
  });
}
