/** What docs/performance.md shows of recorded results. */

import type { BoundaryFile } from './boundary.ts';
import { type CurvesFile, curvesOf, figuresOf } from './curves/results.ts';
import { FIGURES } from './curves/series.ts';
import type { LimitsFile } from './limits.ts';
import type { LoopFile } from './loops.ts';
import type { NativeFile } from './native.ts';
import { type PeersFile, peerRows } from './peers/results.ts';
import { type Machine, type Result, type ResultFile, shortfalls } from './results.ts';
import { SCENARIOS } from './scenarios.ts';
import { compact, duration, pathShares } from './table.ts';
import { goalText, TITLES } from './titles.ts';
import type { Compared, WorkersFile } from './workers.ts';

/** Puts a text between the markers of a name. @throws Error where the page has no such markers. */
export function fillBlock(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no block ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

/** Cells with a bar between are columns; the first is flush left, numbers flush right. */
function markdown(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function measuredOn({ cpu, cores, memoryGiB }: Machine, node: string, date = ''): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node.replace(/^v/, '')}${date === '' ? '' : `, ${date}`}.`;
}

export function figuresBlock({ machine, node, measured, results }: ResultFile): string {
  const rows = results.flatMap((result) => (TITLES[result.name] === undefined ? [] : [figureRow(result)]));
  const headings = ['scenario', 'nodes', 'pods', 'decide', 'total', 'p50', 'p99', 'core memory', 'bounds/groups/scans', 'goal'];
  return `One run of \`npm run bench -- --label all\`: ${measuredOn(machine, node, measured)}\n\n${markdown(headings, rows)}`;
}

function figureRow(result: Result): string[] {
  const { name, nodes, pending, latency } = result;
  const goal = SCENARIOS.find((scenario) => scenario.name === name)?.goal;
  const missed = goal ? shortfalls(result, goal) : [];
  return [
    TITLES[name] as string,
    compact(nodes),
    compact(pending),
    `${compact(result.decidePerSecond)}/s`,
    `${compact(result.totalPerSecond)}/s`,
    duration(latency.p50),
    duration(latency.p99),
    `${Math.ceil(result.coreMiB)} MiB`,
    pathShares(result),
    goal ? `${goalText(goal)}: ${missed.length === 0 ? 'reached' : `missed (${missed.join(', ')})`}` : '',
  ];
}

export function curvesBlock(file: CurvesFile): string {
  const pictures = FIGURES.filter(({ axis }) => figuresOf(file).has(`growth-${axis}.svg`));
  const rows = curvesOf(file).map(({ series, points, law }) => {
    const [first, last] = [points[0], points.at(-1)];
    const range = law ? `${compact(law.from)} to ${compact(law.to)} (${law.points} points)` : 'too few points';
    const ends = first && last ? `${duration(Math.round(first.y))} to ${duration(Math.round(last.y))}` : '';
    return [
      `${series.title}: ${series.meaning}`,
      series.axis,
      ends,
      law ? law.exponent.toFixed(2) : '',
      range,
      law ? law.r2.toFixed(2) : '',
    ];
  });
  return [
    `\`npm run bench:curves\`: ${measuredOn(file.machine, file.node, file.measured)}`,
    pictures.map(({ axis, title }) => `![${title}](images/growth-${axis}.svg)`).join('\n\n'),
    markdown(['what', 'over', 'first to last point', 'exponent', 'fitted over', 'R²'], rows),
  ].join('\n\n');
}

export function peersBlock(file: PeersFile): string {
  const rows = peerRows(file).map((row) => [row.title, row.theirs, row.answer, row.first, row.median, row.goal]);
  const table = markdown(['benchmark', 'there', 'answer here', 'first run', 'median of the next 10', 'goal'], rows);
  return `\`npm run bench:peers\`: ${measuredOn(file.machine, file.node, file.measured)}\n\n${table}`;
}

export function nativeBlock(file: NativeFile): string {
  const rows = file.rows.map(({ form, scan, row, speed }) => [form, scan, row, speed]);
  return `${measuredOn(file.machine, file.node, file.measured)}\n\n${markdown(['loop', 'scan', 'a row', "core's speed"], rows)}`;
}

/** Reading alone beside the whole pass: its median decision, or for the scan without a scenario the core's time. */
export function limitsBlock(file: LimitsFile, { results }: ResultFile, native: NativeFile): string {
  const scan = Number.parseFloat(native.rows.find(({ form }) => form.startsWith('core'))?.scan ?? '') * 1000;
  const rows = file.rows.flatMap(({ title, scenario, bytes, readNanoseconds }) => {
    const pass = scenario === undefined ? scan : results.find(({ name }) => name === scenario)?.latency.p50;
    if (pass === undefined) return [];
    const rate = `${(bytes / readNanoseconds).toFixed(1)} GB/s`;
    return [
      [title, `${compact(bytes)}B`, duration(readNanoseconds), rate, duration(pass), `${((100 * readNanoseconds) / pass).toFixed(0)} %`],
    ];
  });
  const headings = ['pass over', 'reads', 'reading alone', 'at', 'the pass', 'of the limit'];
  return `\`npm run bench:limits\`: ${measuredOn(file.machine, file.node, file.measured)}\n\n${markdown(headings, rows)}`;
}

export function boundaryBlock({ machine, node, measured, import: read, output }: BoundaryFile): string {
  const seconds = (value: number) => duration(Math.round(value * 1e9));
  const rows = [
    [`reading ${read.megabytes} MB of JSON into a snapshot`, seconds(read.readSeconds)],
    ["the engine's own encoding, up to a batch that can decide", seconds(read.encodeSeconds)],
    ['the first decision', seconds(read.firstDecisionSeconds)],
    [`all of it (goal 20 s, encoding 1 s), with ${read.residentMiB} MiB resident`, seconds(read.totalSeconds)],
    ['a decision of one class, kinds and rows as typed arrays', duration(output.typedArraysNanoseconds)],
    ['the same from pod objects to placement objects, queue and compiling included', duration(output.objectsNanoseconds)],
  ];
  return `\`npm run bench:boundary\`: ${measuredOn(machine, node, measured)}\n\n${markdown(['what', 'time'], rows)}`;
}

export function workersBlock({ machine, node, measured, building, drains, losses }: WorkersFile): string {
  const row = (title: string, { oneWorkerSeconds, twoWorkersSeconds, ratio }: Compared, goal: string): string[] => {
    const [one, two] = [oneWorkerSeconds, twoWorkersSeconds].map((value) => duration(Math.round(value * 1e9)));
    return [title, one as string, two as string, `${ratio.toFixed(2)}x`, goal];
  };
  const reached = ({ ratio }: Compared, goal: number) => `${goal}x: ${ratio >= goal ? 'reached' : 'missed'}`;
  const alone = duration(Math.round(losses.withoutWorkersSeconds * 1e9));
  const rows = [
    row(`tables of ${building.classes} classes, ${compact(building.nodes)} nodes`, building, reached(building, 1.6)),
    row(`${compact(drains.whatIfs)} drains of single nodes, threads up`, drains.again, reached(drains.again, 1.7)),
    row('the same, threads just started', drains.first, ''),
    row(`a whole question of ${compact(losses.whatIfs)} losses (without workers ${alone})`, losses, ''),
  ];
  const headings = ['what', 'one worker', 'two workers', 'times faster', 'goal'];
  return `\`npm run bench:workers\`: ${measuredOn(machine, node, measured)}\n\n${markdown(headings, rows)}`;
}

export function loopsBlock({ node, loops }: LoopFile): string {
  return loops
    .flatMap(({ title, accesses, code, wat }) => [
      `**${title}**: ${code.length} instructions with ${accesses} accesses to memory.`,
      folded(`As V8 of Node ${node.replace(/^v/, '')} compiles it for x86-64`, 'asm', code),
      folded('As WebAssembly (`build/core.wat`)', 'wasm', wat),
    ])
    .join('\n\n');
}

function folded(summary: string, language: string, lines: readonly string[]): string {
  return `<details><summary>${summary}</summary>\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n</details>`;
}
