import { Prng } from '../../src/base/prng.ts';
import { Classes } from '../../src/engine/classes.ts';
import { narrowedAway, runPreFilter } from '../../src/engine/cycle.ts';
import { Decider } from '../../src/engine/decide.ts';
import { Diagnosis } from '../../src/engine/diagnose.ts';
import type { Fleet } from '../../src/engine/fleet.ts';
import type { BoundRule, ResolvedProfile, WeightedRule } from '../../src/engine/resolved-profile.ts';
import { firstWinner, scoreNodes } from '../../src/engine/scoring.ts';
import { CLASS_TOTAL, CLOSED } from '../../src/layout/layout.generated.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Status } from '../../src/rules/rule.ts';
import type { ClusterView } from '../../src/rules/view.ts';

const UNSCORED = 'unscored';

/** What one side says about a pod: per row a refusal or a total, and the row it would choose. */
export interface Verdicts {
  readonly refused: boolean;
  /** `plugin code reasons` of the first refusing rule, or the total as text. */
  readonly rows: readonly string[];
  readonly chosen: number;
  /** A rule fails on some row, whether the others let it get there or not: such pods are left to the plain cycle. */
  readonly failing?: boolean;
}

function render(plugin: string, status: Status): string {
  return `${plugin} ${status.code}: ${[...status.reasons].sort().join(' | ')}`;
}

/** The plain twins' answer. */
export function plainVerdicts(pod: Pod, view: ClusterView, profile: ResolvedProfile): Verdicts {
  const outcome = runPreFilter(pod, view, profile);
  if (outcome.rejection || !outcome.filters) return { refused: true, rows: [], chosen: -2 };
  const { filters, nodeNames } = outcome;
  const rows = view.nodes.map((node) => {
    if (nodeNames && !nodeNames.has(node.node.name)) return render('', narrowedAway(outcome));
    const rejection = filters.check(node);
    return rejection ? render(rejection.plugin, rejection.status) : '';
  });
  const failing = view.nodes.some((node) => filters.refusals(node).some(({ status }) => status.failure));
  const feasible = view.nodes.filter((node) => rows[node.row] === '');
  if (feasible.length === 0) return { refused: false, rows, chosen: -1, failing };
  const { totals } = scoreNodes(pod, feasible, view, profile);
  feasible.forEach((node, i) => {
    rows[node.row] = profile.score.length === 0 ? '0' : String(totals[i]);
  });
  return { refused: false, rows, chosen: (feasible[firstWinner(totals)] as (typeof feasible)[number]).row, failing };
}

/** The kernels' answer. */
export function kernelVerdicts(pod: Pod, fleet: Fleet, classes: Classes, profile: ResolvedProfile): Verdicts {
  const cls = classes.of(pod.template, profile);
  const chosen = new Decider(fleet, 'first', new Prng(1)).decide(cls, pod);
  if (chosen === -2) return { refused: true, rows: [], chosen };
  // A decision of the group index leaves verdicts and totals behind: the full scan brings them up to date, and must choose the same row.
  fleet.core.exports.refresh(cls.address);
  const scanned = cls.hostFilters.length + cls.hostScores.length > 0 ? chosen : fleet.core.exports.chooseFirst(cls.address);
  const diagnosis = new Diagnosis(fleet, cls);
  const totals = (fleet.core.u32[(cls.address + CLASS_TOTAL) / 4] as number) / 4;
  const hosted = new Set(cls.hostFilters.map(({ bound }) => bound.rule.name));
  const lone = fleet.nodes.filter((_, row) => fleet.core.i32[totals + row] !== CLOSED).length === 1;
  const rows = fleet.nodes.map((_, row) => {
    const status = diagnosis.statusOf(row);
    const plugin = cls.codes[fleet.core.u8[cls.verdictLane + row] as number]?.rule ?? '';
    // A rule that runs through its twin has no reasons of its own to compare.
    if (status) return hosted.has(plugin) ? plugin : render(plugin, status);
    const total = fleet.core.i32[totals + row] as number;
    if (total === CLOSED) return 'closed';
    // A node without rivals is taken without asking the rules that have no kernel for a score.
    return cls.hostScores.length > 0 && lone ? UNSCORED : String(total);
  });
  return { refused: false, rows, chosen: chosen === scanned ? chosen : Number.NaN };
}

/** First difference between the two sides, or undefined. */
export function difference(plain: Verdicts, kernel: Verdicts): string | undefined {
  if (kernel.refused && plain.failing) return undefined;
  if (plain.refused || kernel.refused)
    return plain.refused === kernel.refused ? undefined : `refused: plain ${plain.refused}, kernel ${kernel.refused}`;
  for (let row = 0; row < plain.rows.length; row++) {
    const want = plain.rows[row] as string;
    const got = kernel.rows[row] as string;
    if (got === UNSCORED && /^\d+$/.test(want)) continue;
    if (want !== got && !want.startsWith(`${got} `)) return `row ${row}: plain "${want}", kernel "${got}"`;
  }
  return plain.chosen === kernel.chosen ? undefined : `chosen: plain ${plain.chosen}, kernel ${kernel.chosen}`;
}

/** The profile cut down to one rule, so that no other rule hides what it says. */
export function aloneProfiles(profile: ResolvedProfile): readonly { readonly name: string; readonly profile: ResolvedProfile }[] {
  const filters = profile.filter.map((bound: BoundRule) => ({
    name: `${bound.rule.name} filter`,
    profile: {
      ...profile,
      preFilter: profile.preFilter.filter(({ rule }) => rule.name === bound.rule.name),
      filter: [bound],
      score: [],
      preScore: [],
    },
  }));
  const scores = profile.score.map((weighted: WeightedRule) => ({
    name: `${weighted.rule.name} score`,
    profile: { ...profile, preFilter: [], filter: [], score: [weighted] },
  }));
  return [...filters, ...scores];
}

/** Classes of their own for a cut-down profile: classes are kept by template. */
export function classesFor(fleet: Fleet): Classes {
  const keep = fleet.counts.onNewTerm;
  const classes = new Classes(fleet.core, fleet.columns, fleet.counts, fleet.semantics, fleet.objects);
  // Several sets of classes live side by side here; each must hear of new terms.
  const mine = fleet.counts.onNewTerm;
  fleet.counts.onNewTerm = (term) => {
    keep(term);
    mine(term);
  };
  return classes;
}
