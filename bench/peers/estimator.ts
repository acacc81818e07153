/**
 * How many nodes of one kind the cluster autoscaler would add for pods: its binpacking estimator without the approximate fast path
 * (kubernetes/autoscaler, cluster-autoscaler/estimator, as of v1.35), by description.
 *
 * Groups of equal pods come in decreasing order of their share of a node (CPU and memory added). The pods of a group go first onto nodes added for
 * earlier groups, each search beginning after the node that was found last; from the first that fits nowhere on, pods go onto the newest node, and a
 * node is added whenever that one refuses.
 *
 * Upstream runs all filters for each pod and node. Here nodes with equal contents are one entry, and a node is asked how many pods of a group it takes
 * once: placing pods in turn is a division then. That is exact for rules that look at one node alone; other pods are refused. Upstream lists added
 * nodes in the order of a Go map, which is random; here they are searched in the order in which they were added, which is one of its orders.
 */
import { assert } from '../../src/base/assert.ts';
import { runPreFilter } from '../../src/engine/cycle.ts';
import type { Settings } from '../../src/engine/options.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod } from '../../src/model/pod.ts';
import { podRequests } from '../../src/model/requests.ts';
import type { ClusterObjects } from '../../src/model/snapshot.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';

export interface EstimateOptions {
  /** What each added node looks like. */
  readonly template: Node;
  readonly objects: ClusterObjects;
  readonly settings: Settings;
  /** Nodes that may be added; 0: any number. */
  readonly nodesMax: number;
}

export interface Estimate {
  /** Added nodes with a pod on them. */
  readonly nodes: number;
  readonly scheduled: number;
}

/** Nodes with equal contents that were added one after the other. */
interface Run {
  readonly view: NodeView;
  readonly count: number;
}

/** O(groups · runs · pods a node takes). @throws AssertionError for pods whose rules look beyond one node. */
export function estimate(pods: readonly Pod[], options: EstimateOptions): Estimate {
  return new Estimator(options).run(pods);
}

/** Equal pods, the largest first; equal shares in the order in which they came. */
export function estimatorOrder(pods: readonly Pod[], { template, settings }: EstimateOptions): Pod[][] {
  const groups = new Map<Pod['template'], Pod[]>();
  for (const pod of pods) {
    const group = groups.get(pod.template);
    if (group) group.push(pod);
    else groups.set(pod.template, [pod]);
  }
  const share = (asked: bigint, has: bigint) => (has > 0n ? Number(asked) / Number(has) : 0);
  const { cpu, memory } = template.allocatable;
  return [...groups.values()]
    .map((group) => {
      const { fit } = podRequests((group[0] as Pod).template, settings.semantics);
      return { group, score: share(fit.cpu, cpu) + share(fit.memory, memory) };
    })
    .sort((a, b) => b.score - a.score)
    .map(({ group }) => group);
}

class Estimator {
  private readonly options: EstimateOptions;
  private readonly view: ClusterView;
  /** In the order in which their nodes were added. */
  private runs: Run[] = [];
  private added = 0;
  /** Where the next search begins: after the node that was found last. */
  private next = 0;
  private scheduled = 0;

  constructor(options: EstimateOptions) {
    this.options = options;
    this.view = new ClusterView([options.template], options.objects, options.settings.semantics);
  }

  run(pods: readonly Pod[]): Estimate {
    let mayAdd = true;
    for (const group of estimatorOrder(pods, this.options)) {
      const pod = group[0] as Pod;
      assert(looksAtOneNode(pod), 'rules that look at other nodes are not estimated in groups');
      const takes = this.counterOf(pod);
      const rest = group.length - this.placeOnAdded(pod, group.length, takes);
      if (mayAdd && rest > 0) mayAdd = this.placeOnNew(pod, rest, takes);
    }
    return { nodes: this.runs.reduce((sum, { view, count }) => sum + (view.pods.length > 0 ? count : 0), 0), scheduled: this.scheduled };
  }

  /** How many pods like this one a node takes, at most `limit`, by all filters of the profile. */
  private counterOf(pod: Pod): (node: NodeView, limit: number) => number {
    const profile = this.options.settings.profiles.find(({ schedulerName }) => schedulerName === pod.template.schedulerName);
    const { filters, rejection } = runPreFilter(pod, this.view, profile as ResolvedProfile);
    return (node, limit) => {
      if (!filters || rejection) return 0;
      const trial = node.clone();
      let count = 0;
      for (; count < limit && !filters.check(trial); count++) trial.addPod(pod);
      return count;
    };
  }

  /** Pods in turn: each to the next node that takes it. Returns how many were placed. */
  private placeOnAdded(pod: Pod, count: number, takes: (node: NodeView, limit: number) => number): number {
    if (this.added === 0) return 0;
    const start = this.next % this.added;
    const [before, after] = splitAt(this.runs, start);
    const rooms = [...after, ...before].map((run) => ({ run, room: takes(run.view, count) }));
    const upTo = (rounds: number) => rooms.reduce((sum, { run, room }) => sum + run.count * Math.min(room, rounds), 0);
    const most = Math.max(...rooms.map(({ room }) => room));
    const placed = Math.min(count, upTo(most));
    if (placed === 0) return 0;
    // Whole rounds give every node with room one pod each; the pods that are left go to the first nodes that still have room.
    let rounds = 0;
    while (rounds < most && upTo(rounds + 1) <= placed) rounds++;
    const turned = this.takeTurns(pod, rooms, rounds, placed - upTo(rounds), start);
    const [nowAfter, nowBefore] = splitAt(turned, this.added - start);
    this.runs = [...nowBefore, ...nowAfter];
    this.scheduled += placed;
    return placed;
  }

  /** Each node takes `rounds` pods, or as many as it has room for, and the first `extra` nodes with more room one more. */
  private takeTurns(
    pod: Pod,
    rooms: readonly { readonly run: Run; readonly room: number }[],
    rounds: number,
    extra: number,
    start: number,
  ): Run[] {
    const filled: Run[] = [];
    let left = extra;
    let position = 0;
    let last = 0;
    for (const { run, room } of rooms) {
      const more = room > rounds ? Math.min(run.count, left) : 0;
      left -= more;
      if (more > 0) filled.push({ view: withPods(run.view, pod, rounds + 1), count: more });
      if (more < run.count) filled.push({ view: withPods(run.view, pod, Math.min(room, rounds)), count: run.count - more });
      if (more > 0) last = position + more - 1;
      else if (extra === 0 && room >= rounds) last = position + run.count - 1;
      position += run.count;
    }
    this.next = ((start + last) % this.added) + 1;
    return filled;
  }

  /** Onto the newest node while it takes them, and onto further ones. False when no node may be added any more. */
  private placeOnNew(pod: Pod, count: number, takes: (node: NodeView, limit: number) => number): boolean {
    const rest = count - this.placeOnNewest(pod, count, takes);
    if (rest === 0) return true;
    const newest = this.runs.at(-1);
    // An empty node that refuses the pod: another one would, too.
    if (newest && newest.view.pods.length === 0) return true;
    const { nodesMax } = this.options;
    const allowed = nodesMax > 0 ? nodesMax - this.added : Number.POSITIVE_INFINITY;
    if (allowed <= 0) return false;
    const empty = this.view.nodes[0] as NodeView;
    const each = takes(empty, rest);
    if (each === 0) {
      this.add(empty, 1);
      return true;
    }
    const full = Math.min(Math.floor(rest / each), allowed);
    if (full > 0) this.add(withPods(empty, pod, each), full);
    const tail = full < allowed ? rest - full * each : 0;
    if (tail > 0) this.add(withPods(empty, pod, tail), 1);
    this.scheduled += full * each + tail;
    return full * each + tail === rest;
  }

  private placeOnNewest(pod: Pod, count: number, takes: (node: NodeView, limit: number) => number): number {
    const newest = this.runs.at(-1);
    const taken = newest ? takes(newest.view, count) : 0;
    if (!newest || taken === 0) return 0;
    this.runs.pop();
    if (newest.count > 1) this.runs.push({ ...newest, count: newest.count - 1 });
    this.runs.push({ view: withPods(newest.view, pod, taken), count: 1 });
    this.scheduled += taken;
    return taken;
  }

  private add(view: NodeView, count: number): void {
    this.runs.push({ view, count });
    this.added += count;
  }
}

function withPods(view: NodeView, pod: Pod, count: number): NodeView {
  if (count === 0) return view;
  const filled = view.clone();
  for (let i = 0; i < count; i++) filled.addPod(pod);
  return filled;
}

/** Runs of the first `nodes` nodes, and of the others. */
function splitAt(runs: readonly Run[], nodes: number): [Run[], Run[]] {
  const [before, after]: [Run[], Run[]] = [[], []];
  let left = nodes;
  for (const { view, count } of runs) {
    const here = Math.min(count, left);
    left -= here;
    if (here > 0) before.push({ view, count: here });
    if (here < count) after.push({ view, count: count - here });
  }
  return [before, after];
}

function looksAtOneNode({ template }: Pod): boolean {
  const { spreadConstraints, podAffinity, podAntiAffinity, volumes } = template;
  return (
    spreadConstraints.length === 0 &&
    !podAffinity &&
    !podAntiAffinity &&
    volumes.every(({ kind }) => kind !== 'claim' && kind !== 'ephemeral')
  );
}
