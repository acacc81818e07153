import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { PlimsollError } from '../base/errors.ts';
import type { ComparisonPlan, ComparisonRun } from '../model/compare-results.ts';
import { resolveInputs } from '../sources/inputs.ts';
import { type RunLines, readRunLines } from '../sources/run-lines.ts';

/** A results file that grows by one line for each finished run. A line is one write behind the end: it is there as a whole or cut short, never mixed. */
export class RunLog {
  readonly path: string;
  /** Runs that were in the file, by hash. */
  readonly known: ReadonlyMap<string, ComparisonRun>;
  readonly warnings: readonly string[];
  private readonly lines: RunLines | undefined;
  private descriptor: number | undefined;

  private constructor(path: string, lines: RunLines | undefined) {
    this.path = path;
    this.lines = lines;
    this.known = new Map((lines?.runs ?? []).map((run) => [run.hash, run]));
    this.warnings = lines ? passedOver(lines) : [];
  }

  /** Reads what is there. @throws PlimsollError INPUT_KIND when the file is something else, INPUT_UNREADABLE. */
  static async open(path: string): Promise<RunLog> {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) throw new PlimsollError('USAGE', 'must be one file, not a directory', { path: '--results', value: path });
    const [lines] = status ? await readRunFiles([path]) : [];
    if (lines && lines.plans.length + lines.runs.length === 0 && lines.passedOver.length > 0) {
      const hint = 'name a new file, or one that --results has written';
      throw new PlimsollError('INPUT_KIND', 'is no results file', { file: path, hint });
    }
    return new RunLog(path, lines);
  }

  /** Begins to write; a plan that the file has already is not written again. @throws PlimsollError OUTPUT. */
  begin(plan: ComparisonPlan): void {
    this.writing(() => {
      this.descriptor = openSync(this.path, 'a');
    });
    if (this.lines?.open) this.write('\n');
    const line = `${JSON.stringify(plan)}\n`;
    const last = this.lines?.plans.at(-1);
    if (last === undefined || `${JSON.stringify(last)}\n` !== line) this.write(line);
  }

  add(run: ComparisonRun): void {
    this.write(`${JSON.stringify(run)}\n`);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private write(text: string): void {
    const bytes = Buffer.from(text);
    this.writing(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.descriptor as number, bytes, at);
    });
  }

  private writing(act: () => void): void {
    try {
      act();
    } catch (error) {
      throw new PlimsollError('OUTPUT', `cannot be written: ${(error as Error).message}`, { file: this.path });
    }
  }
}

/** The results files behind paths: files, directories, '-' for standard input. @throws PlimsollError INPUT_UNREADABLE. */
export async function readRunFiles(paths: readonly string[]): Promise<RunLines[]> {
  const files: RunLines[] = [];
  for (const input of await resolveInputs(paths)) {
    try {
      files.push(await readRunLines(input));
    } catch (error) {
      throw error instanceof PlimsollError ? error.at({ file: input.name }) : error;
    }
  }
  return files;
}

export function passedOver({ file, passedOver: [first, ...more] }: RunLines): readonly string[] {
  if (first === undefined) return [];
  const which = more.length === 0 ? `line ${first} is` : `${more.length + 1} lines (the first: ${first}) are`;
  return [`${file}: ${which} no complete run and passed over`];
}
