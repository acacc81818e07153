import { describe, expect, test } from 'vitest';
import { buildSnapshot } from '../../bench/clusters.ts';
import { type Estimate, type EstimateOptions, estimate, estimatorOrder } from '../../bench/peers/estimator.ts';
import { EXPECTED, estimatorCase, rawPod, rawTemplate } from '../../bench/peers/estimator-case.ts';
import { Prng } from '../../src/base/prng.ts';
import { runPreFilter } from '../../src/engine/cycle.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod } from '../../src/model/pod.ts';
import { ClusterView, NodeView } from '../../src/rules/view.ts';

type RawPod = readonly [count: number, cpu: string, memory: string, hostPort?: number];

function caseOf(amounts: Readonly<Record<string, string>>, groups: readonly RawPod[], nodesMax = 0): [readonly Pod[], EstimateOptions] {
  const raw = groups.flatMap(([count, ...asks], group) => Array.from({ length: count }, (_, i) => rawPod(`pod-${group}-${i}`, ...asks)));
  const { nodes, pods, objects } = buildSnapshot([rawTemplate(amounts), ...raw]);
  return [pods, { template: nodes[0] as Node, objects, settings: resolveOptions(), nodesMax }];
}

/** The same procedure pod by pod and node by node. */
function podByPod(pods: readonly Pod[], options: EstimateOptions): Estimate {
  const { template, objects, settings, nodesMax } = options;
  const cluster = new ClusterView([template], objects, settings.semantics);
  const nodes: NodeView[] = [];
  let [last, scheduled, mayAdd] = [-1, 0, true];
  const put = (pod: Pod, node: NodeView | undefined): boolean => {
    const { filters, rejection } = runPreFilter(pod, cluster, settings.profiles[0] as (typeof settings.profiles)[number]);
    if (!node || rejection || !filters || filters.check(node)) return false;
    node.addPod(pod);
    scheduled++;
    return true;
  };
  const putInTurn = (pod: Pod): boolean => {
    for (let i = 0; i < nodes.length; i++) {
      const at = (last + 1 + i) % nodes.length;
      if (!put(pod, nodes[at])) continue;
      last = at;
      return true;
    }
    return false;
  };
  /** False: no node may be added. */
  const putOnNew = (group: readonly Pod[]): boolean => {
    for (const pod of group) {
      const newest = nodes.at(-1);
      if (put(pod, newest)) continue;
      if (newest && newest.pods.length === 0) return true;
      if (nodesMax > 0 && nodes.length >= nodesMax) return false;
      nodes.push(new NodeView(template, 0, settings.semantics));
      if (!put(pod, nodes.at(-1))) return true;
    }
    return true;
  };
  for (const group of estimatorOrder(pods, options)) {
    const stuck = group.findIndex((pod) => !putInTurn(pod));
    if (mayAdd && stuck >= 0) mayAdd = putOnNew(group.slice(stuck));
  }
  return { nodes: nodes.filter((node) => node.pods.length > 0).length, scheduled };
}

describe('the estimator', () => {
  test("counts what upstream's benchmark expects", () => {
    const { pods, options } = estimatorCase();
    expect(estimate(pods, options)).toEqual(EXPECTED);
  });

  // The cases of upstream's TestBinpackingEstimate whose rules look at one node, with the numbers that it expects. Nodes hold 10 pods.
  const NODE = { cpu: '1000m', memory: '5000Mi', pods: '10' };
  test.each<[string, Readonly<Record<string, string>>, readonly RawPod[], number, Estimate]>([
    ['resources', { cpu: '1000m', memory: '2000Mi', pods: '10' }, [[10, '350m', '1000']], 0, { nodes: 5, scheduled: 10 }],
    ['pods on a node', { cpu: '10000m', memory: '20000Mi', pods: '10' }, [[20, '10m', '100']], 0, { nodes: 2, scheduled: 20 }],
    ['host ports', NODE, [[8, '200m', '1000', 5555]], 0, { nodes: 8, scheduled: 8 }],
    ['a limit', NODE, [[20, '500m', '1000']], 5, { nodes: 5, scheduled: 10 }],
    [
      'the largest first',
      NODE,
      [
        [10, '50m', '1000'],
        [10, '500m', '1000'],
      ],
      5,
      { nodes: 5, scheduled: 10 },
    ],
  ])('%s', (_what, amounts, groups, nodesMax, expected) => {
    const [pods, options] = caseOf(amounts, groups, nodesMax);
    expect(podByPod(pods, options)).toEqual(estimate(pods, options));
    expect(estimate(pods, options)).toEqual(expected);
  });

  test('agrees with the procedure pod by pod on random groups', () => {
    const prng = new Prng(7);
    let [filledUp, limited] = [0, 0];
    for (let run = 0; run < 150; run++) {
      const groups = Array.from({ length: prng.between(1, 7) }, (): RawPod => {
        const asks = [prng.between(0, 60), `${prng.between(1, 12) * 90}m`, `${prng.between(1, 12) * 300}Mi`] as const;
        return prng.chance(1, 5) ? [...asks, prng.between(80, 82)] : asks;
      });
      const nodesMax = prng.chance(1, 3) ? prng.between(1, 15) : 0;
      const [pods, options] = caseOf({ cpu: '1000m', memory: '5000Mi', pods: `${prng.between(2, 12)}` }, groups, nodesMax);
      const found = estimate(pods, options);
      expect(found, `run ${run}: ${JSON.stringify(groups)}`).toEqual(podByPod(pods, options));
      if (found.nodes === nodesMax) limited++;
      const alone = estimatorOrder(pods, options).reduce((sum, group) => sum + estimate(group, options).nodes, 0);
      if (found.nodes < alone) filledUp++;
    }
    expect(limited).toBeGreaterThan(10);
    expect(filledUp).toBeGreaterThan(50);
  });

  test('refuses pods whose rules look beyond one node', () => {
    const spread = [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }];
    const raw = rawPod('a', '1m', '1Mi');
    const { nodes, pods, objects } = buildSnapshot([
      rawTemplate({ cpu: '1', memory: '1Gi', pods: '10' }),
      { ...raw, spec: { ...(raw.spec as object), topologySpreadConstraints: spread } },
    ]);
    expect(() => estimate(pods, { template: nodes[0] as Node, objects, settings: resolveOptions(), nodesMax: 0 })).toThrow(
      'look at other nodes',
    );
  });
});
