import { PlimsollError } from '../../src/base/errors.ts';
import type { Preempt } from '../../src/engine/cycle.ts';
import { explainPod } from '../../src/engine/explain.ts';
import { collectNominated } from '../../src/engine/nominated.ts';
import { type EngineOptions, resolveOptions } from '../../src/engine/options.ts';
import { preempt } from '../../src/engine/preemption.ts';
import { type Explanation, explain, type NodeExplanation, readSnapshot, type Snapshot, schedule } from '../../src/index.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import { ClusterView } from '../../src/rules/view.ts';
import { type Answer, askedPods, type NodeAnswer, type ParityCase, type PodAnswer } from './protocol.ts';

/** Plimsoll's answer to a case, in the words of the protocol. Errors of the reader and of the configuration come back as `invalid`. */
export async function askPlimsoll(parityCase: ParityCase): Promise<Answer> {
  try {
    const list = { apiVersion: 'v1', kind: 'List', items: parityCase.objects };
    const snapshot = await readSnapshot(list, { defaults: false });
    const options = optionsOf(parityCase);
    return parityCase.mode === 'sequence' ? await runOf(snapshot, parityCase, options) : await podsOf(snapshot, parityCase, options);
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return { invalid: error.message };
  }
}

function optionsOf({ config, version, featureGates }: ParityCase): EngineOptions {
  return { config, kubeVersion: version, featureGates, tie: 'heap', percentageOfNodesToScore: 100, untilStable: true };
}

async function runOf(snapshot: Snapshot, parityCase: ParityCase, options: EngineOptions): Promise<Answer> {
  const asked = new Set(askedPods(parityCase));
  const { placements, preemptions, unschedulable } = await schedule(snapshot, options);
  return {
    run: {
      placements: placements.map((placement) => `${podKey(placement)} ${placement.node}`),
      preemptions: preemptions.map((one) => ({ pod: podKey(one), node: one.node, victims: one.victims.map(podKey) })),
      failed: Object.fromEntries(unschedulable.map((one) => [podKey(one), one.message] as const).filter(([pod]) => asked.has(pod))),
    },
  };
}

async function podsOf(snapshot: Snapshot, parityCase: ParityCase, options: EngineOptions): Promise<Answer> {
  const byName = new Map(snapshot.pods.map((pod) => [podKey(pod), pod]));
  const pods: PodAnswer[] = [];
  for (const name of askedPods(parityCase)) {
    const pod = byName.get(name);
    pods.push(pod ? await podAnswer(snapshot, pod, options) : { pod: name, error: 'not read' });
  }
  return { pods };
}

async function podAnswer(snapshot: Snapshot, pod: Pod, options: EngineOptions): Promise<PodAnswer> {
  const name = podKey(pod);
  try {
    const { nodes, node, message } = await explain(snapshot, pod, options);
    const answers = (await withTotals(nodes, () => explain(snapshot, pod, { ...options, tie: 'first' }))).map(nodeAnswer);
    // An Explanation has one text for both; of messages about nodes each begins with their number.
    if (/^running "/.test(message)) return { pod: name, error: message };
    const totals = answers.flatMap(({ total }) => (total === undefined ? [] : [total]));
    if (totals.length === 0) return { pod: name, nodes: answers, feasible: 0, message, ...preemptionOf(snapshot, pod, options) };
    const best = Math.max(...totals);
    const tied = answers.filter(({ total }) => total === best).map((answer) => answer.name);
    return { pod: name, nodes: answers, feasible: totals.length, best, tied, ...(node === undefined ? {} : { node }) };
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return { pod: name, error: error.problem };
  }
}

/** Without scores upstream is content with the first node that fits, and so is tie mode `heap`; what all nodes are to the pod is told by another. */
async function withTotals(nodes: readonly NodeExplanation[], otherwise: () => Promise<Explanation>): Promise<readonly NodeExplanation[]> {
  return nodes.some(({ feasible, total }) => feasible && total === undefined) ? (await otherwise()).nodes : nodes;
}

function nodeAnswer(node: NodeExplanation): NodeAnswer {
  const { name, feasible, code, plugin, reasons, scores, total } = node;
  if (!feasible) return { name, code: code ?? '', ...(plugin === undefined ? {} : { plugin }), reasons };
  const by = (value: (score: (typeof scores)[string]) => number) =>
    Object.fromEntries(Object.entries(scores).map(([rule, score]) => [rule, value(score)]));
  return {
    name,
    code: 'Success',
    raw: by(({ raw }) => raw),
    normalized: by(({ normalized }) => normalized),
    weighted: by(({ normalized, weight }) => normalized * weight),
    ...(total === undefined ? {} : { total }),
  };
}

/** Which node the pod would be nominated to, and who would have to leave: an Explanation has only the message. */
function preemptionOf(snapshot: Snapshot, pod: Pod, options: EngineOptions): { nominated?: string; victims?: readonly string[] } {
  const { semantics, profiles } = resolveOptions(options);
  const profile = profiles.find(({ schedulerName }) => schedulerName === pod.template.schedulerName);
  if (!profile) return {};
  const cluster = ClusterView.of(snapshot, semantics, pod);
  collectNominated(cluster, snapshot.pods, profiles, pod);
  let found: { nominated: string; victims: readonly string[] } | undefined;
  const capture: Preempt = (attempt, args) => {
    const statuses = (row: number) => attempt.rejections.get(row)?.status ?? attempt.absent;
    const outcome = preempt(attempt.cluster, pod, profile, statuses, { args, ...(attempt.filters ? { filters: attempt.filters } : {}) });
    if (!('node' in outcome)) return outcome;
    found = { nominated: outcome.node, victims: outcome.victims.map(podKey) };
    return { node: outcome.node, message: '' };
  };
  explainPod(cluster, pod, profile, { tie: 'heap', seed: 0, preempt: capture });
  return found ?? {};
}
