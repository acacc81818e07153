import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it, vi } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { compileSelector, nodeTermsMatch, requirementMatches } from '../../src/model/match.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';

// No speed test: each takes milliseconds, and work that explodes takes hours.
vi.setConfig({ testTimeout: 20_000 });

function build(...raws: unknown[]): Snapshot {
  const builder = new SnapshotBuilder();
  for (const raw of raws) builder.add(raw, {});
  return builder.finish();
}

/** Each file's first line is `# expect: ` and the beginning of the message: code, field path, problem. */
describe.each(['quantities', 'labels'])('bad %s', (folder) => {
  const base = new URL(`./${folder}/`, import.meta.url);

  it.each(readdirSync(base).sort())('%s', (file) => {
    const text = readFileSync(new URL(file, base), 'utf8');
    const expected = text.slice('# expect: '.length, text.indexOf('\n'));
    const raw = load(text);
    let error: unknown;
    try {
      build(raw);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PlimsollError);
    const { message } = error as PlimsollError;
    expect(message.slice(0, expected.length)).toBe(expected);
    expect(message.length).toBeLessThan(1000);
    expect(message).not.toMatch(/[\p{Cc}\u202e]|\p{Cs}/u);
  });
});

describe('rows with an answer instead of an error', () => {
  const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  });
  const requesting = (cpu: unknown) => pod('p', { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] });
  const requested = (cpu: unknown) => build(requesting(cpu)).pods[0]?.template.containers[0]?.requests.get('cpu');
  const nodeWith = (status: object) => build({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status });

  it('Q5: -0 is 0', () => {
    expect(requested('-0')).toBe(0n);
  });

  it('Q7: CPU finer than a thousandth is stored rounded up, like the API server stores it', () => {
    expect([requested('1.5'), requested('0.1m'), requested('1n'), requested('1u')]).toEqual([
      1_500_000_000n,
      1_000_000n,
      1_000_000n,
      1_000_000n,
    ]);
  });

  it('Q9: numbers that lost nothing are taken', () => {
    expect([requested(2), requested(0.1), requested(9007199254740991)]).toEqual([
      2_000_000_000n,
      100_000_000n,
      9007199254740991_000_000_000n,
    ]);
  });

  it('Q13: more allocatable than capacity is said, and allocatable is used', () => {
    const snapshot = nodeWith({ capacity: { cpu: '2', pods: '10' }, allocatable: { cpu: '4', pods: '10' } });
    expect(snapshot.nodes[0]?.allocatable.cpu).toBe(4000n);
    expect(snapshot.notModelled).toEqual(['1 node offers more allocatable than capacity: allocatable is used.']);
  });

  it('Q13: allocatable is taken from capacity when missing, and 0 when both are', () => {
    expect(nodeWith({ capacity: { cpu: '2', pods: '10' } }).nodes[0]?.allocatable).toMatchObject({ cpu: 2000n, pods: 10n });
    expect(nodeWith({}).nodes[0]?.allocatable).toMatchObject({ cpu: 0n, memory: 0n, pods: 0n });
  });

  it('L3: labels named like members of Object are plain data, and no prototype changes', () => {
    const labels = JSON.parse('{"constructor": "a", "toString": "b", "hasOwnProperty": "c"}');
    const snapshot = build(pod('p', {}, { labels }));
    expect([...(snapshot.pods[0]?.template.labels ?? [])]).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
      ['hasOwnProperty', 'c'],
    ]);
    const raw = JSON.parse(
      '{"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":{"__proto__":"x"}},"__proto__":{"polluted":1}}',
    );
    const builder = new SnapshotBuilder({ defaults: false });
    builder.add(raw, {});
    expect([...(builder.finish().nodes[0]?.labels ?? [])]).toEqual([['__proto__', 'x']]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('L5: NotIn matches where the key is missing', () => {
    expect(requirementMatches({ key: 'a', operator: 'NotIn', values: ['x'] }, new Map())).toBe(true);
  });

  it('L6: an empty term list and an empty term match no node', () => {
    const required = { nodeSelectorTerms: [] as object[] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    const node = { name: 'n', labels: new Map<string, string>() };
    for (const terms of [[], [{}], [{ matchExpressions: [] }]]) {
      required.nodeSelectorTerms = terms;
      const read = build(pod('p', { affinity })).pods[0]?.template.nodeAffinity?.required;
      expect(read).toHaveLength(terms.length);
      expect(nodeTermsMatch(read ?? [], node)).toBe(false);
    }
  });

  it('L7: 10,000 terms and 10,000 values are read and matched without quadratic work', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => `v${i}`);
    const nodeSelectorTerms = values.map((value) => ({ matchExpressions: [{ key: 'a', operator: 'In', values: [value] }] }));
    nodeSelectorTerms.push({ matchExpressions: [{ key: 'b', operator: 'In', values }] });
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
    const terms = build(pod('p', { affinity })).pods[0]?.template.nodeAffinity?.required ?? [];
    let looks = 0;
    class Labels extends Map<string, string> {
      override get(key: string): string | undefined {
        looks++;
        return super.get(key);
      }
    }
    expect(nodeTermsMatch(terms, { name: 'n', labels: new Labels([['b', 'v9999']]) })).toBe(true);
    expect(looks).toBe(terms.length);
  });

  it('L13: the message names file, line and item of both objects', () => {
    const builder = new SnapshotBuilder();
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
    builder.add(node, { file: 'a.yaml', line: 3, path: 'items[0]' });
    expect(() => builder.add(node, { file: 'b.yaml', line: 7, path: 'items[4]' })).toThrow(
      'DUPLICATE: b.yaml: line 7: items[4].metadata.name: Node "n" is there twice, first at a.yaml: line 3: items[0]',
    );
  });

  it('L14: no namespace means default; unknown namespace, claim and PriorityClass are no errors', () => {
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'nowhere' } }];
    const snapshot = build(pod('p', { priorityClassName: 'nowhere', volumes }), pod('q', {}, { namespace: 'nowhere' }));
    expect(snapshot.pods.map((each) => each.namespace)).toEqual(['default', 'nowhere']);
    expect(snapshot.notModelled).toEqual(['1 pod names a PriorityClass that is not in the snapshot: their own priority or 0 is used.']);
  });

  it('L16: a value of 1 MB is refused with a short message', () => {
    const labelSelector = { matchLabels: { a: 'v'.repeat(1 << 20) } };
    const term = { topologyKey: 'zone', labelSelector };
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    let message = '';
    try {
      build(pod('p', { affinity }));
    } catch (error) {
      message = (error as PlimsollError).message;
    }
    expect(message).toMatch(
      /^SELECTOR: spec\.affinity\.podAffinity\.requiredDuringSchedulingIgnoredDuringExecution\[0\]\.labelSelector: values\[0\]\[a\]: /,
    );
    expect(message.length).toBeLessThan(600);
  });

  it('a selector that upstream refuses matches nothing, and says why', () => {
    const compiled = compileSelector({ requirements: [{ key: 'a', operator: 'In', values: [] }] });
    expect(compiled.matches(new Map([['a', 'b']]))).toBe(false);
    expect(compiled.invalid).toBe("values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty");
  });
});
