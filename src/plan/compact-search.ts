import { assert } from '../base/assert.ts';
import type { CompactRun, DrainedStep, Refusal, RunMark } from './compact-run.ts';

/** What the search may do, and how it ranks. */
export interface SearchRules {
  /** Names of the nodes that may go, in snapshot order. */
  readonly candidates: readonly string[];
  readonly movesMax: number;
  /** Less is tried earlier; compared one after the other. Asked for a node as it is now. */
  readonly rank: (name: string) => readonly number[];
  readonly onTrial: (name: string) => void;
}

/** A plan that has been played through. */
export interface CompactPlan {
  /** In the order in which they are drained; the first `cordonedFirst` are cordoned before anything else. */
  readonly steps: readonly DrainedStep[];
  readonly cordonedFirst: number;
  /** Why each other candidate cannot go after them. */
  readonly refusals: ReadonlyMap<string, Refusal>;
}

/** Searches whose finds are all cordoned at first; what later ones find is cordoned when it is its turn. */
const ROUNDS_MAX = 6;

const isRefusal = (step: DrainedStep | Refusal): step is Refusal => 'because' in step;

/**
 * A greedy search: nodes are tried in the order of their rank and drained where everything finds a place, pass after pass until nothing more can go.
 * What goes is then played again with all of it cordoned at first, so that no pod moves twice, and the search goes on from there. Where that cannot
 * be played, the nodes found last are cordoned when it is their turn, and the search ends.
 *
 * The state of the run is that after the plan. At most (nodes that go + 1) · nodes trials, in practice few passes.
 */
export async function searchPlan(run: CompactRun, rules: SearchRules): Promise<CompactPlan> {
  const start = run.mark();
  let steps: readonly DrainedStep[] = [];
  for (let round = 1; ; round++) {
    const { accepted, refusals } = await new Search(run, rules, steps).passes();
    if (accepted.length === 0) return { steps, cordonedFirst: steps.length, refusals };
    const again = round <= ROUNDS_MAX ? await playMost(run, start, steps, accepted) : undefined;
    if (again) {
      steps = again;
      continue;
    }
    run.undo(start);
    const first = await play(run, namesOf(steps));
    const late = first && (await play(run, namesOf(accepted), first, false));
    assert(first !== undefined && late !== undefined, 'what was drained once is drained again from the same state');
    return { steps: [...first, ...late], cordonedFirst: first.length, refusals };
  }
}

/** The steps and as many of those found after them as can be played with all of them cordoned at first: all, half, a quarter of them, and so on. */
async function playMost(
  run: CompactRun,
  start: RunMark,
  steps: readonly DrainedStep[],
  found: readonly DrainedStep[],
): Promise<readonly DrainedStep[] | undefined> {
  for (let count = found.length; count >= 1; count = Math.floor(count / 2)) {
    run.undo(start);
    const played = await play(run, namesOf([...steps, ...found.slice(0, count)]));
    if (played) return played;
  }
  return undefined;
}

/** Drains the nodes one after the other after those before them, all cordoned at first or each in its turn; undefined where one cannot be drained. */
async function play(
  run: CompactRun,
  names: readonly string[],
  before: readonly DrainedStep[] = [],
  cordonedFirst = true,
): Promise<readonly DrainedStep[] | undefined> {
  if (cordonedFirst) for (const name of names) run.cordon(name);
  const steps: DrainedStep[] = [];
  for (const name of names) {
    const step = await run.drain(name, waveAfter([...before, ...steps]));
    if (isRefusal(step)) return undefined;
    steps.push(step);
  }
  return steps;
}

class Search {
  private readonly run: CompactRun;
  private readonly rules: SearchRules;
  private readonly before: readonly DrainedStep[];
  private readonly accepted: DrainedStep[] = [];
  private readonly refusals = new Map<string, Refusal>();
  /** How many nodes had gone when a node was refused. */
  private readonly refusedAt = new Map<string, number>();

  constructor(run: CompactRun, rules: SearchRules, before: readonly DrainedStep[]) {
    this.run = run;
    this.rules = rules;
    this.before = before;
  }

  async passes(): Promise<{ readonly accepted: readonly DrainedStep[]; readonly refusals: ReadonlyMap<string, Refusal> }> {
    let gone = -1;
    while (this.accepted.length > gone) {
      gone = this.accepted.length;
      for (const name of this.order()) await this.tryNode(name);
    }
    return { accepted: this.accepted, refusals: this.refusals };
  }

  private order(): readonly string[] {
    const gone = new Set([...namesOf(this.before), ...namesOf(this.accepted)]);
    const ranked = this.rules.candidates.filter((name) => !gone.has(name)).map((name) => ({ name, rank: this.rules.rank(name) }));
    // The sort is stable: what ranks alike stays in snapshot order.
    return ranked.sort((a, b) => compareRanks(a.rank, b.rank)).map(({ name }) => name);
  }

  private async tryNode(name: string): Promise<void> {
    const gone = this.accepted.length;
    // Nothing has changed since it was refused.
    if (this.refusedAt.get(name) === gone) return;
    this.rules.onTrial(name);
    const result = this.tooManyMoves(name) ?? (await this.run.drain(name, waveAfter([...this.before, ...this.accepted])));
    if (isRefusal(result)) {
      this.refusals.set(name, result);
      this.refusedAt.set(name, gone);
    } else {
      this.refusals.delete(name);
      this.accepted.push(result);
    }
  }

  private tooManyMoves(name: string): Refusal | undefined {
    const { movesMax } = this.rules;
    const made = [...this.before, ...this.accepted].reduce((sum, { moves }) => sum + moves.length, 0);
    const asked = this.run.evictable(name).length;
    if (made + asked <= movesMax) return undefined;
    return { because: 'moves', reason: `takes ${asked} evictions, and ${movesMax - made} of ${movesMax} are left` };
  }
}

function namesOf(steps: readonly DrainedStep[]): readonly string[] {
  return steps.map(({ name }) => name);
}

/** Waves are numbered from 1. */
function waveAfter(steps: readonly DrainedStep[]): number {
  return steps.reduce((wave, { waves }) => wave + waves, 1);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] as number;
    // Not a difference: Infinity has none with itself.
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
