import { assert } from '../base/assert.ts';
import type { CompactRun, DrainedStep, Refusal, RunMark } from './compact-run.ts';

/** Less is tried earlier; compared one after the other. Asked for a node as it is now. */
export type NodeRank = (name: string) => readonly number[];

/**
 * Called before each trial of a node with what is done with it: trying whether it can go, draining those that go in their order, or explaining why it
 * stays; and with how many nodes this has been done, of how many. How often each comes up is not known before.
 */
export type OnTrial = (done: number, total: number, doing: 'trying' | 'draining' | 'explaining') => void;

/** What the search may do, and how it ranks. */
export interface SearchRules {
  /** Names of the nodes that may go, in snapshot order. */
  readonly candidates: readonly string[];
  readonly movesMax: number;
  /** No more nodes than these can go. */
  readonly nodesMax: number;
  /** The order while there are moves enough for the first choice, */
  readonly rank: NodeRank;
  /** and where there are not. */
  readonly thriftyRank: NodeRank;
  readonly onTrial: OnTrial;
}

/** A plan that has been played through. */
export interface CompactPlan {
  /** In the order in which they are drained; the first `cordonedFirst` are cordoned before anything else. */
  readonly steps: readonly DrainedStep[];
  readonly cordonedFirst: number;
  /** Why each other candidate cannot go after them. */
  readonly refusals: ReadonlyMap<string, Refusal>;
}

/** Plays with all that has been found cordoned at first; what is found after them is cordoned when it is its turn. */
const ROUNDS_MAX = 6;
/** As much of a plan has to be new for another play of it: one in so many nodes. */
const NEW_SHARE = 50;
/** Plays in which only the nodes that cannot be drained are left out of the next one; from then on it is half of the nodes. */
const PLAYS_MAX = 4;

const isRefusal = (step: DrainedStep | Refusal): step is Refusal => 'because' in step;

/**
 * A greedy search: nodes are tried in the order of their rank and drained where everything finds a place, pass after pass until nothing more can go.
 * What goes is then played again with all of it cordoned at first, so that no pod moves twice; nodes that cannot be drained then are left out of the next
 * play. The search goes on from there. What it finds is played with the rest, or, where that gains nothing or is not worth it, comes last: such nodes are
 * cordoned when it is their turn.
 *
 * The state of the run is that after the plan. At most (nodes that go + 1) · nodes trials, in practice four or five for each node.
 */
export async function searchPlan(run: CompactRun, rules: SearchRules): Promise<CompactPlan> {
  return new PlanSearch(run, rules).plan();
}

class PlanSearch {
  private readonly run: CompactRun;
  private readonly rules: SearchRules;
  private readonly start: RunMark;

  constructor(run: CompactRun, rules: SearchRules) {
    this.run = run;
    this.rules = rules;
    this.start = run.mark();
  }

  async plan(): Promise<CompactPlan> {
    const { run, rules } = this;
    const rank = this.movesAreFew() ? rules.thriftyRank : rules.rank;
    let steps: readonly DrainedStep[] = [];
    for (let round = 1; ; round++) {
      const found = await new Passes(run, rules, rank, steps).all();
      const known = steps;
      const isWorthIt = round <= ROUNDS_MAX && found.length * NEW_SHARE > known.length;
      if (isWorthIt) steps = await this.playMost(namesOf([...known, ...found]));
      if (steps.length > known.length) continue;
      steps = known;
      if (isWorthIt && found.length > 0) await this.playAgain(known, found);
      const all = [...known, ...found];
      return { steps: all, cordonedFirst: known.length, refusals: await this.refusals(all) };
    }
  }

  /** Whether as many nodes as can go at most ask for more moves than there may be. */
  private movesAreFew(): boolean {
    const { run, rules } = this;
    if (rules.movesMax === Number.POSITIVE_INFINITY) return false;
    const movable = ranked(rules, rules.rank, new Set()).filter((name) => run.blocker(name) === undefined);
    return movable.slice(0, rules.nodesMax).reduce((sum, name) => sum + run.evictable(name).length, 0) > rules.movesMax;
  }

  /** Goes back to where the search was: the steps, and what was found after them. */
  private async playAgain(known: readonly DrainedStep[], found: readonly DrainedStep[]): Promise<void> {
    this.run.undo(this.start);
    const first = await this.play(namesOf(known));
    const late = await this.play(namesOf(found), first.steps, false);
    assert(first.refused + late.refused === 0, 'what was drained once is drained again from the same state');
  }

  /** The nodes of `names` that can be drained one after the other from the start with all of them, and no others, cordoned at first. */
  private async playMost(names: readonly string[]): Promise<readonly DrainedStep[]> {
    let left = names;
    for (let plays = 1; ; plays++) {
      this.run.undo(this.start);
      const { steps, refused } = await this.play(left);
      if (refused === 0) return steps;
      const drained = namesOf(steps);
      left = plays < PLAYS_MAX ? drained : drained.slice(0, Math.floor(drained.length / 2));
    }
  }

  /** Drains the nodes one after the other after those before them, all cordoned at first or each in its turn; those that cannot be take pods again. */
  private async play(
    names: readonly string[],
    before: readonly DrainedStep[] = [],
    cordonedFirst = true,
  ): Promise<{ readonly steps: readonly DrainedStep[]; readonly refused: number }> {
    if (cordonedFirst) this.run.cordon(names);
    const steps: DrainedStep[] = [];
    let wave = waveAfter(before);
    for (const [i, name] of names.entries()) {
      this.rules.onTrial(i, names.length, 'draining');
      const step = await this.run.drain(name, wave, 'refusal');
      if (isRefusal(step)) {
        this.run.uncordon(name);
        continue;
      }
      steps.push(step);
      wave += step.waves;
    }
    return { steps, refused: names.length - steps.length };
  }

  /** Why the nodes that have not gone cannot go now. */
  private async refusals(steps: readonly DrainedStep[]): Promise<ReadonlyMap<string, Refusal>> {
    const refusals = new Map<string, Refusal>();
    const gone = new Set(namesOf(steps));
    const movesLeft = this.rules.movesMax - movesOf(steps);
    const wave = waveAfter(steps);
    const staying = this.rules.candidates.filter((name) => !gone.has(name));
    for (const [i, name] of staying.entries()) {
      this.rules.onTrial(i, staying.length, 'explaining');
      const result = tooManyMoves(this.run, this.rules, name, movesLeft) ?? (await this.run.drain(name, wave, 'preemption'));
      assert(isRefusal(result), 'what could not be drained a moment ago cannot be drained now');
      refusals.set(name, result);
    }
    return refusals;
  }
}

/** Passes over all nodes that are left, from the state after `before`, each cordoned when it is tried, until nothing more can go. */
class Passes {
  private readonly run: CompactRun;
  private readonly rules: SearchRules;
  private readonly rank: NodeRank;
  private readonly gone: Set<string>;
  private readonly found: DrainedStep[] = [];
  private movesLeft: number;
  private wave: number;
  /** How many nodes had gone when a node was refused. */
  private readonly refusedAt = new Map<string, number>();

  constructor(run: CompactRun, rules: SearchRules, rank: NodeRank, before: readonly DrainedStep[]) {
    this.run = run;
    this.rules = rules;
    this.rank = rank;
    this.gone = new Set(namesOf(before));
    this.movesLeft = rules.movesMax - movesOf(before);
    this.wave = waveAfter(before);
  }

  async all(): Promise<readonly DrainedStep[]> {
    let gone = -1;
    while (this.found.length > gone) {
      gone = this.found.length;
      const order = ranked(this.rules, this.rank, this.gone);
      for (const [i, name] of order.entries()) {
        this.rules.onTrial(i, order.length, 'trying');
        await this.tryNode(name);
      }
    }
    return this.found;
  }

  private async tryNode(name: string): Promise<void> {
    const gone = this.found.length;
    // Nothing has changed since it was refused.
    if (this.refusedAt.get(name) === gone) return;
    const result = tooManyMoves(this.run, this.rules, name, this.movesLeft) ?? (await this.run.drain(name, this.wave, 'refusal'));
    if (isRefusal(result)) {
      this.refusedAt.set(name, gone);
      return;
    }
    this.found.push(result);
    this.gone.add(name);
    this.movesLeft -= result.moves.length;
    this.wave += result.waves;
  }
}

function tooManyMoves(run: CompactRun, { movesMax }: SearchRules, name: string, left: number): Refusal | undefined {
  if (left === Number.POSITIVE_INFINITY) return undefined;
  const asked = run.evictable(name).length;
  if (asked <= left) return undefined;
  return { because: 'moves', reason: `takes ${asked} evictions, and ${left} of ${movesMax} are left` };
}

/** Names of the candidates that have not gone, by rank. */
function ranked({ candidates }: SearchRules, rank: NodeRank, gone: ReadonlySet<string>): readonly string[] {
  const left = candidates.filter((name) => !gone.has(name)).map((name) => ({ name, rank: rank(name) }));
  // The sort is stable: what ranks alike stays in snapshot order.
  return left.sort((a, b) => compareRanks(a.rank, b.rank)).map(({ name }) => name);
}

function namesOf(steps: readonly DrainedStep[]): readonly string[] {
  return steps.map(({ name }) => name);
}

function movesOf(steps: readonly DrainedStep[]): number {
  return steps.reduce((sum, { moves }) => sum + moves.length, 0);
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
