/** Linear and mixed-integer programs, solved by HiGHS. */
import type { Highs, Model } from 'highs';
import { assert } from '../base/assert.ts';

/** One column by its rows and their coefficients. */
export interface Column {
  readonly cost: number;
  readonly rows: readonly number[];
  readonly values: readonly number[];
  readonly upper?: number;
}

export interface Solved {
  readonly objective: number;
  readonly columns: Float64Array;
  /** Of the rows; meaningless where columns are whole numbers. */
  readonly duals: Float64Array;
  /** What no solution can be below; that of the search tree where columns are whole numbers. */
  readonly bound: number;
}

/** Loaded once: half a compiler run in WebAssembly. */
let solver: Promise<Highs> | undefined;

/**
 * Runs `work` with the loader of programs; all programs made in it are given back at its end. The solver is loaded at the first call only. No
 * limit is one of time, so that the same program gives the same answer everywhere.
 */
export async function withPrograms<Result>(work: (make: (rows: readonly Row[]) => Program) => Result | Promise<Result>): Promise<Result> {
  // The package's types describe its CommonJS side: there the function is one `default` further in.
  solver ??= import('highs').then(({ default: load }) => (load as unknown as () => Promise<Highs>)());
  const highs = await solver;
  const models: Model[] = [];
  try {
    return await work((rows) => {
      const model = highs.createModel();
      models.push(model);
      return new Program(highs, model, rows);
    });
  } finally {
    for (const model of models) model.dispose();
  }
}

/** A constraint: its sum lies within the bounds. */
export interface Row {
  readonly lower: number;
  readonly upper: number;
}

/** A minimisation over columns from 0 that grows column by column and starts again from its last basis. */
export class Program {
  private readonly highs: Highs;
  private readonly model: Model;
  private width = 0;

  constructor(highs: Highs, model: Model, rows: readonly Row[]) {
    this.highs = highs;
    this.model = model;
    model.options.set({ output_flag: false, random_seed: 0 });
    const bound = (value: number) => (Number.isFinite(value) ? value : Math.sign(value) * highs.infinity);
    for (const { lower, upper } of rows) model.addRow(bound(lower), bound(upper), { indices: [], values: [] });
  }

  /** Gives the memory back before all others do. */
  close(): void {
    this.model.dispose();
  }

  /** @returns The number of the column. */
  add({ cost, rows, values, upper = Number.POSITIVE_INFINITY }: Column): number {
    this.model.addCol(cost, 0, Number.isFinite(upper) ? upper : this.highs.infinity, { indices: [...rows], values: [...values] });
    return this.width++;
  }

  /** The optimum with fractions; undefined: there is no solution, or the iterations ran out. */
  solve(iterationsMax: number): Solved | undefined {
    this.model.options.set({ simplex_iteration_limit: iterationsMax });
    this.model.run();
    if (this.model.getModelStatus() !== this.highs.constants.modelStatus.optimal) return undefined;
    const { colValue, rowDual } = this.model.getSolution();
    const objective = this.model.getObjectiveValue();
    return { objective, columns: colValue, duals: rowDual, bound: objective };
  }

  /**
   * The best solution in whole numbers that a search over `nodesMax` nodes finds, or the first within `gap` of its bound, and the bound that is proven;
   * undefined: none was found.
   */
  solveWhole(nodesMax: number, iterationsMax: number, gap = 0): Solved | undefined {
    const { model, highs } = this;
    for (let i = 0; i < this.width; i++) model.changeColIntegrality(i, highs.constants.variableType.integer);
    model.options.set({ mip_max_nodes: nodesMax, mip_rel_gap: gap, simplex_iteration_limit: iterationsMax });
    model.run();
    const status = model.getModelStatus();
    const { modelStatus } = highs.constants;
    if (status !== modelStatus.optimal && status !== modelStatus.solutionLimit) return undefined;
    const bound = Number(model.info.get('mip_dual_bound'));
    assert(!Number.isNaN(bound), 'a search proves some bound');
    const { colValue, rowDual } = model.getSolution();
    if (!colValue.some((value) => value > 0)) return undefined;
    return { objective: model.getObjectiveValue(), columns: colValue, duals: rowDual, bound };
  }
}
