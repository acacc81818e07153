import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTEMPTS_MAX, backoffLevels, SchedulingQueue } from '../../src/engine/queue.ts';
import { queueHints } from '../../src/engine/queue-hints.ts';
import { queueOrder } from '../../src/engine/queue-order.ts';
import type { Pod } from '../../src/model/pod.ts';
import { affinityTerm, makePod, type PodSpec, selector, spread } from '../support/builders.ts';

const FIT = new Set(['NodeResourcesFit']);
const AFFINITY = new Set(['InterPodAffinity']);

function pod(name: string, spec: PodSpec & { createdMs?: number } = {}): Pod {
  const { createdMs = 0, ...rest } = spec;
  return { ...makePod(name, rest), createdMs };
}

const needs = (app: string) => ({ podAffinity: { required: [affinityTerm('zone', selector(`app=${app}`))], preferred: [] } });

/** Takes one pod at a time; its name, '' for nothing. */
function next(queue: SchedulingQueue, pods: readonly Pod[]): string {
  const [index] = queue.take(1);
  return index === undefined ? '' : (pods[index] as Pod).name;
}

describe('order', () => {
  test('priority first, then creation time, then input order', () => {
    const pods = [
      pod('late', { createdMs: 20 }),
      pod('early', { createdMs: 10 }),
      pod('vip', { priority: 5, createdMs: 30 }),
      pod('twin', { createdMs: 10 }),
      pod('cheap', { priority: -5 }),
      pod('vip2', { priority: 5, createdMs: 30 }),
    ];
    const names = new SchedulingQueue(pods).take(10).map((index) => (pods[index] as Pod).name);
    expect(names).toEqual(['vip', 'vip2', 'early', 'twin', 'late', 'cheap']);
  });

  test('is the order of a stable sort, for any input', () => {
    const drawn = fc.array(fc.record({ priority: fc.integer({ min: -2, max: 2 }), createdMs: fc.nat(5) }), { maxLength: 60 });
    fc.assert(
      fc.property(drawn, (specs) => {
        const pods = specs.map(({ priority, createdMs }, i) => pod(`p${i}`, { priority, createdMs }));
        const expected = pods.map((_, i) => i);
        expected.sort((a, b) => {
          const [x, y] = [pods[a] as Pod, pods[b] as Pod];
          return y.template.priority - x.template.priority || x.createdMs - y.createdMs || a - b;
        });
        expect([...queueOrder(pods).order]).toEqual(expected);
      }),
    );
  });

  test('orders without packed keys when rank, time and index do not fit into one number', () => {
    const template = makePod('x').template;
    const count = 70_000;
    // 2^16 priorities, times and pods each come to 2^48; doubled counts pass 2^53.
    const pods = Array.from({ length: 3 * count }, (_, i) => ({
      ...makePod('x'),
      template: i % 50_021 === i ? { ...template, priority: (i * 7919) % 50_021 } : template,
      createdMs: (i * 104_729) % (3 * count),
    }));
    const { order, rank } = queueOrder(pods);
    for (let i = 1; i < order.length; i++) {
      const [a, b] = [order[i - 1] as number, order[i] as number];
      const difference = (rank[a] as number) - (rank[b] as number) || (pods[a] as Pod).createdMs - (pods[b] as Pod).createdMs || a - b;
      if (difference >= 0) throw new Error(`${a} stands before ${b}`);
    }
    expect(order.length).toBe(3 * count);
  });
});

describe('take', () => {
  test('runs are as long as asked', () => {
    const pods = Array.from({ length: 5 }, (_, i) => pod(`p${i}`));
    const queue = new SchedulingQueue(pods);
    expect(queue.take(3)).toEqual([0, 1, 2]);
    expect(queue.take(10)).toEqual([3, 4]);
    expect(queue.take(10)).toEqual([]);
    expect(queue.ready).toBe(0);
  });

  test('an empty queue has nothing to give', () => {
    expect(new SchedulingQueue([]).take(5)).toEqual([]);
  });
});

describe('waiting and waking', () => {
  test('a pod refused for want of room stays until a pod leaves, not until one is placed', () => {
    const pods = [pod('big'), pod('small')];
    const queue = new SchedulingQueue(pods);
    expect(next(queue, pods)).toBe('big');
    queue.failed(0, FIT);
    expect(next(queue, pods)).toBe('small');
    queue.placed(1);
    expect(next(queue, pods)).toBe('');
    queue.deleted(pod('gone'));
    expect(next(queue, pods)).toBe('big');
    queue.placed(0);
    expect(next(queue, pods)).toBe('');
  });

  test('a pod with required affinity comes back when its company has been placed', () => {
    const pods = [pod('follower', needs('db')), pod('other', { labels: { app: 'web' } }), pod('leader', { labels: { app: 'db' } })];
    const queue = new SchedulingQueue(pods);
    queue.take(1);
    queue.failed(0, AFFINITY);
    queue.take(1);
    queue.placed(1);
    expect(queue.ready).toBe(1);
    queue.take(1);
    queue.placed(2);
    expect(next(queue, pods)).toBe('follower');
  });

  test('woken pods come after all that were never tried, the more important ones first, then the longer waiting', () => {
    const pods = [pod('vip', { priority: 9 }), pod('a'), pod('b'), pod('c')];
    const queue = new SchedulingQueue(pods);
    expect(queue.take(3)).toEqual([0, 1, 2]);
    for (const index of [2, 1, 0]) queue.failed(index, FIT);
    queue.deleted(pod('gone'));
    expect([next(queue, pods), next(queue, pods), next(queue, pods), next(queue, pods)]).toEqual(['c', 'vip', 'b', 'a']);
  });

  test('among woken pods a shorter backoff goes before a higher priority', () => {
    const pods = [pod('vip', { priority: 9 }), pod('plain')];
    const queue = new SchedulingQueue(pods);
    queue.take(1);
    queue.failed(0, FIT);
    queue.deleted(pod('gone'));
    queue.take(1);
    expect(queue.take(1)).toEqual([0]);
    queue.failed(0, FIT);
    queue.failed(1, FIT);
    queue.deleted(pod('gone too'));
    expect([next(queue, pods), next(queue, pods)]).toEqual(['plain', 'vip']);
  });

  test('without backoff a woken pod overtakes less important ones at once, but not its equals', () => {
    const pods = [pod('vip', { priority: 9 }), pod('vip2', { priority: 9 }), pod('plain')];
    const queue = new SchedulingQueue(pods, { maxBackoffSeconds: 0 });
    expect(queue.take(1)).toEqual([0]);
    queue.failed(0, FIT);
    expect(queue.take(9)).toEqual([1]);
    queue.deleted(pod('gone'));
    queue.placed(1);
    expect([next(queue, pods), next(queue, pods)]).toEqual(['vip', 'plain']);
  });

  test('a preemptor is tried again after its victims have left, behind the pods never tried', () => {
    const pods = [pod('preemptor', { priority: 9 }), pod('plain')];
    const queue = new SchedulingQueue(pods);
    queue.take(1);
    queue.deleted(pod('victim'));
    queue.preempting(0);
    expect([next(queue, pods), next(queue, pods), next(queue, pods)]).toEqual(['plain', 'preemptor', '']);
  });
});

describe('leftovers', () => {
  test('pods that no hint has woken are tried once more at the end, if something has changed for them', () => {
    const twoTerms = {
      podAntiAffinity: { required: [affinityTerm('zone', selector('app=x')), affinityTerm('zone', selector('app=y'))], preferred: [] },
    };
    const pods = [pod('picky', twoTerms), pod('plain')];
    const queue = new SchedulingQueue(pods);
    queue.take(1);
    queue.failed(0, AFFINITY);
    // Upstream's hint wants a pod that matches both terms.
    queue.deleted(pod('x', { labels: { app: 'x' } }));
    expect(queue.ready).toBe(1);
    expect([next(queue, pods), next(queue, pods)]).toEqual(['plain', 'picky']);
    queue.failed(0, AFFINITY);
    expect(next(queue, pods)).toBe('');
  });

  test('a placement is a change only for pods that want company', () => {
    const pods = [pod('full'), pod('lonely', needs('nobody')), pod('plain')];
    const queue = new SchedulingQueue(pods);
    queue.take(2);
    queue.failed(0, FIT);
    queue.failed(1, AFFINITY);
    queue.take(1);
    queue.placed(2);
    expect([next(queue, pods), next(queue, pods)]).toEqual(['lonely', '']);
  });

  test('a nomination that a preemptor takes is a change for everybody', () => {
    const pods = [pod('a')];
    const queue = new SchedulingQueue(pods);
    queue.take(1);
    queue.failed(0, FIT);
    expect(next(queue, pods)).toBe('');
    queue.nominationTaken(pod('somebody'));
    expect(next(queue, pods)).toBe('a');
  });

  test('a pod that failed with an error is tried again only when something has changed', () => {
    const pods = [pod('broken'), pod('plain')];
    const queue = new SchedulingQueue(pods);
    queue.take(2);
    queue.failed(0, new Set());
    expect(next(queue, pods)).toBe('');
    queue.placed(1);
    expect(next(queue, pods)).toBe('broken');
  });
});

test('a pod that is woken without end is given up after a bounded number of attempts', () => {
  const pods = [pod('restless')];
  const queue = new SchedulingQueue(pods);
  let attempts = 0;
  while (queue.take(1).length > 0) {
    attempts++;
    queue.failed(0, FIT);
    queue.deleted(pod('gone'));
  }
  expect(attempts).toBe(ATTEMPTS_MAX);
});

test('every pod is handed out exactly once when all are placed, whatever fails and is woken in between', () => {
  const drawn = fc.array(fc.constantFrom('place', 'place', 'fail', 'company', 'preempt'), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(drawn, fc.nat(3), (fates, runLength) => {
      const pods = fates.map((_, i) => pod(`p${i}`, { priority: i % 3, ...(i % 2 === 0 ? needs('web') : { labels: { app: 'web' } }) }));
      const queue = new SchedulingQueue(pods);
      const placed = new Set<number>();
      let departures = 0;
      /** Departures and placements that a pod had seen when it last failed. */
      const seen = new Map<number, readonly [number, number]>();
      for (let run = queue.take(runLength + 1); run.length > 0; run = queue.take(runLength + 1)) {
        for (const index of run) {
          if (fates[index] === 'place' || seen.has(index)) {
            expect(placed.has(index)).toBe(false);
            placed.add(index);
            queue.placed(index);
            continue;
          }
          if (fates[index] === 'preempt') {
            departures++;
            queue.deleted(pod('victim'));
            queue.preempting(index);
          } else queue.failed(index, fates[index] === 'company' ? AFFINITY : FIT);
          seen.set(index, [departures, placed.size]);
        }
      }
      for (const [index, fate] of fates.entries()) {
        if (placed.has(index)) continue;
        // Who is left has seen everything that could have helped.
        expect(seen.get(index)?.[0]).toBe(departures);
        if (fate === 'company') expect(seen.get(index)?.[1]).toBe(placed.size);
      }
    }),
  );
});

describe('hints', () => {
  const hints = queueHints();
  const told = (table: 'placed' | 'deleted', plugin: string, waiting: PodSpec, other: PodSpec) =>
    hints[table].get(plugin)?.(makePod('waiting', waiting).template, makePod('other', other).template) ?? false;
  const port = (hostPort: number, hostIP = '') => ({
    containers: [{ name: 'c', image: '', requests: new Map(), ports: [{ hostIP, hostPort, protocol: '' }], restartable: false }],
  });
  const claim = (claimName: string): PodSpec => ({ volumes: [{ kind: 'claim', name: 'v', claimName, readOnly: false }] });
  const disk = (volumeID: string): PodSpec => ({ volumes: [{ kind: 'ebs', name: 'v', volumeID }] });
  const anti = (app: string): PodSpec => ({ podAntiAffinity: { required: [affinityTerm('zone', selector(`app=${app}`))], preferred: [] } });
  const spreading: PodSpec = { spreadConstraints: [spread('zone', 1, { labelSelector: selector('app=web') })] };

  test.each<[table: 'placed' | 'deleted', plugin: string, waiting: PodSpec, other: PodSpec, expected: boolean]>([
    ['placed', 'NodeResourcesFit', {}, {}, false],
    ['deleted', 'NodeResourcesFit', {}, {}, true],
    ['deleted', 'TaintToleration', {}, {}, false],
    ['deleted', 'NodePorts', port(80), port(80), true],
    ['deleted', 'NodePorts', port(80), port(81), false],
    ['deleted', 'NodePorts', port(80, '10.0.0.1'), port(80, '10.0.0.2'), false],
    ['placed', 'InterPodAffinity', needs('db'), { labels: { app: 'db' } }, true],
    ['placed', 'InterPodAffinity', needs('db'), { labels: { app: 'db' }, namespace: 'elsewhere' }, false],
    ['placed', 'InterPodAffinity', anti('db'), { labels: { app: 'db' } }, false],
    ['deleted', 'InterPodAffinity', anti('db'), { labels: { app: 'db' } }, true],
    ['deleted', 'InterPodAffinity', { labels: { app: 'db' } }, anti('db'), true],
    ['deleted', 'InterPodAffinity', needs('db'), { labels: { app: 'db' } }, false],
    ['placed', 'PodTopologySpread', spreading, { labels: { app: 'web' } }, true],
    ['placed', 'PodTopologySpread', spreading, { labels: { app: 'web' }, namespace: 'elsewhere' }, false],
    ['deleted', 'VolumeRestrictions', claim('a'), claim('a'), true],
    ['deleted', 'VolumeRestrictions', claim('a'), claim('b'), false],
    ['deleted', 'VolumeRestrictions', disk('a'), disk('a'), true],
    ['deleted', 'NodeVolumeLimits', {}, claim('x'), true],
    ['deleted', 'NodeVolumeLimits', {}, disk('x'), true],
    ['deleted', 'NodeVolumeLimits', {}, {}, false],
    ['placed', 'VolumeBinding', claim('a'), claim('b'), true],
    ['placed', 'VolumeBinding', claim('a'), {}, false],
    ['placed', 'VolumeZone', claim('a'), claim('a'), true],
  ])('%s %s', (table, plugin, waiting, other, expected) => {
    expect(told(table, plugin, waiting, other)).toBe(expected);
  });
});

test('backoff doubles up to the maximum', () => {
  expect(backoffLevels(1, 10)).toEqual([1, 2, 4, 8, 10]);
  expect(backoffLevels(1, 1)).toEqual([1]);
  expect(backoffLevels(20, 10)).toEqual([10]);
  expect(backoffLevels(1, 0)).toEqual([]);
});
