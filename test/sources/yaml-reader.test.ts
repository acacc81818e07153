import fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_DEPTH_MAX } from '../../src/base/limits.ts';
import { readYaml } from '../../src/sources/yaml-reader.ts';
import { Collector, pieces, problemOf } from './collect.ts';

async function read(text: string, size?: number, wholeBytesMax?: number): Promise<Collector> {
  const collector = new Collector();
  await readYaml(pieces(text, size), collector, 'f.yaml', wholeBytesMax);
  return collector;
}

async function value(scalar: string): Promise<unknown> {
  const [object] = (await read(`kind: A\nx: ${scalar}\n`)).raws;
  return (object as { x: unknown }).x;
}

async function refuse(text: string): Promise<string> {
  return (await problemOf(() => read(text)))?.message ?? 'accepted';
}

/** go-yaml v2's table (resolve.go) by way of sigs.k8s.io/yaml, which is how kubectl turns a manifest into JSON. */
describe('plain scalars', () => {
  it.each([
    ['1', 1],
    ['0.5', 0.5],
    ['1e3', 1000],
    ['1.5E-2', 0.015],
    ['.5', 0.5],
    ['1.', 1],
    ['+1', 1],
    ['-1', -1],
    ['010', 8],
    ['-010', -8],
    ['00', 0],
    ['08', 8],
    ['0o17', 15],
    ['0x1F', 31],
    ['0XaB', 171],
    ['0b101', 5],
    ['-0b101', -5],
    ['1_000', 1000],
    ['1_', 1],
    ['0x_1', 1],
    ['9007199254740993', 9007199254740992],
    ['yes', true],
    ['On', true],
    ['y', true],
    ['TRUE', true],
    ['no', false],
    ['N', false],
    ['off', false],
    ['~', null],
    ['Null', null],
    ['', null],
  ])('%s is not text', async (scalar, expected) => {
    expect(await value(scalar)).toBe(expected);
  });

  it.each([
    '500m',
    '1.5Gi',
    '1e999',
    '0x',
    '0xg',
    '09a',
    '1e',
    '12:30',
    '1.2.3',
    '2024-01-01',
    '2024-01-01T00:00:00Z',
    '_1',
    'yEs',
    'nULL',
    'NaN',
    'inf',
    '+',
    '.',
    '1__a',
    '0b12',
  ])('%s is text', async (scalar) => {
    expect(await value(scalar)).toBe(scalar);
  });

  it.each(['"1"', "'yes'", '"010"', '!!str 1', '! 1', '|\n  1e3'])('%s is text', async (scalar) => {
    expect(typeof (await value(scalar))).toBe('string');
  });

  it('has no infinity and no NaN, as JSON has none', async () => {
    for (const scalar of ['.inf', '-.INF', '+.Inf', '.nan', '.NaN'])
      expect(await refuse(`kind: A\nx: ${scalar}`)).toMatch(/^INPUT_SYNTAX: line 2: .*infinity and NaN/);
  });

  it('makes keys text', async () => {
    const [object] = (await read('kind: A\n1: a\n1.5: b\ntrue: c\nno: d\n0x10: e\n__proto__: {f: 1}\n')).raws;
    expect(Object.entries(object as object)).toEqual([
      ['1', 'a'],
      ['16', 'e'],
      ['kind', 'A'],
      ['1.5', 'b'],
      ['true', 'c'],
      ['false', 'd'],
      ['__proto__', { f: 1 }],
    ]);
    expect(await refuse('~: 1')).toMatch(/^INPUT_SYNTAX: .*a key is neither text/);
    expect(await refuse('[a]: 1')).toMatch(/^INPUT_SYNTAX/);
  });
});

describe('documents', () => {
  it('reads several documents with their lines, and passes over empty ones', async () => {
    const text = '# head\n%YAML 1.1\n---\nkind: A\n---\n---\n# nothing\n--- # here\nkind: B\n...\n\nkind: C\n--- {kind: D}\n';
    const { raws, places } = await read(text);
    expect(raws).toEqual([{ kind: 'A' }, { kind: 'B' }, { kind: 'C' }, { kind: 'D' }]);
    expect(places).toEqual(['@4', '@9', '@12', '@13']);
  });

  it('reads an empty text and comments as no objects', async () => {
    for (const text of ['', '\n', '# only\n', '---\n', '---\n---\n', '...\n']) expect((await read(text)).raws).toEqual([]);
  });

  it('reads lists, typed lists and bare lists', async () => {
    const text = 'apiVersion: v1\nitems:\n- metadata: {name: a}\n\n# b\n- kind: Node\nkind: NodeList\n---\n- kind: A\n- kind: B\n';
    const { raws, objects, places } = await read(text);
    expect(raws).toEqual([{ metadata: { name: 'a' } }, { kind: 'Node' }, { kind: 'A' }, { kind: 'B' }]);
    expect(places).toEqual(['items[0]@3', 'items[1]@6', '[0]@9', '[1]@9']);
    expect(objects[0]?.implied).toEqual({ kind: 'Node', apiVersion: 'v1' });
  });

  it('reads CRLF lines', async () => {
    expect((await read('kind: A\r\nx:\r\n- 1\r\n---\r\nkind: B\r\n')).raws).toEqual([{ kind: 'A', x: [1] }, { kind: 'B' }]);
  });

  it('merges with << and follows aliases', async () => {
    const [object] = (await read('kind: A\na: &a {x: 1, z: 2}\nb:\n  <<: *a\n  z: 3\nc: *a\n')).raws;
    expect(object).toEqual({ kind: 'A', a: { x: 1, z: 2 }, b: { x: 1, z: 3 }, c: { x: 1, z: 2 } });
  });
});

describe('a list entry by entry', () => {
  const tricky = [
    'apiVersion: v1',
    'items:   # all of them',
    '- kind: A',
    '  script: |',
    '    - not an entry',
    '    items:',
    '    ---',
    '',
    '  text: "two',
    '    lines"',
    '# between',
    '-',
    '  kind: B',
    '  list:',
    '  - 1',
    '  - - 2',
    '-   kind: C',
    '    nested:',
    '      items:',
    '      - x',
    'kind: List',
    'metadata:',
    '  items:',
    '  - not this one',
    '---',
    'items:',
    '  - kind: D',
    '  - kind: E',
    'kind: List',
    '',
  ].join('\n');

  it('finds the same objects whole and in pieces, however the bytes are cut', async () => {
    const whole = await read(tricky);
    expect(whole.raws).toHaveLength(5);
    expect(whole.places).toEqual(['items[0]@3', 'items[1]@12', 'items[2]@17', 'items[0]@27', 'items[1]@28']);
    for (const size of [1, 2, 3, 7, 31, 1000]) {
      const cut = await read(tricky, size, 1);
      expect(cut.objects).toEqual(whole.objects);
      expect((await read(tricky, size)).objects).toEqual(whole.objects);
    }
  });

  it('reads back what js-yaml writes, in any style', async () => {
    // Letters without a meaning to kubectl alone: js-yaml writes 0X0 and y without quotes.
    const text = fc.string({ unit: fc.constantFrom('-', ' ', '\n', 'é', ':', '#', '"', "'", '?', '|') });
    const item = fc.object({ maxDepth: 3, key: text, values: [text, fc.integer(), fc.boolean()] });
    const style = fc.record({
      seqNoIndent: fc.boolean(),
      lineWidth: fc.constantFrom(-1, 20, 80),
      flowLevel: fc.constantFrom(-1, 3, 4),
      indent: fc.constantFrom(2, 4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 4 }), style, fc.integer({ min: 1, max: 50 }), async (items, options, size) => {
        const named = items.map((fields) => ({ kind: 'A', fields }));
        const written = dump({ apiVersion: 'v1', items: named, kind: 'List' }, { ...options, noRefs: true });
        for (const limit of [undefined, 1]) expect((await read(written, size, limit)).raws).toEqual(named);
      }),
      { numRuns: 300 },
    );
  });

  it('knows anchors across entries only in a list that is small enough for one piece', async () => {
    const text = 'items:\n- &a {kind: A}\n- *a\nkind: List\n';
    expect((await read(text)).raws).toEqual([{ kind: 'A' }, { kind: 'A' }]);
    expect((await problemOf(() => read(text, 4, 1)))?.message).toMatch(/^INPUT_SYNTAX: line 3: items\[1\]: .*unidentified alias/);
  });

  it('refuses items of something that is no list', async () => {
    for (const limit of [undefined, 1]) {
      const problem = await problemOf(() => read('kind: Pod\nitems:\n- kind: A\n- kind: B\nx: 1\n', 5, limit));
      expect(problem?.code).toBe('INPUT_KIND');
    }
  });

  it('accepts no kubectl list that was cut off before its kind', async () => {
    const text = 'apiVersion: v1\nitems:\n- kind: A\n  name: "é"\n- kind: B\n  list:\n  - 1\nkind: List\n';
    const bytes = Buffer.from(text);
    for (const limit of [undefined, 1]) {
      for (let end = 1; end < bytes.length - 1; end++) {
        const problem = await problemOf(() => readYaml(pieces(bytes.subarray(0, end), 9), new Collector(), 'f', limit));
        expect(problem, `cut at ${end}`).toBeDefined();
      }
    }
  });
});

describe('refusals', () => {
  it.each([
    ['a: 1\nb: 2\na: 3\n', 'INPUT_SYNTAX: line 3: not well-formed YAML: duplicated mapping key'],
    ['kind: A\n---\nx:\n  a: 1\n  "a": 2\n', 'INPUT_SYNTAX: line 5: not well-formed YAML: duplicated mapping key'],
    ['1: a\n"1": b\n', 'INPUT_SYNTAX: line 2: not well-formed YAML: duplicated mapping key'],
    ['a:\n\t- b\n', 'INPUT_SYNTAX: line 2: not well-formed YAML: tab characters'],
    ['a: !!binary aGk=', 'INPUT_SYNTAX: line 1: not well-formed YAML: unknown scalar tag'],
    ['a: !!js/function "function () {}"', 'INPUT_SYNTAX: line 1: not well-formed YAML: unknown scalar tag'],
    ['a: !!python/object {x: 1}', 'INPUT_SYNTAX: line 1: not well-formed YAML: unknown mapping tag'],
    ['a: !mine [1]', 'INPUT_SYNTAX: line 1: not well-formed YAML: unknown sequence tag'],
    ['a: *nothing', 'INPUT_SYNTAX: line 1: not well-formed YAML: unidentified alias'],
    ['a: "x\n', 'INPUT_SYNTAX: line 2: not well-formed YAML'],
    ['just text', 'INPUT_KIND: f.yaml: line 1: not a Kubernetes object, got "just text"'],
    ['items:\n- 5\nkind: List\n', 'INPUT_KIND: f.yaml: line 2: items[0]: not a Kubernetes object, got "5"'],
  ])('%j', async (text, message) => {
    expect((await refuse(text)).slice(0, message.length)).toBe(message);
  });

  it.each([
    ['flow depth', `a: ${'['.repeat(2000)}${']'.repeat(2000)}`],
    ['flow depth, many documents', `${'['.repeat(2000)}${']'.repeat(2000)}\n---\n`.repeat(20)],
    ['block depth', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['compact depth', `${'- '.repeat(100_000)}a`],
    ['complex keys', `${'? '.repeat(100_000)}a`],
    ['billion laughs', laughs(9)],
    ['a million laughs in many aliases', `a: &a [${'x,'.repeat(20_000)}]\nb: [${'*a,'.repeat(60)}]`],
    ['101 aliases', `a: &a [1]\nb: [${'*a,'.repeat(101)}]`],
    ['an alias inside its anchor', 'a: &a [1, *a]'],
    ['an alias inside its anchor, as a value', 'a: &a {b: *a}'],
    ['depth by aliases', Array.from({ length: 90 }, (_, i) => `a${i}: &a${i} [[[${i === 0 ? '1' : `*a${i - 1}`}]]]`).join('\n')],
  ])(
    '%s',
    async (_, text) => {
      expect(await refuse(text)).toMatch(/^INPUT_LIMIT: /);
    },
    // No speed test: work that explodes takes hours.
    20_000,
  );

  it('accepts nesting up to the limit', async () => {
    const nested = `kind: A\na: ${'['.repeat(DOCUMENT_DEPTH_MAX - 1)}${']'.repeat(DOCUMENT_DEPTH_MAX - 1)}`;
    expect((await read(nested)).raws).toHaveLength(1);
  });
});

/** Each level refers nine times to the one below it. */
function laughs(levels: number): string {
  const line = (i: number) => `a${i}: &a${i} [${Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*a${i - 1}`)).join(',')}]`;
  return Array.from({ length: levels }, (_, i) => line(i)).join('\n');
}
