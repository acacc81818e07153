/**
 * `npm run bench:plan [-- fit drain compact compact-5000 survive]`: what planning questions take once the cluster is in memory: the whole answer of the
 * library with every placement and move, each in a fresh process so that no question finds the code warm. Wall clock and CPU seconds (user and system,
 * of all threads), the run with the median wall time of three.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Snapshot } from '../src/model/snapshot.ts';
import { compact } from '../src/plan/compact.ts';
import { drain } from '../src/plan/drain.ts';
import { fit as fitCopies } from '../src/plan/fit.ts';
import { survive } from '../src/plan/survive.ts';
import { type Column, tableLines } from '../src/report/table.ts';
import { buildCluster, buildGenerated } from './clusters.ts';

const RUNS = 3;
const FIT_COPIES = 10_000_000;
const RACKS = 500;
const RACK_LABEL = 'example.com/rack';
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'copy' },
  spec: { containers: [{ name: 'main', image: 'example.com/app', resources: { requests: { cpu: '10m', memory: '16Mi' } } }] },
};

interface Question {
  readonly title: string;
  readonly cluster: () => Snapshot;
  /** The answer in a few words. */
  readonly ask: (cluster: Snapshot) => Promise<string>;
}

const fleet = (nodes: number, pods: number) => () => buildGenerated({ nodes, pods, boundShare: 100, seed: 7 });

async function askCompact(cluster: Snapshot): Promise<string> {
  const { summary, bound } = await compact(cluster);
  return `${summary.removed} go, ${summary.moves} moves, ${bound.nodes} at least stay`;
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  fit: {
    title: 'fit 10,000,000 copies, 100,000 nodes',
    cluster: () => buildCluster({ nodes: 100_000, apps: [] }),
    ask: async (cluster) => `${(await fitCopies(cluster, [{ manifest: POD }], { maxLimit: FIT_COPIES })).replicas} copies`,
  },
  drain: {
    title: 'drain 2 of 5,000 nodes, 40,000 pods',
    cluster: fleet(5_000, 40_000),
    ask: async (cluster) => `${(await drain(cluster, ['node-0100', 'node-0101'], { ignoreDaemonsets: true })).steps.length} moves`,
  },
  compact: { title: 'compact 1,000 nodes, 8,000 pods', cluster: fleet(1_000, 8_000), ask: askCompact },
  'compact-5000': { title: 'compact 5,000 nodes, 40,000 pods', cluster: fleet(5_000, 40_000), ask: askCompact },
  survive: {
    title: 'survive each of 500 racks, 5,000 nodes, 50,000 pods, 2 workers',
    cluster: () => inRacks(fleet(5_000, 50_000)()),
    ask: async (cluster) => {
      const { summary } = await survive(cluster, RACK_LABEL, { workers: 2 });
      return `${summary.survived} of ${summary.domains} survived`;
    },
  },
};

function inRacks(cluster: Snapshot): Snapshot {
  const nodes = cluster.nodes.map((node, i) => ({ ...node, labels: new Map([...node.labels, [RACK_LABEL, `rack-${i % RACKS}`]]) }));
  return { ...cluster, nodes };
}

interface Measured {
  readonly title: string;
  readonly answer: string;
  readonly wall: number;
  readonly cpu: number;
}

/** One question in this process. */
async function measure({ title, cluster, ask }: Question): Promise<Measured> {
  const snapshot = cluster();
  const before = process.cpuUsage();
  const started = performance.now();
  const answer = await ask(snapshot);
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { title, answer, wall, cpu: (user + system) / 1e6 };
}

function medianOf(name: string): Measured {
  const runs = Array.from({ length: RUNS }, (): Measured => {
    const text = execFileSync(process.execPath, [import.meta.filename, '--once', name], { encoding: 'utf8' });
    return JSON.parse(text) as Measured;
  });
  if (new Set(runs.map(({ answer }) => answer)).size !== 1) throw new Error(`${name}: answers differ`);
  return runs.sort((a, b) => a.wall - b.wall)[Math.floor(RUNS / 2)] as Measured;
}

const COLUMNS: readonly Column<Measured>[] = [
  { heading: 'QUESTION', cell: ({ title }) => title },
  { heading: 'SECONDS', align: 'right', cell: ({ wall }) => wall.toFixed(2) },
  { heading: 'CPU-SECONDS', align: 'right', cell: ({ cpu }) => cpu.toFixed(2) },
  { heading: 'ANSWER', cell: ({ answer }) => answer },
];

const { values, positionals } = parseArgs({ options: { once: { type: 'string' } }, allowPositionals: true });
const unknown = [...positionals, ...(values.once === undefined ? [] : [values.once])].find((name) => !Object.hasOwn(QUESTIONS, name));
if (unknown !== undefined) throw new Error(`there is no question ${unknown}: ${Object.keys(QUESTIONS).join(', ')}`);
if (values.once !== undefined) process.stdout.write(JSON.stringify(await measure(QUESTIONS[values.once] as Question)));
else {
  process.stdout.write(`Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim()}\n`);
  const names = positionals.length > 0 ? positionals : Object.keys(QUESTIONS);
  for (const text of tableLines(COLUMNS, names.map(medianOf))) process.stdout.write(text);
}
