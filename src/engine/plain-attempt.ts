import type { Prng } from '../base/prng.ts';
import type { Pod } from '../model/pod.ts';
import type { TieMode } from '../model/results.ts';
import type { Status } from '../rules/rule.ts';
import { unresolvable } from '../rules/rule.ts';
import type { NodeView } from '../rules/view.ts';
import { type FailedAttempt, filterNode, narrowedAway, type PreFilterOutcome, type Rejection, runPreFilter } from './cycle.ts';
import { CORDONED } from './diagnose.ts';
import type { Fleet } from './fleet.ts';
import { statusMessage } from './message.ts';
import { nodeOrder } from './node-order.ts';
import type { ResolvedProfile } from './resolved-profile.ts';
import { nodesWanted } from './sampling.ts';
import { firstWinner, heapWinner, scoreNodes, tiedWinners } from './scoring.ts';

/** Result of a whole cycle over the plain twins. */
export type PlainOutcome =
  | { readonly kind: 'placed'; readonly row: number }
  /** A rule has failed. */
  | { readonly kind: 'error'; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly attempt: FailedAttempt;
      readonly preFilter?: Rejection;
      /** Plugins that refused some node, or left it out. */
      readonly plugins: readonly string[];
    };

/** One scheduling cycle over the plain twins, nominated pods included: exact for every pod, O(nodes) twin calls. */
export class PlainScheduler {
  private readonly fleet: Fleet;
  private readonly tie: TieMode;
  private readonly prng: Prng;
  private order: readonly number[] | undefined;

  constructor(fleet: Fleet, tie: TieMode, prng: Prng) {
    this.fleet = fleet;
    this.tie = tie;
    this.prng = prng;
  }

  attempt(pod: Pod, profile: ResolvedProfile, nominatedNode?: string): PlainOutcome {
    const cluster = this.fleet.view();
    const outcome = runPreFilter(pod, cluster, profile);
    const { filters, rejection } = outcome;
    if (rejection || !filters) return this.refused(pod, profile, outcome);
    const rejections = new Map<number, Rejection>();
    for (const row of this.fleet.closedRows) {
      if (this.fleet.columns.isOut(row)) continue;
      rejections.set(row, { plugin: CORDONED.rule, status: CORDONED.status });
    }
    const promised = nominatedNode === undefined ? undefined : cluster.nodeByName.get(nominatedNode);
    const refusal = promised && filterNode(filters, promised);
    if (promised && !refusal && !rejections.has(promised.row)) return { kind: 'placed', row: promised.row };
    if (promised && refusal && !refusal.status.failure) rejections.set(promised.row, refusal);
    const feasible = this.scan(this.candidates(outcome), profile, (node) => filterNode(filters, node), rejections);
    if ('failure' in feasible) return { kind: 'error', message: feasible.failure };
    if (feasible.length > 0) return { kind: 'placed', row: this.choose(pod, profile, feasible) };
    const absent = outcome.nodeNames ? narrowedAway(outcome, refusal) : unresolvable();
    const plugins = [...outcome.narrowedBy, ...[...rejections.values()].map(({ plugin }) => plugin)];
    return { kind: 'failed', attempt: { pod, cluster, profile, filters, rejections, absent }, plugins };
  }

  /** A PreFilter refused the whole cluster: every node has its status. */
  private refused(pod: Pod, profile: ResolvedProfile, { rejection, filters, narrowedBy }: PreFilterOutcome): PlainOutcome {
    const absent: Status = rejection?.status ?? unresolvable();
    const attempt = { pod, cluster: this.fleet.view(), profile, rejections: new Map(), absent, ...(filters ? { filters } : {}) };
    // A narrowing to nothing is the doing of those who narrowed; its status names nobody.
    const plugins = rejection && rejection.plugin !== '' ? [rejection.plugin] : narrowedBy;
    return { kind: 'failed', attempt, plugins, ...(rejection ? { preFilter: rejection } : {}) };
  }

  private candidates({ nodeNames }: PreFilterOutcome): readonly NodeView[] {
    const { nodes } = this.fleet.view();
    this.order ??= nodeOrder(nodes.map(({ node }) => node));
    const list = this.order.map((place) => nodes[place] as NodeView).filter(({ row }) => !this.fleet.closedRows.has(row));
    return nodeNames ? list.filter((node) => nodeNames.has(node.node.name)) : list;
  }

  /** Upstream's scan at parallelism 1, which ends where a rule fails; advances the start index by what it examined. */
  private scan(
    list: readonly NodeView[],
    profile: ResolvedProfile,
    check: (node: NodeView) => Rejection | undefined,
    rejections: Map<number, Rejection>,
  ): NodeView[] | { readonly failure: string } {
    const wanted = nodesWanted(list.length, profile, this.tie);
    const feasible: NodeView[] = [];
    let failure: string | undefined;
    for (let i = 0; i < list.length; i++) {
      const node = list[(this.fleet.nextStart + i) % list.length] as NodeView;
      const refusal = check(node);
      if (refusal?.status.failure) {
        failure = statusMessage(refusal.status);
        break;
      }
      if (refusal) rejections.set(node.row, refusal);
      else if (feasible.length === wanted) break;
      else feasible.push(node);
    }
    const total = this.fleet.nodeCount;
    if (total > 0) this.fleet.nextStart = (this.fleet.nextStart + feasible.length + rejections.size) % total;
    return failure === undefined ? feasible : { failure };
  }

  private choose(pod: Pod, profile: ResolvedProfile, inOrder: readonly NodeView[]): number {
    const feasible = this.tie === 'heap' ? inOrder : [...inOrder].sort((a, b) => a.row - b.row);
    // A node without rivals is taken unscored.
    if (feasible.length === 1) return (feasible[0] as NodeView).row;
    const { totals } = scoreNodes(pod, feasible, this.fleet.view(), profile);
    const ties = tiedWinners(totals);
    const winner =
      this.tie === 'heap'
        ? heapWinner(totals)
        : this.tie === 'first'
          ? firstWinner(totals)
          : ties.length === 1
            ? (ties[0] as number)
            : this.prng.pick(ties);
    return (feasible[winner] as NodeView).row;
  }
}
