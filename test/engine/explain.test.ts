import { describe, expect, it } from 'vitest';
import { explainPod, type PodExplanation } from '../../src/engine/explain.ts';
import { resolveProfiles } from '../../src/engine/profile.ts';
import type { TieMode } from '../../src/model/results.ts';
import { defaultArgs as fitArgs, nodeResourcesFit } from '../../src/rules/node-resources-fit.ts';
import { taintToleration } from '../../src/rules/taint-toleration.ts';
import { makeCluster, makeNode, makePod, nodeTerm, semantics, toleration } from '../support/builders.ts';
import { profileOf } from './profile-support.ts';

const HAS = { cpu: '4', memory: '8Gi' };
const [DEFAULT] = resolveProfiles(undefined, semantics()).profiles;
if (!DEFAULT) throw new Error('there is a default profile');
const small = profileOf({ filter: [taintToleration, { rule: nodeResourcesFit, args: fitArgs }], score: [[nodeResourcesFit, 2, fitArgs]] });
const FIRST = { tie: 'first', seed: 0 } as const;

function brief({ nodes }: PodExplanation): string[] {
  return nodes.map(({ name, feasible, plugin, code, reasons, total }) =>
    feasible ? `${name} ${total ?? 'unscored'}` : `${name} ${plugin} ${code === 'Unschedulable' ? 'U' : 'UU'} ${reasons.join('; ')}`,
  );
}

describe('explainPod', () => {
  it('tells every node: the first refusal, or scores that add up to the total', () => {
    const nodes = [
      makeNode('busy', { has: HAS }),
      makeNode('tainted', { has: { cpu: '0' }, taints: ['k:NoSchedule'] }),
      makeNode('free', { has: HAS }),
    ];
    const cluster = makeCluster(nodes, [makePod('old', { requests: { cpu: '4' }, on: 'busy' })]);
    const explanation = explainPod(cluster, makePod('p', { requests: { cpu: '1', memory: '1Gi' } }), small, FIRST);
    expect(brief(explanation)).toEqual([
      'busy NodeResourcesFit U Insufficient cpu',
      'tainted TaintToleration UU node(s) had untolerated taint(s)',
      'free 162',
    ]);
    expect(explanation.nodes[2]?.scores).toEqual({ NodeResourcesFit: { raw: 81, normalized: 81, weight: 2 } });
    expect([explanation.node, explanation.message, explanation.nearestMiss]).toEqual(['free', '', []]);
  });

  it('gives upstream its text when no node is feasible, preemption included', () => {
    const cluster = makeCluster([makeNode('a', { has: HAS }), makeNode('b', { has: HAS, unschedulable: true })]);
    const explanation = explainPod(cluster, makePod('p', { requests: { cpu: '8' } }), DEFAULT, {
      ...FIRST,
      preempt: ({ rejections, absent }) => ({ message: `preemption: told of ${rejections.size} and ${absent.code}.` }),
    });
    expect(explanation.node).toBeUndefined();
    expect(explanation.message).toBe(
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: told of 2 and UnschedulableAndUnresolvable.',
    );
  });

  it('tells the reason of the narrowing plugin, and counts the nodes that it leaves out under one collective text', () => {
    const cluster = makeCluster(['a', 'b', 'c'].map((name) => makeNode(name)));
    const pod = makePod('p', { nodeAffinity: { required: [nodeTerm('@in a')] }, nodeSelector: { no: 'where' } });
    const explanation = explainPod(cluster, pod, DEFAULT, FIRST);
    const refused = "NodeAffinity UU node(s) didn't match Pod's node affinity/selector";
    expect(brief(explanation)).toEqual(['a', 'b', 'c'].map((name) => `${name} ${refused}`));
    expect(explanation.message).toMatch(
      /^0\/3 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector, 2 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\]\./,
    );
  });

  it('gives every node the status with which PreFilter refuses the cluster', () => {
    const cluster = makeCluster(['a', 'b'].map((name) => makeNode(name)));
    const pod = makePod('p', { nodeAffinity: { required: [nodeTerm('@in a', '@in b')] } });
    const explanation = explainPod(cluster, pod, DEFAULT, FIRST);
    expect(brief(explanation)).toEqual(['a', 'b'].map((name) => `${name} NodeAffinity UU pod affinity terms conflict`));
    expect([explanation.message, explanation.nearestMiss]).toEqual(['0/2 nodes are available: pod affinity terms conflict. not found', []]);
  });

  it('says so when there are no nodes', () => {
    expect(explainPod(makeCluster([]), makePod('p'), DEFAULT, FIRST)).toEqual({
      message: 'no nodes available to schedule pods',
      nodes: [],
      nearestMiss: [],
    });
  });

  it('explains the nodes of a pod that is held back as if it were not', () => {
    const cluster = makeCluster([makeNode('a', { has: HAS })]);
    const gated = explainPod(cluster, makePod('p', { schedulingGates: ['x'] }), DEFAULT, FIRST);
    expect([gated.node, gated.message, gated.nodes[0]?.feasible]).toEqual([undefined, 'waiting for scheduling gates: [x]', true]);
    const leaving = explainPod(cluster, makePod('p', { terminating: true }), DEFAULT, FIRST);
    expect([leaving.node, leaving.message]).toEqual([undefined, 'skip schedule deleting pod: default/p']);
    const ungated = explainPod(cluster, makePod('p', { schedulingGates: ['x'] }), { ...DEFAULT, preEnqueue: [] }, FIRST);
    expect(ungated.node).toBe('a');
  });
});

describe('the chosen node', () => {
  const zones = ['z1', 'z1', 'z2', 'z2'].map((zone, i) => makeNode(`n${i}`, { labels: { 'topology.kubernetes.io/zone': zone }, has: HAS }));

  function chosen(tie: TieMode, seed = 0, more: Parameters<typeof makePod>[1] = {}, used = ['n0']) {
    const pods = used.map((on, i) => makePod(`old${i}`, { requests: { cpu: '2' }, on }));
    return explainPod(makeCluster(zones, pods), makePod('p', { requests: { cpu: '1' }, ...more }), small, { tie, seed }).node;
  }

  it('is the first of equals in snapshot order, or the root of the heap in zone order', () => {
    expect(chosen('first')).toBe('n1');
    // Zone order n0 n2 n1 n3, totals low high high high: the heap's root is the left child of the second entry.
    expect(chosen('heap')).toBe('n2');
    expect(chosen('heap', 0, {}, [])).toBe('n0');
  });

  it('is one of the equals by seed, always the same', () => {
    const drawn = Array.from({ length: 40 }, (_, seed) => chosen('seeded', seed));
    expect(new Set(drawn)).toEqual(new Set(['n1', 'n2', 'n3']));
    expect(chosen('seeded', 7)).toBe(chosen('seeded', 7));
  });

  it('is the nominated node as long as it is feasible', () => {
    expect(chosen('first', 0, { nominatedNodeName: 'n0' })).toBe('n0');
    expect(chosen('first', 0, { nominatedNodeName: 'n0', requests: { cpu: '3' } })).toBe('n1');
    expect(chosen('first', 0, { nominatedNodeName: 'gone' })).toBe('n1');
  });

  it('comes from the sample alone, and only the sample is scored', () => {
    const nodes = Array.from({ length: 150 }, (_, i) => makeNode(`n${i}`, { has: i === 149 ? { ...HAS, cpu: '64' } : HAS }));
    const explanation = explainPod(
      makeCluster(nodes),
      makePod('p', { requests: { cpu: '1' } }),
      { ...small, percentageOfNodesToScore: 10 },
      FIRST,
    );
    expect(explanation.node).toBe('n0');
    expect(explanation.nodes.filter(({ total }) => total !== undefined)).toHaveLength(100);
    expect(explanation.nodes.every(({ feasible }) => feasible)).toBe(true);
  });

  it('takes pods into account that are nominated to a node', () => {
    const cluster = makeCluster(zones.slice(0, 1));
    cluster.nominated.set('n0', [makePod('promised', { requests: { cpu: '4' } })]);
    const explanation = explainPod(cluster, makePod('p', { requests: { cpu: '1' } }), small, FIRST);
    expect([brief(explanation), explanation.nearestMiss]).toEqual([
      ['n0 NodeResourcesFit U Insufficient cpu'],
      [{ node: 'n0', changes: ['1 CPU short'] }],
    ]);
  });
});

it('does not let a toleration for one taint hide another', () => {
  const cluster = makeCluster([makeNode('a', { has: HAS, taints: ['x:NoSchedule', 'y:NoExecute'] })]);
  const pod = makePod('p', { tolerations: [toleration({ key: 'x', operator: 'Exists' })] });
  expect(explainPod(cluster, pod, small, FIRST).nearestMiss).toEqual([{ node: 'a', changes: ['tolerate y:NoExecute'] }]);
});
