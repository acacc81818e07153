/** The live comparison with kube-scheduler's own code: `npm run parity -- --help`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { KUBE_VERSIONS, type KubeVersion } from '../../src/model/gates.ts';
import { compare, compareAll, decisionsIn, type Finding, minimal, type Tally } from './campaign.ts';
import { type Difference, kindOf } from './differential.ts';
import { OracleUnavailable } from './oracle-client.ts';
import { MODES, type Mode, type ParityCase } from './protocol.ts';
import { Upstream } from './upstream.ts';
import { packVectors, recordVectors } from './vectors.ts';

const USAGE = `Holds Plimsoll to kube-scheduler: both answer the same questions about random hard clusters.

  npm run parity -- [options]
    --seeds FIRST..LAST   clusters, default 1..1000
    --kube VERSIONS       ${KUBE_VERSIONS.join(',')}; default all
    --mode MODES          ${MODES.join(',')}; default all
    --minutes N           stop after so long
    --differences N       stop after so many cases with differences, default 3
    --shrink N            most candidates tried to make a case smaller, default 4000; 0: as it is
    --replay FILE         ask about the case in a file again
    --keep WHY            with --replay: keep the case with upstream's answer in test/parity/regressions/, under the name of the file
    --record              record test/parity/vectors/ anew, for the releases of --kube

The first difference is made as small as it gets, shown with both answers and written to build/parity/.
Needs Go, which builds the oracle the first time (minutes). Exit status: 0 no difference, or no oracle can be had here; 1 differences; 2 usage.
`;
const FOLDER = 'build/parity';
const REGRESSIONS = new URL('./regressions/', import.meta.url);
const VECTORS = new URL('./vectors/', import.meta.url);
const SHOWN_MAX = 8;
/** Characters: the seed draws the case again, and a large one would push what is said about it out of a log. */
const CASE_SHOWN_MAX = 6000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..1000' },
    kube: { type: 'string', default: KUBE_VERSIONS.join(',') },
    mode: { type: 'string', default: MODES.join(',') },
    minutes: { type: 'string', default: '1000000' },
    differences: { type: 'string', default: '3' },
    shrink: { type: 'string', default: '4000' },
    replay: { type: 'string' },
    keep: { type: 'string' },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Findings that have been told of. */
let shown = 0;

if (values.help) console.log(USAGE);
else process.exitCode = await main();

async function main(): Promise<number> {
  const upstream = new Upstream();
  const versions = members<KubeVersion>(values.kube, KUBE_VERSIONS);
  if (!versions) return usage();
  try {
    for (const version of versions) console.log(`kube-scheduler ${await upstream.release(version)}`);
    if (values.replay !== undefined) return await replay(upstream, values.replay);
    return values.record ? await record(upstream, versions) : await campaign(upstream, versions);
  } catch (error) {
    if (!(error instanceof OracleUnavailable)) throw error;
    console.log(`skipped: ${error.message}`);
    return 0;
  } finally {
    await upstream.close();
  }
}

function usage(): number {
  console.error(USAGE);
  return 2;
}

async function campaign(upstream: Upstream, versions: readonly KubeVersion[]): Promise<number> {
  const range = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seeds);
  const modes = members<Mode>(values.mode, MODES);
  if (!range || !modes) return usage();
  const started = performance.now();
  const isOver = () => performance.now() - started > Number(values.minutes) * 60_000;
  const seeds = [Number(range[1]), Number(range[2] ?? range[1])] as const;
  const tally = await compareAll(upstream, { seeds, versions, modes, stopAfter: Number(values.differences), isOver }, showProgress);
  for (const finding of firstOfEachKind(tally.findings)) await show(upstream, finding);
  console.log(summary(tally, (performance.now() - started) / 1000));
  return tally.findings.length > 0 || tally.cases === 0 ? 1 : 0;
}

function members<T extends string>(text: string, known: readonly T[]): readonly T[] | undefined {
  const parts = text.split(',') as T[];
  return parts.every((part) => known.includes(part)) ? parts : undefined;
}

function firstOfEachKind(findings: readonly Finding[]): readonly Finding[] {
  const byKind = new Map<string, Finding>();
  for (const finding of findings) {
    const kind = kindOf(finding.differences[0] as Difference);
    if (!byKind.has(kind)) byKind.set(kind, finding);
  }
  return [...byKind.values()];
}

async function show(upstream: Upstream, finding: Finding): Promise<void> {
  const attempts = Number(values.shrink);
  const small = attempts > 0 ? await minimal(upstream, finding, attempts) : finding.parityCase;
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/${small.name.replace(/[^\w.]+/g, '-')}.json`;
  writeFileSync(file, `${JSON.stringify(small, undefined, 1)}\n`);
  console.log(`\n${small.name}: ${finding.differences.length} differences, ${small.objects.length} objects left; --replay ${file}`);
  const { found } = await compare(upstream, small);
  console.log(JSON.stringify(small).slice(0, CASE_SHOWN_MAX));
  print(found);
}

async function record(upstream: Upstream, versions: readonly KubeVersion[]): Promise<number> {
  mkdirSync(VECTORS, { recursive: true });
  for (const version of versions) {
    const vectors = await recordVectors(upstream, version);
    const bytes = packVectors(await upstream.release(version), vectors);
    writeFileSync(new URL(`${version}.jsonl.gz`, VECTORS), bytes);
    const decisions = vectors.reduce((sum, { answer }) => sum + decisionsIn(answer), 0);
    console.log(`${version}: ${vectors.length} cases, ${decisions} decisions, ${bytes.length} bytes`);
  }
  return 0;
}

async function replay(upstream: Upstream, file: string): Promise<number> {
  const parityCase = JSON.parse(readFileSync(file, 'utf8')) as ParityCase;
  const { answer, found } = await compare(upstream, parityCase);
  print(found);
  if (values.keep !== undefined) {
    mkdirSync(REGRESSIONS, { recursive: true });
    const kept = { why: values.keep, case: parityCase, answer };
    writeFileSync(new URL(basename(file), REGRESSIONS), `${JSON.stringify(kept, undefined, 1)}\n`);
  }
  return found.length > 0 ? 1 : 0;
}

function print(found: readonly Difference[]): void {
  if (found.length === 0) console.log('no difference');
  for (const { what, where, upstream, plimsoll } of found.slice(0, SHOWN_MAX)) {
    console.log(`  ${what}: ${where}\n    upstream ${JSON.stringify(upstream)}\n    plimsoll ${JSON.stringify(plimsoll)}`);
  }
  if (found.length > SHOWN_MAX) console.log(`  and ${found.length - SHOWN_MAX} more`);
}

function showProgress(tally: Tally): void {
  // At once: what comes later may end the run.
  for (const { parityCase, differences } of tally.findings.slice(shown)) {
    console.log(`${parityCase.name} differs`);
    print(differences.slice(0, 1));
  }
  shown = tally.findings.length;
  if (tally.cases % 200 === 0) console.log(`${tally.cases} cases, ${total(tally.decisions)} decisions, ${tally.findings.length} differ`);
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, times) => sum + times, 0);
}

function kinds(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(findings, ({ differences: [first] }) => kindOf(first as Difference));
  return new Map([...groups].map(([kind, group]) => [kind, group.length]));
}

function summary({ clusters, decisions, features, findings, events, cases }: Tally, seconds: number): string {
  const list = (counts: ReadonlyMap<string, number>) => [...counts].map(([name, times]) => `${name} ${times}`).join(', ');
  const drawn = [...clusters].map(([version, seeds]) => `${version} ${seeds.size}`).join(', ');
  return [
    `\nclusters: ${drawn}`,
    `pod decisions: ${total(decisions)} (${list(decisions)})`,
    `among them: ${list(events)}`,
    `cases with the feature, of ${cases}: ${list(features)}`,
    `cases that differ: ${findings.length}${findings.length === 0 ? '' : `, first by ${list(kinds(findings))}`}`,
    `${seconds.toFixed(0)} s`,
  ].join('\n');
}
