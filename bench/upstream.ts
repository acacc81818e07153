/** `npm run bench:upstream -- [--quick] [--only REGEX] [--nodes N,N] [--json FILE]`; see docs/upstream-benchmark.md. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KUBE_VERSION_DEFAULT } from '../src/model/gates.ts';
import { type BenchedDecision, type BenchRun, type Oracle, OracleUnavailable, openOracle } from '../test/parity/oracle-client.ts';
import { resultFileName, thisMachine } from './results.ts';
import { compact } from './table.ts';
import { agreementOf, type OwnSide, perSecond, rateOf, type UpstreamFile, type UpstreamRow, WAYS, type Way } from './upstream-results.ts';
import { PODS, QUICK_NODES, QUICK_PODS, SIZES, WORKS, type Work } from './upstream-rows.ts';
import { markdown, share } from './upstream-table.ts';

const FOLDER = import.meta.dirname;
const HEAP_MIB = 8_192;
/** Seconds of deciding that kube-scheduler is given for a row in one way. A slower row is cut short: rates are over the decisions made. */
const SECONDS_MAX = 15;
const LOAD_QUIET = 0.5;
/** Upstream's reuse of scores, on by default and left so when it is timed; decisions do not repeat with it. */
const BATCHING = 'OpportunisticBatching';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    nodes: { type: 'string' },
    json: { type: 'string' },
  },
});
try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof OracleUnavailable)) throw error;
  process.stdout.write(`skipped: ${error.message}\n`);
}

async function run(): Promise<number> {
  const works = WORKS.filter(({ name }) => new RegExp(flags.only).test(name));
  const sizes = flags.nodes?.split(',').map(Number) ?? (flags.quick ? [QUICK_NODES] : SIZES);
  if (works.length === 0) return complain(`no work is named like '${flags.only}'; there are ${WORKS.map(({ name }) => name).join(', ')}`);
  if (!sizes.every((nodes) => Number.isInteger(nodes) && nodes > 0))
    return complain(`--nodes takes whole numbers, as in 1000,5000, not '${flags.nodes}'`);
  const load = Math.round((loadavg()[0] as number) * 100) / 100;
  if (load > LOAD_QUIET) process.stderr.write(`bench: the machine is busy (load ${load}); the times are not worth keeping\n`);
  const kubernetes = await versionOf();
  const rows: UpstreamRow[] = [];
  for (const work of works) for (const nodes of sizes) rows.push(await measureRow(work, nodes, flags.quick ? QUICK_PODS : PODS));
  const file: UpstreamFile = { machine: thisMachine(), kubernetes, node: process.version, load, rows };
  process.stdout.write(markdown(file));
  const whole = !flags.quick && flags.only === '' && flags.nodes === undefined;
  const path = flags.json ?? (whole ? join(FOLDER, 'results', `upstream-${resultFileName(file)}`) : undefined);
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  return rows.every(({ agreement }) => agreement.equal === agreement.compared) ? 0 : 1;
}

function complain(problem: string): number {
  process.stderr.write(`bench: ${problem}\n`);
  return 1;
}

async function versionOf(): Promise<string> {
  const oracle = await openOracle(KUBE_VERSION_DEFAULT);
  await oracle.close();
  return oracle.version;
}

/** One after the other: at no time do two of the processes compute. */
async function measureRow(work: Work, nodes: number, pods: number): Promise<UpstreamRow> {
  const objects = [...work.objects(nodes, pods)];
  const [sampled, all] = await upstreamRuns(objects, [WAYS.sampled, WAYS.all], true);
  const [single] = await upstreamRuns(objects, [WAYS.single], false);
  const { heap, first, decisions } = ownSide(work, nodes, pods);
  const agreement = agreementOf(single, decisions);
  const row: UpstreamRow = {
    work: work.name,
    title: work.title,
    nodes,
    pods,
    upstream: { sampled: rateOf(sampled), all: rateOf(all), single: rateOf(single) },
    plimsoll: { heap, first },
    agreement,
  };
  tell(row);
  return row;
}

/** Decisions of each way in the order of the queue. */
async function upstreamRuns<const W extends readonly Way[]>(
  objects: readonly unknown[],
  ways: W,
  batching: boolean,
): Promise<{ [I in keyof W]: readonly BenchedDecision[] }> {
  const oracle: Oracle = await openOracle(KUBE_VERSION_DEFAULT, { [BATCHING]: batching });
  try {
    const runs: BenchRun[] = ways.map(({ name: _, ...way }) => ({ ...way, seconds: SECONDS_MAX }));
    const answer = await oracle.ask({ mode: 'bench', objects, runs });
    if (answer.runs === undefined) throw new Error(`kube-scheduler cannot take the cluster: ${answer.invalid}`);
    return answer.runs.map(({ decisions }) => decisions) as { [I in keyof W]: readonly BenchedDecision[] };
  } finally {
    await oracle.close();
  }
}

function ownSide({ name }: Work, nodes: number, pods: number): OwnSide {
  const child = ['--expose-gc', `--max-old-space-size=${HEAP_MIB}`, join(FOLDER, 'upstream-child.ts'), name, `${nodes}`, `${pods}`];
  const output = execFileSync(process.execPath, child, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 });
  return JSON.parse(output) as OwnSide;
}

function tell({ work, nodes, upstream, plimsoll, agreement }: UpstreamRow): void {
  const rates = Object.values(WAYS).map(({ name }) => `${name} ${compact(perSecond(upstream[name]))}`);
  const own = `Plimsoll ${compact(perSecond(plimsoll.heap))}, first of equals ${compact(perSecond(plimsoll.first))}`;
  const { equal, compared, firstDifference: other } = agreement;
  const first = other ? `; ${other.pod} is on '${other.upstream}', Plimsoll has '${other.plimsoll}'` : '';
  process.stderr.write(
    `${work}, ${nodes} nodes: ${rates.join(', ')}/s; ${own}/s; ${share(equal, compared)} of ${compared} decisions equal${first}\n`,
  );
}
