import { describe, expect, it } from 'vitest';
import { API_VERSION, type Explanation, type NodeExplanation, type Provenance, type Schedule } from '../../src/model/results.ts';
import { explainName, explainView, explainWide } from '../../src/report/explain-view.ts';
import { scheduleNames, scheduleTable, scheduleWideTable } from '../../src/report/schedule-table.ts';

const provenance: Provenance = {
  engineVersion: '0',
  kubeVersion: '1.36',
  profiles: ['default-scheduler'],
  configuration: '',
  tie: 'first',
  seed: 0,
  percentageOfNodesToScore: 100,
  snapshot: '',
};

const schedule: Schedule = {
  apiVersion: API_VERSION,
  kind: 'Schedule',
  provenance,
  placements: [{ namespace: 'shop', name: 'web-1', node: 'node-a' }],
  unschedulable: [{ namespace: 'ops', name: 'huge', message: '0/1 nodes are available: 1 Insufficient cpu.' }],
  preemptions: [{ namespace: 'ops', name: 'huge', node: 'node-a', victims: [{ namespace: 'shop', name: 'web-0' }] }],
  summary: {
    nodes: 1,
    pending: 2,
    placed: 1,
    unschedulable: 1,
    seconds: 0,
    decideSeconds: 0,
    decisionsPerSecond: 0,
    paths: { bounds: 0, grouped: 0, scanned: 0 },
  },
  notModelled: [],
};

describe('a schedule', () => {
  it('as a table has the placements, then what is unschedulable and why', () => {
    expect([...scheduleTable(schedule)]).toEqual([
      'NAMESPACE   POD     NODE     REASON\n',
      'shop        web-1   node-a\n',
      'ops         huge    <none>   0/1 nodes are available: 1 Insufficient cpu.\n',
    ]);
    expect([...scheduleTable({ ...schedule, unschedulable: [] })]).toEqual(['NAMESPACE   POD     NODE\n', 'shop        web-1   node-a\n']);
  });

  it('as a wide table has the victims of preemption', () => {
    expect([...scheduleWideTable(schedule)].map((line) => line.split(/ {2,}/).map((cell) => cell.trim()))).toEqual([
      ['NAMESPACE', 'POD', 'NODE', 'NOMINATED', 'VICTIMS', 'REASON'],
      ['shop', 'web-1', 'node-a', '<none>', '<none>'],
      ['ops', 'huge', '<none>', 'node-a', 'shop/web-0', '0/1 nodes are available: 1 Insufficient cpu.'],
    ]);
  });

  it('as names has the placements only', () => {
    expect([...scheduleNames(schedule)]).toEqual(['pod/shop/web-1 node-a\n']);
  });
});

function feasible(name: string, fit: number, image?: number): NodeExplanation {
  const scores = {
    NodeResourcesFit: { raw: fit, normalized: fit, weight: 1 },
    ...(image === undefined ? {} : { TaintToleration: { raw: 0, normalized: image, weight: 3 } }),
  };
  return { name, feasible: true, reasons: [], scores, total: fit + 3 * (image ?? 0) };
}

function refused(name: string): NodeExplanation {
  return { name, feasible: false, plugin: 'NodeName', code: 'UnschedulableAndUnresolvable', reasons: ['no', 'never'], scores: {} };
}

function explanation(nodes: readonly NodeExplanation[], rest: Partial<Explanation> = {}): Explanation {
  const pod = { namespace: 'shop', name: 'cart-7' };
  return { apiVersion: API_VERSION, kind: 'Explanation', provenance, pod, message: '', nodes, nearestMiss: [], notModelled: [], ...rest };
}

describe('an explanation', () => {
  it('shows weighted scores that add up to the total, best node first', () => {
    const view = explanation([feasible('a', 40, 100), refused('x'), feasible('b', 60, 100)], { node: 'b' });
    expect([...explainView(view)].join('')).toBe(
      `Pod:     shop/cart-7
Node:    b (2 of 3 nodes feasible)
Profile: default-scheduler, Kubernetes 1.36

SCORE              WEIGHT     b     a
NodeResourcesFit        1    60    40
TaintToleration         3   300   300
total                       360   340

NODE   REFUSED-BY   REASONS
x      NodeName     no; never
`,
    );
  });

  it('without a feasible node shows the message and the nearest misses', () => {
    const nearestMiss = [{ node: 'x', changes: ['300m CPU short', 'tolerate gpu=true:NoSchedule'] }];
    const lines = [...explainView(explanation([refused('x')], { message: '0/1 nodes are available: 1 no.', nearestMiss }))];
    expect(lines.slice(1, 3)).toEqual(['Node:    <none> (0 of 1 nodes feasible)\n', 'Message: 0/1 nodes are available: 1 no.\n']);
    expect(lines.slice(-2)).toEqual(['NEAREST-MISS   WOULD-FIT-WITH\n', 'x              300m CPU short; tolerate gpu=true:NoSchedule\n']);
    expect([...explainName(explanation([refused('x')]))]).toEqual([]);
  });

  it('counts what it leaves out, and the wide view leaves out nothing', () => {
    const many = explanation(
      [...Array.from({ length: 30 }, (_, i) => refused(`x${i}`)), ...Array.from({ length: 7 }, (_, i) => feasible(`f${i}`, i))],
      {
        node: 'f6',
      },
    );
    const text = [...explainView(many)].join('');
    expect(text).toContain('... and 2 more feasible nodes (-o wide shows all)');
    expect(text).toContain('... and 10 more nodes (-o wide shows all)');
    const wide = [...explainWide(many)];
    expect(wide).toHaveLength(38);
    expect(wide[1]).toMatch(/^f6 +yes +6 +6$/m);
    expect(wide[8]).toMatch(/^x0 +no +NodeName +UnschedulableAndUnresolvable +no; never$/m);
    expect([...explainName(many)]).toEqual(['node/f6\n']);
  });

  it('takes plugin names as data', () => {
    const node = { ...feasible('a', 1), scores: JSON.parse('{"__proto__":{"raw":1,"normalized":5,"weight":2}}') };
    expect([...explainView(explanation([node], { node: 'a' }))].join('')).toMatch(/__proto__ +2 +10/);
  });
});
