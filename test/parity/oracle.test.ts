import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOracle, oracleReleases } from './oracle-build.ts';
import { type Oracle, type OracleRequest, openOracle } from './oracle-client.ts';

interface PodFields {
  readonly cpu: string;
  readonly priority?: number;
  readonly node?: string;
  readonly spec?: object;
  readonly metadata?: object;
}

function node(name: string, cpu: string, spec: object = {}): object {
  const amounts = { cpu, memory: '8Gi', pods: '110' };
  const metadata = { name, labels: { 'kubernetes.io/hostname': name } };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec, status: { capacity: amounts, allocatable: amounts } };
}

function pod(name: string, { cpu, priority = 0, node: nodeName, spec, metadata }: PodFields): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, ...metadata },
    spec: {
      schedulerName: 'default-scheduler',
      priority,
      containers: [{ name: 'main', image: 'app', resources: { requests: { cpu } } }],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...spec,
    },
    status: { phase: 'Pending' },
  };
}

const taint = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
const nodes = [node('b', '4'), node('a', '4'), node('c', '2'), node('tainted', '8', { taints: [taint] })];
const bound = [pod('on-b', { cpu: '2', node: 'b' }), pod('on-a', { cpu: '3', node: 'a' }), pod('on-c', { cpu: '1', node: 'c' })];

for (const release of oracleReleases()) {
  const missing = findOracle(release) === undefined;
  if (missing) console.log(`oracle ${release}: not built, so not tested; build it with \`node test/parity/oracle-build.ts ${release}\``);
  describe.skipIf(missing)(`the oracle for ${release}`, () => {
    let oracle: Oracle;
    beforeAll(async () => {
      oracle = await openOracle(release);
    });
    afterAll(() => oracle.close());

    it('is linked with that release', () => {
      expect(oracle.version).toMatch(new RegExp(`^v${release.replace('.', '\\.')}\\.\\d+$`));
    });

    it('explains every node with raw, normalised and weighted scores', async () => {
      const answer = await oracle.ask({ id: 7, mode: 'explain', objects: [...nodes, ...bound, pod('p', { cpu: '1' })] });
      expect(answer.id).toBe(7);
      const [p] = answer.pods ?? [];
      expect(p?.nodes.map(({ name, code }) => [name, code])).toEqual([
        ['b', 'Success'],
        ['a', 'Success'],
        ['c', 'Success'],
        ['tainted', 'UnschedulableAndUnresolvable'],
      ]);
      expect(p).toMatchObject({ pod: 'default/p', feasible: 3, tied: ['b'], heap: 'b', node: 'b' });
      expect(p?.nodes[3]).toMatchObject({ plugin: 'TaintToleration', reasons: [expect.stringContaining('untolerated taint')] });
      const { raw, normalized, weighted, total } = p?.nodes[0] ?? {};
      expect([raw?.TaintToleration, normalized?.TaintToleration, weighted?.TaintToleration]).toEqual([0, 100, 300]);
      // NonZeroRequested: 3 of 4 cores with the pod, 400 Mi of 8 Gi; the mean of (1 - 3/4) and (1 - 400/8192) in whole percents.
      expect(raw?.NodeResourcesFit).toBe(Math.trunc((25 + 95) / 2));
      expect(total).toBe(p?.best);
      expect(total).toBe(Object.values(weighted ?? {}).reduce((sum, score) => sum + score, 0));
    });

    it('says what preemption would do, and does nothing', async () => {
      const high = pod('high', { cpu: '4', priority: 10 });
      const request: OracleRequest = { mode: 'preempt', objects: [...nodes, ...bound, high, pod('huge', { cpu: '100' })] };
      const first = await oracle.ask(request);
      expect(first.pods?.[0]).toMatchObject({ pod: 'default/high', nominated: 'b', victims: ['default/on-b'] });
      expect(first.pods?.[1]).toMatchObject({ nominated: '', victims: [] });
      expect(first.pods?.[1]?.message).toMatch(/^0\/4 nodes are available: .*4 Preemption is not helpful for scheduling\.$/);
      expect(await oracle.ask(request)).toEqual(first);
    });

    it('explains pods that are held back only when asked about them', async () => {
      const gated = pod('gated', { cpu: '1', spec: { schedulingGates: [{ name: 'wait' }] } });
      const objects = [...nodes, gated];
      expect((await oracle.ask({ mode: 'explain', objects })).pods).toEqual([]);
      const asked = await oracle.ask({ mode: 'explain', objects, pods: ['default/gated', 'default/none'] });
      expect(asked.pods?.[0]).toMatchObject({ feasible: 3, message: 'waiting for scheduling gates: [wait]' });
      expect(asked.pods?.[1]?.error).toContain('no such pod');
    });

    it('runs the queue by priority, and retries a preemptor when its victims have left', async () => {
      const waiting = [pod('late', { cpu: '1' }), pod('high', { cpu: '4', priority: 10 }), pod('huge', { cpu: '100' })];
      const run = await oracle.ask({ mode: 'sequence', objects: [...nodes, ...bound, ...waiting] });
      expect(run.order).toEqual(['default/high', 'default/late', 'default/huge', 'default/high']);
      expect(run.attempts?.map(({ node }) => node)).toEqual(['', 'a', '', 'b']);
      expect(run.attempts?.[0]).toMatchObject({ nominated: 'b', victims: ['default/on-b'] });
      expect(run.attempts?.[3]).toMatchObject({ tied: ['b'] });
    });

    it('sees every placement before the next attempt', async () => {
      const waiting = ['p1', 'p2', 'p3', 'p4'].map((name) => pod(name, { cpu: '2' }));
      const run = await oracle.ask({ mode: 'sequence', objects: [node('x', '4'), node('y', '4'), ...waiting], nodes: true });
      // A tie goes to the first node that the scan finds, and each scan of both nodes starts at the first again.
      expect(run.attempts?.map(({ node, tied }) => [node, tied])).toEqual([
        ['x', ['x', 'y']],
        ['y', ['y']],
        ['x', ['x', 'y']],
        ['y', ['y']],
      ]);
      expect(run.attempts?.[3]?.nodes?.map(({ code }) => code)).toEqual(['Unschedulable', 'Success']);
    });

    it('decides against the clock as it decides otherwise, and looks at a part of the nodes if it may', async () => {
      const many = Array.from({ length: 400 }, (_, row) => node(`n${row}`, row === 399 ? '64' : '4'));
      const waiting = ['p1', 'p2', 'huge', 'p3'].map((name) => pod(name, { cpu: name === 'huge' ? '100' : '2' }));
      const objects = [...many, ...waiting];
      const { attempts } = await oracle.ask({ mode: 'sequence', objects });
      const ways = [100, 0].map((percentageOfNodesToScore) => ({ percentageOfNodesToScore, parallelism: 1, seconds: 60 }));
      const { runs, invalid } = await oracle.ask({ mode: 'bench', objects, runs: [...ways, { ...ways[0], seconds: 0 }] });
      expect(invalid).toBeUndefined();
      const [all, sampled, none] = (runs ?? []).map(({ decisions }) => decisions);
      expect(all?.map(({ pod, node }) => ({ pod, node }))).toEqual(attempts?.map(({ pod, node }) => ({ pod, node })));
      for (const { nanoseconds } of all ?? []) expect(nanoseconds).toBeGreaterThan(0);
      // Half of 400 nodes less 400 / 125: the large one is beyond what the first scan looks at.
      expect(all?.[0]?.node).toBe('n399');
      expect(sampled?.[0]?.node).not.toBe('n399');
      expect(none).toEqual([]);
    });

    it('refuses to be timed where pods would evict others', async () => {
      const run = { percentageOfNodesToScore: 100, parallelism: 1, seconds: 60 };
      const objects = [...nodes, ...bound, pod('high', { cpu: '4', priority: 10 })];
      const { invalid } = await oracle.ask({ mode: 'bench', objects, runs: [run] });
      expect(invalid).toBe('pod default/high: would evict others, which mode bench does not do');
    });

    it('follows the caller among equals and stops where it cannot', async () => {
      const objects = [node('x', '4'), node('y', '4'), pod('p1', { cpu: '2' }), pod('p2', { cpu: '2' }), pod('p3', { cpu: '9' })];
      const bind = { 'default/p1': 'y', 'default/p2': 'x', 'default/p3': 'x' };
      const agreed = await oracle.ask({ mode: 'follow', objects, bind });
      expect(agreed.attempts?.map(({ node, disagrees }) => [node, disagrees])).toEqual([
        ['y', undefined],
        ['x', undefined],
        ['', undefined],
      ]);
      expect(agreed.unplaced).toEqual(['default/p3']);
      const refused = await oracle.ask({ mode: 'follow', objects, bind: { ...bind, 'default/p2': 'y' } });
      expect(refused.attempts?.at(-1)).toMatchObject({ pod: 'default/p2', node: 'x', disagrees: true });
    });

    it('takes a profile and refuses one that upstream refuses', async () => {
      const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
      const plugins = { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 7 }] }, multiPoint: {} };
      const objects = [...nodes, ...bound, pod('p', { cpu: '1' })];
      const config = { ...head, profiles: [{ schedulerName: 'default-scheduler', plugins }] };
      const answer = await oracle.ask({ mode: 'explain', objects, config });
      expect(answer.pods?.[0]?.nodes[0]).toMatchObject({ weighted: { NodeResourcesFit: 7 * 60 }, total: 7 * 60 });
      const wrong = await oracle.ask({ mode: 'explain', objects, config: { ...head, profiles: [{ nonsense: 1 }] } });
      expect(wrong.invalid).toContain('nonsense');
    });

    it('lets the caller choose among all nodes that pass where nothing is scored', async () => {
      const plugins = { score: { disabled: [{ name: '*' }] } };
      const profiles = [{ schedulerName: 'default-scheduler', plugins }];
      const config = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles };
      const objects = [node('x', '4'), node('y', '4'), pod('p', { cpu: '1' })];
      const followed = await oracle.ask({ mode: 'follow', objects, config, bind: { 'default/p': 'y' } });
      expect(followed.attempts).toEqual([{ pod: 'default/p', node: 'y', tied: ['x', 'y'] }]);
      const alone = await oracle.ask({ mode: 'sequence', objects, config });
      expect(alone.attempts).toEqual([{ pod: 'default/p', node: 'x', tied: ['x'] }]);
    });

    it('ends with what it said last when it dies, and names a gate that it does not know', async () => {
      await expect(openOracle(release, { NoSuchGate: true })).rejects.toThrow(/NoSuchGate/);
    });
  });
}
