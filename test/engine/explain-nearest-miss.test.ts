import { describe, expect, it } from 'vitest';
import { runPreFilter } from '../../src/engine/cycle.ts';
import { nearestMisses } from '../../src/engine/nearest-miss.ts';
import { resolveProfiles } from '../../src/engine/profile.ts';
import type { NodeAffinityArgs } from '../../src/rules/node-affinity.ts';
import {
  affinityTerm,
  container,
  makeCluster,
  makeNode,
  makePod,
  type NodeSpec,
  nodeTerm,
  type PodSpec,
  selector,
  semantics,
  spread,
} from '../support/builders.ts';

const HAS = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '10' };

function misses(pod: PodSpec, nodes: Record<string, NodeSpec>, existing: PodSpec[] = [], addedAffinity?: object) {
  const args: NodeAffinityArgs = addedAffinity ?? {};
  const config = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [{ pluginConfig: [{ name: 'NodeAffinity', args }] }],
  };
  const [profile] = resolveProfiles(config, semantics()).profiles;
  const cluster = makeCluster(
    Object.entries(nodes).map(([name, spec]) => makeNode(name, { has: HAS, ...spec })),
    existing.map((spec, i) => makePod(`e${i}`, spec)),
  );
  const { filters } = profile ? runPreFilter(makePod('p', pod), cluster, profile) : {};
  return filters ? Object.fromEntries(nearestMisses(filters, cluster.nodes).map(({ node, changes }) => [node, changes])) : {};
}

describe('what would let the pod fit', () => {
  it('resources: how much is short', () => {
    const used = { requests: { cpu: '3500m', memory: '7Gi', 'ephemeral-storage': '10Gi' }, on: 'a' };
    expect(misses({ requests: { cpu: '800m', memory: '2.5Gi', 'ephemeral-storage': '1' } }, { a: {} }, [used])).toEqual({
      a: ['300m CPU short', '1.5Gi memory short', '1 ephemeral-storage short'],
    });
    expect(misses({ requests: { cpu: '6', 'example.com/gpu': '2' } }, { a: {} })).toEqual({
      a: ['2 CPU short', '2 example.com/gpu short'],
    });
    expect(misses({ requests: { 'hugepages-2Mi': '6Mi' } }, { a: { has: { ...HAS, 'hugepages-2Mi': '4Mi' } } })).toEqual({
      a: ['2Mi hugepages-2Mi short'],
    });
  });

  it('the node that lacks least comes first, however much is short', () => {
    const used = (on: string, cpu: string) => ({ requests: { cpu }, on });
    const far = misses({ requests: { cpu: '64' } }, { a: {}, b: {}, c: {} }, [used('a', '2'), used('b', '3'), used('c', '1')]);
    expect(Object.entries(far)).toEqual([
      ['c', ['61 CPU short']],
      ['a', ['62 CPU short']],
      ['b', ['63 CPU short']],
    ]);
  });

  it('the number of pods', () => {
    expect(misses({}, { a: { has: { ...HAS, pods: '1' } } }, [{ on: 'a' }])).toEqual({ a: ['too many pods: 1 of 1'] });
  });

  it('taints, and the cordon with its taint as one', () => {
    const cordon = {
      unschedulable: true,
      taints: ['node.kubernetes.io/unschedulable:NoSchedule', 'gpu=true:NoSchedule', 'soft:PreferNoSchedule'],
    };
    expect(misses({}, { a: cordon })).toEqual({ a: ['uncordon the node', 'tolerate gpu=true:NoSchedule'] });
  });

  it('labels for the selector, and for the term of the affinity that fails least', () => {
    const nodeAffinity = {
      required: [nodeTerm('zone in z1,z2', 'ssd', '!old', 'cpus>4'), nodeTerm('arch=arm64', 'cpus<8'), nodeTerm()],
    };
    expect(
      misses({ nodeSelector: { disktype: 'ssd', zone: 'z9' }, nodeAffinity }, { a: { labels: { zone: 'z9', cpus: '9', old: '' } } }),
    ).toEqual({
      a: ['label disktype=ssd', 'label arch=arm64', 'label cpus below 8'],
    });
    const all = { required: [nodeTerm('zone in z1,z2', 'ssd', '!old', 'cpus>4', 'kind notin x,y')] };
    expect(misses({ nodeAffinity: all }, { a: { labels: { old: '', kind: 'x' } } })).toEqual({
      a: ['label zone with one of z1, z2', 'label ssd', 'remove label old', 'label cpus above 4', 'label kind with anything but x, y'],
    });
  });

  it('names, and affinity that no label can satisfy', () => {
    expect(misses({ nodeAffinity: { required: [nodeTerm('@in b')] } }, { a: {}, b: {} })).toEqual({
      a: ['allow node a in the required node affinity'],
    });
    expect(misses({ nodeAffinity: { required: [nodeTerm()] } }, { a: {} })).toEqual({
      a: ['give the required node affinity a term that can match'],
    });
    expect(misses({ on: 'gone' }, { a: {} })).toEqual({ a: ['set spec.nodeName to a'] });
  });

  it("labels for the profile's affinity", () => {
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['x'] }] }];
    const addedAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    expect(misses({}, { a: {} }, [], { addedAffinity })).toEqual({ a: ['label pool=x'] });
  });

  it('ports', () => {
    const ports = (...list: object[]) => ({ containers: [container({}, { ports: list })] });
    const held = { ...ports({ hostPort: 80 }, { hostPort: 53, protocol: 'UDP', hostIP: '10.0.0.1' }), on: 'a' };
    expect(
      misses(ports({ hostPort: 80 }, { hostPort: 53, protocol: 'UDP', hostIP: '10.0.0.1' }, { hostPort: 1 }), { a: {} }, [held]),
    ).toEqual({
      a: ['free host port 80/TCP', 'free host port 10.0.0.1:53/UDP'],
    });
  });

  it('spreading', () => {
    const pod = { labels: { app: 'x' }, spreadConstraints: [spread('zone', 1, { labelSelector: selector('app=x') }), spread('rack', 1)] };
    const zones = { a: { labels: { zone: 'a', rack: 'r' } }, b: { labels: { zone: 'b', rack: 'r' } }, c: { labels: { zone: 'a' } } };
    const twoInA = [0, 1].map(() => ({ labels: { app: 'x' }, on: 'a' }));
    expect(misses(pod, zones, twoInA)).toEqual({
      a: ['2 pods fewer in zone=a (topology spread)'],
      c: ['2 pods fewer in zone=a (topology spread)', 'label rack'],
    });
  });

  it('pod affinity and anti-affinity', () => {
    const web = selector('app=web');
    const pod = {
      labels: { app: 'x' },
      podAffinity: { required: [affinityTerm('zone', selector('app=db'))], preferred: [] },
      podAntiAffinity: { required: [affinityTerm('host', web)], preferred: [] },
    };
    const jealous = {
      labels: { app: 'web' },
      on: 'a',
      podAntiAffinity: { required: [affinityTerm('host', selector('app=x'))], preferred: [] },
    };
    expect(
      misses(pod, { a: { labels: { host: 'a', zone: 'z' } }, b: { labels: { host: 'b' } } }, [
        jealous,
        { labels: { app: 'web' }, on: 'a' },
      ]),
    ).toEqual({
      a: [
        'a pod that the pod affinity asks for in zone=z',
        "2 pods fewer in host=a (the pod's anti-affinity)",
        '1 pod fewer in host=a (their anti-affinity)',
      ],
      b: ['label zone'],
    });
  });

  it("repeats a rule's own reasons where it has nothing better", () => {
    expect(misses({ requiredFeatures: ['F'] }, { a: {} })).toEqual({ a: ["node(s) didn't match Pod's required features"] });
  });
});

it('lists the node that is nearest to fitting first', () => {
  const nodes = {
    far: { has: { ...HAS, cpu: '1' }, labels: {} },
    label: {},
    half: { has: { ...HAS, cpu: '2' }, labels: { disk: 'ssd' } },
    little: { has: { ...HAS, cpu: '3900m' }, labels: { disk: 'ssd' } },
    tainted: { taints: ['k:NoSchedule'], labels: { disk: 'ssd' } },
  };
  const found = misses({ requests: { cpu: '4' }, nodeSelector: { disk: 'ssd' } }, nodes);
  expect(Object.keys(found)).toEqual(['little', 'half', 'tainted', 'label', 'far']);
});
