import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import type { Comparison, ComparisonPlan, ComparisonRun } from '../model/compare-results.ts';
import { canonical } from '../model/parse/canonical.ts';
import { checkRuns, runHash, tasksOf } from './compare-plan.ts';
import { comparisonOf } from './comparison.ts';
import { parseSeeds, seedsText } from './seeds.ts';

/** What a results file holds, in its order. */
export interface RunFile {
  readonly file: string;
  /** One for each time that the file was written to; the last one counts. */
  readonly plans: readonly ComparisonPlan[];
  readonly runs: readonly ComparisonRun[];
}

export interface MergeOptions {
  /** Take the seeds that every variant has finished and leave out the others. */
  readonly partial?: boolean;
}

export interface Merged {
  readonly comparison: Comparison;
  /** What was passed over, one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * The comparison that one machine would have given, from the results of several: the same to the byte, apart from the seconds.
 *
 * @throws PlimsollError INCONSISTENT when the files belong to different comparisons, two runs of one hash differ, or runs are missing.
 */
export function mergeRuns(files: readonly RunFile[], options: MergeOptions = {}): Merged {
  const plan = commonPlan(files);
  checkRuns(plan.variants.length, parseSeeds(plan.seeds).length, { file: files[0]?.file ?? '' });
  const wanted = new Set(tasksOf(plan.variants, parseSeeds(plan.seeds)).map(({ hash }) => hash));
  const { runs, repeated, foreign } = collect(files, wanted);
  const remarks = [
    ...(repeated > 0 ? [`${countOf(repeated, 'run')} in the files more than once, with the same values`] : []),
    ...(foreign > 0 ? [`${countOf(foreign, 'run')} of other comparisons passed over`] : []),
  ];
  const missing = [...wanted].filter((hash) => !runs.has(hash)).length;
  if (missing === 0) return { comparison: comparisonOf(plan, runs), remarks };
  if (!options.partial) throw incomplete(plan, runs, missing, wanted.size);
  const finished = parseSeeds(plan.seeds).filter((seed) => plan.variants.every((variant) => runs.has(runHash(variant, seed))));
  if (finished.length === 0) throw incomplete(plan, runs, missing, wanted.size);
  const left = `${countOf(missing, 'run')} missing: ${finished.length} of ${parseSeeds(plan.seeds).length} seeds are compared`;
  const kept = new Set(tasksOf(plan.variants, finished).map(({ hash }) => hash));
  return {
    comparison: comparisonOf({ ...plan, seeds: seedsText(finished) }, new Map([...runs].filter(([hash]) => kept.has(hash)))),
    remarks: [...remarks, left],
  };
}

function commonPlan(files: readonly RunFile[]): ComparisonPlan {
  let common: { readonly plan: ComparisonPlan; readonly file: string } | undefined;
  for (const { file, plans } of files) {
    const plan = plans.at(-1);
    if (!plan) throw new PlimsollError('INCONSISTENT', 'has no plan: it is no results file, or its beginning is lost', { file });
    if (common && canonical(common.plan) !== canonical(plan)) {
      const hint = `give --seeds, variants and input alike on every machine; compared with ${common.file}`;
      throw new PlimsollError('INCONSISTENT', 'belongs to another comparison', { file, ...differenceOf(common.plan, plan), hint });
    }
    common ??= { plan, file };
  }
  if (!common) throw new PlimsollError('USAGE', 'no results file is given', { hint: 'name the files that --results has written' });
  return common.plan;
}

/** The first field in which two plans differ. */
function differenceOf(first: ComparisonPlan, second: ComparisonPlan): ErrorPlace {
  const fields = Object.keys(first) as (keyof ComparisonPlan)[];
  const path = fields.find((field) => canonical(first[field]) !== canonical(second[field])) ?? 'metrics';
  const value = second[path];
  if (typeof value === 'string' || typeof value === 'boolean') return { path, value };
  return path === 'variants' ? { path, value: second.variants.map(({ name }) => name) } : { path };
}

function collect(files: readonly RunFile[], wanted: ReadonlySet<string>) {
  const runs = new Map<string, ComparisonRun>();
  const from = new Map<string, string>();
  let repeated = 0;
  let foreign = 0;
  for (const { file, runs: own } of files) {
    for (const run of own) {
      if (!wanted.has(run.hash)) {
        foreign++;
        continue;
      }
      const known = runs.get(run.hash);
      if (known && canonical(known.values) !== canonical(run.values)) {
        const problem = `contradicts ${from.get(run.hash)}: variant ${run.variant}, seed ${run.seed} has other values there`;
        throw new PlimsollError('INCONSISTENT', problem, { file, value: run.hash, hint: 'one of the files was changed, or an engine was' });
      }
      if (known) repeated++;
      else {
        runs.set(run.hash, run);
        from.set(run.hash, file);
      }
    }
  }
  return { runs, repeated, foreign };
}

function incomplete(plan: ComparisonPlan, runs: ReadonlyMap<string, ComparisonRun>, missing: number, total: number): PlimsollError {
  const seeds = parseSeeds(plan.seeds);
  const variant = plan.variants.find((each) => seeds.some((seed) => !runs.has(runHash(each, seed))));
  const seed = seeds.find((each) => variant && !runs.has(runHash(variant, each)));
  const hint = 'run the missing shards, or take what is finished with --partial';
  return new PlimsollError('INCONSISTENT', `${missing} of ${total} runs are missing, the first: variant ${variant?.name}, seed ${seed}`, {
    hint,
  });
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
