import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';

describe('a waiting pod that is being resized', () => {
  it('takes from its node what its status says, in a run as afterwards', async () => {
    const container = (cpu: string) => [{ name: 'c', resources: { requests: { cpu } } }];
    const pod = (name: string, cpu: string, more: object = {}) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { schedulerName: 'default-scheduler', containers: container(cpu) },
      ...more,
    });
    const statuses = [{ name: 'c', allocatedResources: { cpu: '2' }, resources: { requests: { cpu: '2' } } }];
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node' },
      status: { allocatable: { cpu: '4', memory: '8Gi', pods: '9' } },
    };
    const items = [node, pod('a', '1', { status: { containerStatuses: statuses } }), pod('b', '3')];
    const engine = new Engine(await readSnapshot({ apiVersion: 'v1', kind: 'List', items }));
    const { placements, unschedulable } = await engine.schedule();
    expect(placements.map(({ name }) => name)).toEqual(['a']);
    expect(unschedulable.map(({ name, message }) => [name, message.includes('Insufficient cpu')])).toEqual([['b', true]]);
    engine.apply({ kind: 'podRemoved', pod: { namespace: 'default', name: 'a' } });
    expect((await engine.schedule()).placements.map(({ name }) => name)).toEqual(['b']);
  });
});
