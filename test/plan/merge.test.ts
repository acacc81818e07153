import { describe, expect, it } from 'vitest';
import { comparisonPlanSchema, comparisonSchema } from '../../scripts/compare-schema.ts';
import type { Comparison } from '../../src/model/compare-results.ts';
import { type CompareOptions, type CompareVariant, compare, compareShard } from '../../src/plan/compare.ts';
import { mergeRuns, type RunFile } from '../../src/plan/merge.ts';
import { parseSeeds } from '../../src/plan/seeds.ts';
import { shardOf } from '../../src/plan/sweep.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { workloadCluster } from '../support/workloads.ts';

const VARIANTS: readonly CompareVariant[] = [
  { name: 'as it is' },
  { name: 'the same' },
  { name: 'half more', scenario: { loadPercent: 150 } },
];
const OPTIONS: CompareOptions = { seeds: parseSeeds('1..7'), fromEmpty: true };
const dump = await readSnapshot(workloadCluster(6));
const whole = await compare(dump, VARIANTS, OPTIONS);

/** Results of one machine as they come back from a file. */
async function part(index: number, count: number, more: CompareOptions = {}): Promise<RunFile> {
  const { plan, runs } = await compareShard(dump, VARIANTS, { index, count }, { ...OPTIONS, ...more });
  return JSON.parse(JSON.stringify({ file: `part-${index}`, plans: [comparisonPlanSchema.parse(plan)], runs })) as RunFile;
}

function text({ summary: { seconds: _, ...summary }, ...rest }: Comparison): string {
  return JSON.stringify({ ...comparisonSchema.parse({ ...rest, summary: { ...summary, seconds: 0 } }) });
}

describe('parts of a sweep', () => {
  it.each([1, 2, 3, 14, 20])('of %i machines make the comparison of one, in any order', async (count) => {
    const files = await Promise.all(Array.from({ length: count }, (_, i) => part(i + 1, count)));
    const { comparison, remarks } = mergeRuns(files.reverse());
    expect(text(comparison)).toBe(text(whole));
    expect(remarks).toEqual([]);
    expect(files.reduce((sum, { runs }) => sum + runs.length, 0)).toBe(14);
    const sizes = files.map(({ runs }) => runs.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('are those of the shorter sweep and more when seeds are added', () => {
    const tasks = Array.from({ length: 30 }, (_, i) => i);
    for (const count of [1, 2, 7]) {
      for (let index = 1; index <= count; index++) {
        const longer = shardOf(tasks, { index, count });
        expect(longer.filter((task) => task < 20)).toEqual(shardOf(tasks.slice(0, 20), { index, count }));
      }
    }
  });

  it('do nothing that is known', async () => {
    const first = await part(1, 2);
    let more = 0;
    const known = new Map(first.runs.map((run) => [run.hash, run]));
    await part(1, 2, { known, onRun: () => more++ });
    expect(more).toBe(0);
  });
});

describe('merging', () => {
  it('passes over runs that are there twice or belong to nobody, and says so', async () => {
    const [first, second] = [await part(1, 2), await part(2, 2)];
    const foreign = { ...(first.runs[0] as RunFile['runs'][number]), hash: 'f'.repeat(32) };
    const { comparison, remarks } = mergeRuns([first, { ...second, runs: [...second.runs, foreign] }, first]);
    expect(text(comparison)).toBe(text(whole));
    expect(remarks).toEqual(['7 runs in the files more than once, with the same values', '1 run of other comparisons passed over']);
  });

  it('names what is missing, and compares the finished seeds when asked to', async () => {
    const [first, second] = [await part(1, 2), await part(2, 2)];
    const cut = { ...second, runs: second.runs.slice(0, 5) };
    expect(() => mergeRuns([first, cut])).toThrow(
      'INCONSISTENT: 2 of 14 runs are missing, the first: variant half more, seed 6 (run the missing shards, or take what is finished with --partial)',
    );
    const { comparison, remarks } = mergeRuns([first, cut], { partial: true });
    expect(text(comparison)).toBe(text(await compare(dump, VARIANTS, { ...OPTIONS, seeds: parseSeeds('1..5') })));
    expect(remarks).toEqual(['2 runs missing: 5 of 7 seeds are compared']);
    expect(() => mergeRuns([{ ...first, runs: [] }], { partial: true })).toThrow('INCONSISTENT: 14 of 14 runs are missing');
  });

  it('refuses runs of one hash that differ', async () => {
    const file = await part(1, 1);
    const [run, ...others] = file.runs as [RunFile['runs'][number], ...RunFile['runs']];
    const changed = { ...run, values: [['placed', '', 1_000_000] as const, ...run.values.slice(1)] };
    expect(() => mergeRuns([file, { ...file, file: 'other', runs: [changed] }])).toThrow(
      `INCONSISTENT: other: contradicts part-1: variant as it is, seed 1 has other values there, got "${run.hash}"`,
    );
    const later = { ...run, seconds: run.seconds + 1 };
    expect(text(mergeRuns([{ ...file, runs: [later, ...others] }]).comparison)).toBe(text(whole));
  });

  it('refuses files of different comparisons and files without a plan', async () => {
    const file = await part(1, 2);
    const other = await part(2, 2, { seeds: parseSeeds('1..8') });
    expect(() => mergeRuns([file, other])).toThrow('INCONSISTENT: part-2: seeds: belongs to another comparison, got "1..8"');
    const { plan } = await compareShard(dump, VARIANTS.slice(0, 2), { index: 1, count: 1 }, OPTIONS);
    expect(() => mergeRuns([file, { file: 'two', plans: [plan], runs: [] }])).toThrow(
      'INCONSISTENT: two: variants: belongs to another comparison, got "[\\"as it is\\",\\"the same\\"]"',
    );
    expect(() => mergeRuns([{ ...file, plans: [] }])).toThrow('INCONSISTENT: part-1: has no plan');
    const asked = file.plans[0] as RunFile['plans'][number];
    expect(() => mergeRuns([{ ...file, plans: [{ ...asked, seeds: '1..500000' }] }])).toThrow(
      'USAGE: part-1: 3 variants with 500000 seeds are more than 1000000 runs',
    );
    expect(() => mergeRuns([])).toThrow('USAGE: no results file is given');
  });

  it('takes the last plan of a file that has gone on with more seeds', async () => {
    const [short, long] = [await part(1, 1), await part(1, 1, { seeds: parseSeeds('1..9') })];
    const grown = { file: 'grown', plans: [...short.plans, ...long.plans], runs: [...short.runs, ...long.runs.slice(short.runs.length)] };
    const all = await compare(dump, VARIANTS, { ...OPTIONS, seeds: parseSeeds('1..9') });
    expect(text(mergeRuns([grown]).comparison)).toBe(text(all));
  });
});
