import type { KubeVersion } from '../../src/model/gates.ts';
import { FEATURES, type Feature } from '../support/fleet-draw.ts';
import { type DrawnCase, drawCase } from './cases.ts';
import { type Difference, differences, kindOf } from './differential.ts';
import { askPlimsoll } from './plimsoll.ts';
import type { Answer, Mode, ParityCase } from './protocol.ts';
import { shrink } from './shrink.ts';

/** Whoever answers for kube-scheduler. */
export interface UpstreamSide {
  ask(parityCase: ParityCase): Promise<Answer>;
}

export interface CampaignOptions {
  readonly seeds: readonly [first: number, last: number];
  readonly versions: readonly KubeVersion[];
  readonly modes: readonly Mode[];
  /** The campaign ends after so many cases with differences, or when `isOver` says so. */
  readonly stopAfter: number;
  readonly isOver: () => boolean;
}

/** A case in which the sides differ. */
export interface Finding {
  readonly parityCase: ParityCase;
  readonly differences: readonly Difference[];
}

/** What has been compared so far. */
export class Tally {
  readonly clusters = new Map<KubeVersion, Set<number>>();
  /** Pod decisions by `version mode`. */
  readonly decisions = new Map<string, number>();
  readonly features = new Map<Feature, number>(FEATURES.map((feature) => [feature, 0]));
  readonly findings: Finding[] = [];
  /** What happened in the answers, so that a reader sees that the comparison was of something. */
  readonly events = new Map<string, number>();
  cases = 0;

  add(seed: number, { parityCase, features }: DrawnCase, answer: Answer): void {
    const { version, mode } = parityCase;
    this.cases++;
    const seen = this.clusters.get(version) ?? new Set<number>();
    this.clusters.set(version, seen.add(seed));
    count(this.decisions, `${version} ${mode}`, decisionsIn(answer));
    for (const feature of features) count(this.features, feature, 1);
    for (const [event, times] of Object.entries(eventsIn(answer))) count(this.events, event, times);
  }
}

function count<Key>(counts: Map<Key, number>, key: Key, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

/** Pods about which upstream has decided. */
export function decisionsIn({ pods, run }: Answer): number {
  if (run) return run.placements.length + run.preemptions.length + Object.keys(run.failed).length;
  return pods?.length ?? 0;
}

function eventsIn({ pods = [], run, invalid }: Answer): Readonly<Record<string, number>> {
  return {
    'pods with a feasible node': pods.filter(({ feasible = 0 }) => feasible > 0).length,
    'pods with several best nodes': pods.filter(({ tied = [] }) => tied.length > 1).length,
    'pods that no node takes': pods.filter(({ feasible, error }) => error === undefined && feasible === 0).length,
    'pods that end in an error': pods.filter(({ error }) => error !== undefined).length,
    preemptions: pods.filter(({ nominated }) => nominated !== undefined).length + (run?.preemptions.length ?? 0),
    'placements in sequences': run?.placements.length ?? 0,
    'failures in sequences': Object.keys(run?.failed ?? {}).length,
    'refused by upstream': invalid === undefined ? 0 : 1,
  };
}

/** Asks both sides about every seed, release and mode. */
export async function compareAll(upstream: UpstreamSide, options: CampaignOptions, onCase: (tally: Tally) => void): Promise<Tally> {
  const tally = new Tally();
  const { seeds, versions, modes, stopAfter, isOver } = options;
  for (let seed = seeds[0]; seed <= seeds[1]; seed++) {
    for (const version of versions) {
      for (const mode of modes) {
        if (isOver() || tally.findings.length >= stopAfter) return tally;
        const drawn = drawCase(seed, mode, version);
        const { answer, found } = await compare(upstream, drawn.parityCase);
        tally.add(seed, drawn, answer);
        if (found.length > 0) tally.findings.push({ parityCase: drawn.parityCase, differences: found });
        onCase(tally);
      }
    }
  }
  return tally;
}

/** Upstream's answer to the case and what Plimsoll says otherwise. Both work at the same time. */
export async function compare(upstream: UpstreamSide, parityCase: ParityCase): Promise<{ answer: Answer; found: Difference[] }> {
  const [answer, ours] = await Promise.all([upstream.ask(parityCase), askPlimsoll(parityCase)]);
  return { answer, found: differences(answer, ours) };
}

/** The smallest case that shows the first difference of the finding. */
export async function minimal(
  upstream: UpstreamSide,
  { parityCase, differences: [first] }: Finding,
  attempts?: number,
): Promise<ParityCase> {
  const kind = first && kindOf(first);
  const differs = async (candidate: ParityCase) => {
    try {
      return (await compare(upstream, candidate)).found.some((difference) => kindOf(difference) === kind);
    } catch {
      // Not a cluster that an API server would have let in.
      return false;
    }
  };
  return shrink(parityCase, differs, attempts === undefined ? {} : { attempts });
}
