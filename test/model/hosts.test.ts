import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { applyHosts, type HostMap, levelLabel, NO_HOSTS } from '../../src/model/hosts.ts';
import { mergeHosts, parseHosts, parseLevelLabels } from '../../src/model/hosts-csv.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { makeNode, makePod, NO_OBJECTS } from '../support/builders.ts';

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PlimsollError) return error.message;
    throw error;
  }
  return 'no error';
}

const read = (text: string, file?: string) => parseHosts([file === undefined ? { text } : { text, file }]);

/** Maps as plain objects, amounts as text. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return typeof value === 'bigint' ? String(value) : value;
}

describe('host tables', () => {
  it('reads the domains of nodes, closest level first', () => {
    const hosts = read('node,host,rack\nvm1,h1,r1\nvm2,h1,r1\nvm3,h2,\n');
    expect(hosts.levels).toEqual(['host', 'rack']);
    expect(plain(hosts.domains)).toEqual({ vm1: { host: 'h1', rack: 'r1' }, vm2: { host: 'h1', rack: 'r1' }, vm3: { host: 'h2' } });
    expect(hosts.capacities.size).toBe(0);
  });

  it('reads what hosts can give, in upstream’s units', () => {
    const hosts = read('host,cpu,memory,nvidia.com/gpu\nh1,64,256Gi,\nh2,63500m,1e9,8\n');
    expect(plain(hosts.capacities)).toEqual({
      h1: { cpu: '64000', memory: String(256 * 2 ** 30) },
      h2: { cpu: '63500', memory: '1000000000', 'nvidia.com/gpu': '8' },
    });
  });

  it('takes both tables from one text or from two', () => {
    const domains = 'node,host\nvm1,h1\n';
    const capacities = 'host,cpu\nh1,8\n';
    const apart = parseHosts([{ text: domains }, { text: capacities }]);
    expect(read(`${domains}\n\n${capacities}`)).toEqual(apart);
    expect(plain(apart.capacities)).toEqual({ h1: { cpu: '8000' } });
    expect(parseHosts([{ text: domains }, { text: 'node,host\nvm2,h2\n' }]).domains.size).toBe(2);
  });

  it('skips comments, trims cells, takes quotes, CRLF and a byte order mark', () => {
    const hosts = read('\ufeff# from the inventory\r\nnode, host\r\n vm1 ,"esx 1, left"\r\n# end\r\n');
    expect(plain(hosts.domains)).toEqual({ vm1: { host: 'esx 1, left' } });
  });

  it('keeps names of object properties apart from data', () => {
    const hosts = read('node,host\nconstructor,__proto__\n');
    expect(hosts.domains.get('constructor')?.get('host')).toBe('__proto__');
    expect(hosts.domains.get('toString')).toBeUndefined();
  });

  const broken: [name: string, text: string, message: string][] = [
    ['nothing', '', 'INPUT_SYNTAX: h.csv: no table of hosts (first row node,host,rack,... or host,cpu,memory,...)'],
    ['comments alone', '# nothing\n\n', 'INPUT_SYNTAX: h.csv: no table of hosts'],
    ['another table', 'name,host\n', 'INPUT_SYNTAX: h.csv: line 1: not a header of hosts, got "name,host"'],
    ['no column', 'node\nvm1\n', 'INPUT_SYNTAX: h.csv: line 1: not a header of hosts, got "node"'],
    ['a column twice', 'node,host,host\n', 'DUPLICATE: h.csv: line 1: a column twice, got "host"'],
    ['a level without a name', 'node,host,\n', 'NAME: h.csv: line 1: not the name of a level: name part must be non-empty'],
    ['a level with a slash', 'node,a/b\n', 'NAME: h.csv: line 1: not the name of a level: must not contain a /, got "a/b"'],
    ['a short row', 'node,host,rack\nvm1,h1\n', 'INPUT_SYNTAX: h.csv: line 2: 2 columns where the header has 3, got "vm1,h1"'],
    ['an open quote', 'node,host\nvm1,"h1\n', 'INPUT_SYNTAX: h.csv: line 2: a quote that is not closed'],
    ['a node without a name', 'node,host\n,h1\n', 'FIELD: h.csv: line 2: node must not be empty, got ""'],
    ['a control character', 'node,host\nvm1,h\u0001\n', 'FIELD: h.csv: line 2: host must not contain control characters'],
    ['a long name', `node,host\nvm1,${'h'.repeat(254)}\n`, 'FIELD: h.csv: line 2: host must be no more than 253 characters'],
    ['a node twice', 'node,host\nvm1,h1\n\nnode,host\nvm1,h2\n', 'DUPLICATE: h.csv: line 5: a second row for this node, got "vm1"'],
    [
      'other levels',
      'node,host\nvm1,h1\n\nnode,rack\n',
      'INPUT_SYNTAX: h.csv: line 4: levels differ from those of the table before, got "rack"',
    ],
    ['a host twice', 'host,cpu\nh1,1\nh1,1\n', 'DUPLICATE: h.csv: line 3: a second row for this host, got "h1"'],
    ['a broken quantity', 'host,cpu,memory\nh1,1,64Gb\n', 'QUANTITY: h.csv: line 2: memory: '],
    ['a negative quantity', 'host,cpu\nh1,-1\n', 'QUANTITY: h.csv: line 2: cpu: '],
    ['a broken resource', 'host,c p u\nh1,1\n', 'NAME: h.csv: line 1: not a resource name'],
  ];
  it.each([
    ['JSON', '\n{"a": "b,c"}'],
    ['JSON', '[1,2]'],
    ['YAML', '# hosts\napiVersion: v1\nkind: "Node"\n'],
    ['YAML', '---\na: b\n'],
  ])('tells %s from a table: %j', (what, text) => {
    expect(messageOf(() => read(text, 'h.csv'))).toContain(`INPUT_SYNTAX: h.csv: this is ${what} and no table of hosts (`);
  });

  it.each(broken)('refuses %s', (_name, text, message) => {
    expect(messageOf(() => read(text, 'h.csv'))).toContain(message);
  });
});

describe('levels from labels', () => {
  it('reads level=key, or a key that names its level', () => {
    expect(plain(parseLevelLabels('host=example.com/hypervisor, topology.example.com/rack').labelKeys)).toEqual({
      host: 'example.com/hypervisor',
      rack: 'topology.example.com/rack',
    });
    expect(parseLevelLabels('host=a,rack=b').levels).toEqual(['host', 'rack']);
  });

  it.each([
    ['', 'USAGE: not a level and its label: name part must be non-empty'],
    ['host=', 'USAGE: not a level and its label'],
    ['a/b=key', 'USAGE: not a level and its label: a level must not contain a /, got "a/b=key"'],
    ['rack', 'USAGE: does not say which label names the level, got "rack" (write rack=LABEL-KEY)'],
    ['host=x,host=y', 'USAGE: a level twice, got "host"'],
  ])('refuses %j', (text, message) => {
    expect(messageOf(() => parseLevelLabels(text))).toContain(message);
  });

  it('completes a table', () => {
    const merged = mergeHosts(read('node,host\nvm1,h1\n'), parseLevelLabels('host=a,rack=b'));
    expect(merged.levels).toEqual(['host', 'rack']);
    expect(plain(merged.labelKeys)).toEqual({ host: 'a', rack: 'b' });
    expect(merged.domains.size).toBe(1);
  });
});

const ReplicaSet = (name: string) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name });

function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  const nodes = [makeNode('vm1'), makeNode('vm2', { labels: { rack: 'r9', zone: 'z' } }), makeNode('vm3')];
  return { nodes, pods: [], objects: NO_OBJECTS, notModelled: ['before'], ignoredKinds: new Map(), hash: 'x', ...more };
}

const labelsOf = (applied: Snapshot, level: string) => applied.nodes.map(({ labels }) => labels.get(levelLabel(level)));

describe('applyHosts', () => {
  it('writes the domains as labels and leaves the snapshot alone', () => {
    const before = snapshot();
    const applied = applyHosts(before, read('node,host,rack\nvm1,h1,r1\nvm2,h1,r1\nvm3,h2,\n'));
    expect(labelsOf(applied, 'host')).toEqual(['h1', 'h1', 'h2']);
    expect(labelsOf(applied, 'rack')).toEqual(['r1', 'r1', undefined]);
    expect(applied.nodes[1]?.labels.get('zone')).toBe('z');
    expect(before.nodes[0]?.labels.size).toBe(0);
    expect(before.objects.hosts).toBeUndefined();
    expect(applied.objects.hosts?.levels).toEqual(['host', 'rack']);
  });

  it('takes labels where the mapping is silent', () => {
    const hosts = mergeHosts(read('node,host\nvm1,h1\nvm3,h2\n'), parseLevelLabels('rack=rack'));
    expect(labelsOf(applyHosts(snapshot(), hosts), 'rack')).toEqual([undefined, 'r9', undefined]);
    const both = mergeHosts(read('node,host,rack\nvm2,h1,r1\n'), parseLevelLabels('rack=rack'));
    expect(labelsOf(applyHosts(snapshot(), both), 'rack')).toEqual([undefined, 'r1', undefined]);
  });

  it('counts the replicas of every owner, bound and waiting, not terminating', () => {
    const owner = ReplicaSet('web');
    const pods = [
      makePod('a', { owner, on: 'vm1' }),
      makePod('b', { owner }),
      makePod('c', { owner, terminating: true }),
      makePod('d', { owner, namespace: 'other' }),
      makePod('e'),
    ];
    const { hosts } = applyHosts(snapshot({ pods }), NO_HOSTS).objects;
    expect(plain(hosts?.replicas)).toEqual({ 'default/ReplicaSet/web': 2, 'other/ReplicaSet/web': 1 });
  });

  it('says what stays unknown', () => {
    const text = 'node,host,rack\nvm1,h1,r1\nvm2,h2,\nvm8,h1,r1\nvm9,h3,\n\nhost,cpu\nh1,8\nh7,8\n';
    expect(applyHosts(snapshot(), read(text)).notModelled).toEqual([
      'before',
      'host unknown for 1 node (vm3): each counts as a host of its own',
      'rack unknown for 2 nodes (vm2, vm3): each counts as a rack of its own',
      'host mapping of 2 nodes (vm8, vm9) not in the snapshot: ignored',
      'capacity unknown for 1 host (h2): not limited',
    ]);
    const many = snapshot({ nodes: Array.from({ length: 7 }, (_, i) => makeNode(`n${i}`)) });
    expect(applyHosts(many, read('node,host\nn0,h\n')).notModelled[1]).toBe(
      'host unknown for 6 nodes (n1, n2, n3, n4, n5, ...): each counts as a host of its own',
    );
  });

  it('refuses a mapping of another cluster', () => {
    expect(messageOf(() => applyHosts(snapshot(), read('node,host\nother1,h1\n')))).toBe(
      'INCONSISTENT: the host mapping names none of the nodes, got "other1" (nodes are named like vm1)',
    );
  });

  it('refuses a machine in two places', () => {
    expect(messageOf(() => applyHosts(snapshot(), read('node,host,rack\nvm1,h1,r1\nvm2,h1,r2\nvm3,h2,r2\n')))).toBe(
      'INCONSISTENT: host h1 is put in rack r1 by node vm1 and rack r2 by node vm2 (a machine stands in one place)',
    );
  });

  it('works without nodes and without hosts', () => {
    const none: HostMap = { ...NO_HOSTS, domains: new Map([['vm1', new Map()]]) };
    expect(applyHosts(snapshot({ nodes: [] }), none).nodes).toEqual([]);
    expect(applyHosts(snapshot(), NO_HOSTS).notModelled).toEqual(['before']);
  });
});
