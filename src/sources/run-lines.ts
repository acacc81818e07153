import type { ComparisonPlan, ComparisonRun } from '../model/compare-results.ts';
import { API_VERSION } from '../model/results.ts';
import { unpacked } from './bytes.ts';
import type { Input } from './inputs.ts';

/** What a results file holds: one JSON document a line, plans and runs. */
export interface RunLines {
  readonly file: string;
  readonly plans: readonly ComparisonPlan[];
  readonly runs: readonly ComparisonRun[];
  /** Numbers of the lines that are neither, cut short as by a crash or foreign. */
  readonly passedOver: readonly number[];
  /** The last line has no end: whoever goes on writing begins a new one. */
  readonly open: boolean;
}

/**
 * Reads a results file, gzipped or not. Lines that are no plan and no run are passed over: a machine that stops in the middle of a line costs that run
 * and nothing else. Memory is that of the runs. @throws PlimsollError INPUT_UNREADABLE.
 */
export async function readRunLines(input: Input): Promise<RunLines> {
  const plans: ComparisonPlan[] = [];
  const runs: ComparisonRun[] = [];
  const passedOver: number[] = [];
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  const take = (line: Buffer): void => {
    number++;
    const document = documentIn(line);
    if (isRun(document)) runs.push(document);
    else if (isPlan(document)) plans.push(document);
    else if (document !== 'blank') passedOver.push(number);
  };
  for await (const chunk of unpacked(input.open({ bytes: 0 }))) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      take(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  const open = rest.length > 0;
  if (open) take(rest);
  return { file: input.name, plans, runs, passedOver, open };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function documentIn(line: Buffer): unknown {
  try {
    const text = utf8.decode(line);
    return text.trim() === '' ? 'blank' : JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Fields<Shape> = { readonly [Field in keyof Shape]?: unknown };

function isRun(value: unknown): value is ComparisonRun {
  const { apiVersion, kind, hash, variant, seed, values, seconds } = (value ?? {}) as Fields<ComparisonRun>;
  const named = apiVersion === API_VERSION && kind === 'ComparisonRun' && typeof hash === 'string' && typeof variant === 'string';
  return named && Number.isSafeInteger(seed) && typeof seconds === 'number' && Array.isArray(values) && values.every(isValue);
}

function isValue(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false;
  return typeof value[0] === 'string' && typeof value[1] === 'string' && Number.isFinite(value[2]);
}

function isPlan(value: unknown): value is ComparisonPlan {
  const { apiVersion, kind, baseline, seeds, variants, metrics, cluster } = (value ?? {}) as Fields<ComparisonPlan>;
  if (apiVersion !== API_VERSION || kind !== 'ComparisonPlan' || typeof seeds !== 'string' || typeof cluster !== 'object') return false;
  if (!/^\d{1,16}(?:\.\.\d{1,16})?(?:,\d{1,16}(?:\.\.\d{1,16})?)*$/.test(seeds)) return false;
  const have = (list: unknown, ...fields: string[]) =>
    Array.isArray(list) && list.every((item) => fields.every((field) => typeof item?.[field] === 'string'));
  return (
    have(variants, 'name', 'id') && have(metrics, 'name') && (variants as ComparisonPlan['variants']).some(({ name }) => name === baseline)
  );
}
