import { PlimsollError } from '../base/errors.ts';
import { builtInConfiguration } from '../engine/built-in-profiles.ts';
import type { EngineOptions } from '../engine/options.ts';
import { applyHosts } from '../model/hosts.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { printable } from '../report/table.ts';
import { say } from './output.ts';
import { Progress } from './progress.ts';
import { readConfigurationFile, readHosts } from './read-files.ts';
import { type EngineFlags, filenames, type InputFlags, type OutputFlags } from './run-options.ts';

/** The library's options behind the flags, files read. The configuration is checked here, so that its errors name the file. */
export async function engineOptions(flags: EngineFlags): Promise<EngineOptions> {
  const { config: file, profile, kubeVersion, featureGates, tie, seed, percentageOfNodesToScore, workers, strict } = flags;
  if (file !== undefined && profile !== undefined) {
    throw new PlimsollError('USAGE', 'cannot be combined with --config', { path: '--profile', value: profile });
  }
  const given = { kubeVersion, featureGates, tie, seed, percentageOfNodesToScore, workers, strict };
  const options: EngineOptions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const config = file === undefined ? builtInConfiguration(profile ?? 'kubernetes') : await readConfigurationFile(file);
  if (config === undefined) return options;
  const { resolveOptions } = await import('../engine/options.ts');
  try {
    resolveOptions({ ...options, config });
  } catch (error) {
    throw error instanceof PlimsollError && file !== undefined && error.code !== 'USAGE' ? error.at({ file }) : error;
  }
  return { ...options, config };
}

/** Reads the cluster that -f names, with a progress bar. */
export async function readInput(flags: InputFlags & EngineFlags & OutputFlags): Promise<Snapshot> {
  const paths = filenames(flags);
  const hosts = await readHosts([...(flags.hosts ?? []), ...(flags.hostCapacity ?? [])], flags.hostLabels);
  const { readSnapshot } = await import('../index.ts');
  const progress = new Progress('reading', !flags.quiet);
  try {
    const snapshot = await readSnapshot(paths, {
      defaults: flags.defaults,
      expand: flags.expand ?? false,
      fromEmpty: flags.fromEmpty ?? false,
      onProgress: ({ bytes, bytesTotal }) => {
        if (bytesTotal !== undefined) progress.update(bytes, bytesTotal);
      },
    });
    if (flags.strict) refuseNotModelled(snapshot);
    if (!flags.quiet) sayIgnored(snapshot);
    return hosts === undefined ? snapshot : applyHosts(snapshot, hosts);
  } finally {
    progress.stop();
  }
}

/** Kinds that no decision depends on, such as ConfigMaps in a full dump. */
function sayIgnored({ ignoredKinds }: Snapshot): void {
  if (ignoredKinds.size === 0) return;
  say(`read past: ${[...ignoredKinds].map(([kind, count]) => `${count} ${printable(kind)}`).join(', ')}`);
}

function refuseNotModelled({ notModelled }: Snapshot): void {
  const [first] = notModelled;
  if (first === undefined) return;
  const more = notModelled.length > 1 ? ` (and ${notModelled.length - 1} more)` : '';
  throw new PlimsollError('UNSUPPORTED', `${first}${more}`, { hint: 'leave out --strict to decide without it' });
}
