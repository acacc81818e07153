import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_DEPTH_MAX } from '../../src/base/limits.ts';
import { readJson } from '../../src/sources/json-reader.ts';
import { Collector, pieces, problemOf } from './collect.ts';

async function read(text: string, size?: number): Promise<Collector> {
  const collector = new Collector();
  await readJson(pieces(text, size), collector, 'f.json');
  return collector;
}

async function refuse(text: string): Promise<string> {
  return (await problemOf(() => read(text)))?.message ?? 'accepted';
}

describe('documents', () => {
  it('reads a list item by item, with path and line', async () => {
    const { raws, places } = await read('{"kind": "List", "items": [\n  {"kind": "A"},\n  {"kind": "B", "x": [{}]}\n]}');
    expect(raws).toEqual([{ kind: 'A' }, { kind: 'B', x: [{}] }]);
    expect(places).toEqual(['items[0]@2', 'items[1]@3']);
  });

  it('reads a single object, bare arrays, NDJSON and concatenated documents in any mixture', async () => {
    const { raws, places } = await read('{"kind":"A"}\n{"kind":"B"}{"kind":"List","items":[]}\r\n\t[{"kind":"C"}, {"kind":"D"}]\n\n');
    expect(raws).toEqual([{ kind: 'A' }, { kind: 'B' }, { kind: 'C' }, { kind: 'D' }]);
    expect(places).toEqual(['@1', '@2', '[0]@3', '[1]@3']);
  });

  it('gives items of a typed list the kind of the list, also when it comes last', async () => {
    const implied = { kind: 'Node', apiVersion: 'v1' };
    const first = await read('{"kind":"NodeList","apiVersion":"v1","items":[{"a":1},{"kind":"X"}]}');
    expect(first.objects.map((object) => object.implied)).toEqual([implied, implied]);
    const last = await read('{"apiVersion":"v1","items":[{"kind":"X"},{"a":1},{"kind":"Y"}],"kind":"NodeList"}');
    expect(last.raws).toEqual([{ kind: 'X' }, { a: 1 }, { kind: 'Y' }]);
    expect(last.objects[1]?.implied).toEqual(implied);
  });

  it('does not take items for the items of a list when the key is deeper or a value', async () => {
    const object = { kind: 'A', name: 'items', spec: { items: [{ a: 1 }] }, list: [{ items: [{}] }] };
    expect((await read(JSON.stringify(object))).raws).toEqual([object]);
  });

  it('reads an escaped items key and an items member that is null', async () => {
    expect((await read('{"kind":"List","\\u0069tems":[{"kind":"A"}]}')).raws).toEqual([{ kind: 'A' }]);
    expect((await read('{"kind":"A","items":null}')).raws).toEqual([{ kind: 'A', items: null }]);
  });

  it('keeps __proto__ as data', async () => {
    const { raws } = await read('{"kind":"A","__proto__":{"polluted":1},"x":{"__proto__":{"y":2}}}');
    expect(Object.keys(raws[0] as object)).toEqual(['kind', '__proto__', 'x']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('finds the same objects however the bytes are cut', async () => {
    const text =
      '{"kind":"List","é":"items\\\\","items":[{"kind":"A\\"]}{","x":"ü€"},{"kind":"B","y":[[],{}]}],"z":"\\\\"}\n[{"kind":"C"}]';
    const whole = await read(text);
    expect(whole.raws).toHaveLength(3);
    for (let size = 1; size < Buffer.byteLength(text); size++) expect((await read(text, size)).objects).toEqual(whole.objects);
  });
});

describe('refusals', () => {
  it.each([
    ['{"kind":"List","items":[{"kind":"A"},\n{"kind":tru}]}', 'INPUT_SYNTAX: line 2: items[1].kind: not well-formed JSON at byte 46'],
    [
      '{"kind":"List","items":[{"kind":"A"}{"kind":"B"}]}',
      'INPUT_SYNTAX: line 1: items[0]: not well-formed JSON around the items of the list',
    ],
    ['{"kind":"List","items":[{"kind":"A"},]}', 'INPUT_SYNTAX: line 1: items[1]: not well-formed JSON around'],
    ['{"kind":"List","items":[,{"kind":"A"}]}', 'INPUT_SYNTAX: line 1: items[0]: not well-formed JSON around'],
    ['{"kind":"List","items":[{"kind":"A"},,{"kind":"A"}]}', 'INPUT_SYNTAX: line 1: items[1]: not well-formed JSON around'],
    ['{"kind":"List","items":[{"kind":[}]}', 'INPUT_SYNTAX: line 1: items[0].kind[0]: not well-formed JSON at byte 33'],
    ['{"kind" "List","items":[]}', 'INPUT_SYNTAX: line 1: kind: not well-formed JSON at byte 8'],
    ['{"kind":"A"} x', 'INPUT_SYNTAX: line 1: byte 13 is outside of any JSON object or array'],
    ['{"kind":"A"}, {"kind":"B"}', 'INPUT_SYNTAX: line 1: byte 12 is outside'],
    ['{"kind":"A"}]', 'INPUT_SYNTAX: line 1: byte 12 is outside'],
    ['"text"', 'INPUT_SYNTAX: line 1: byte 0 is outside'],
    ['{"kind":"A\u0001"}', 'INPUT_SYNTAX: line 1: kind: not well-formed JSON at byte 10'],
    ['{"kind":"Pod","items":[{"kind":"A"}]}', 'INPUT_KIND: f.json: line 1: kind: an object with items is not a list, got "Pod"'],
    ['{"items":[{"kind":"A"}]}', 'INPUT_KIND: f.json: line 1: kind: an object with items has no kind'],
    ['{"kind":"List","items":[{"kind":"A"},5]}', 'INPUT_KIND: f.json: line 1: items: not a Kubernetes object, got "5"'],
    ['{"kind":"List","items":[[{"kind":"A"}]]}', 'INPUT_KIND: f.json: line 1: items: not a Kubernetes object, got "[{'],
    ['[{"kind":"A"},null]', 'INPUT_KIND: f.json: line 1: not a Kubernetes object, got "null"'],
  ])('%j', async (text, message) => {
    expect((await refuse(text)).slice(0, message.length)).toBe(message);
  });

  it.each([
    ['{"kind":"A","spec":{"cpu":"1","cpu":"64"}}', 'spec.cpu', 30],
    ['{"kind":"List","items":[{"kind":"A"},{"kind":"B","x":[1,{"y":1,"z":0,"y":2}]}]}', 'items[1].x[1].y', 69],
    ['{"kind":"A","a":1,"\\u0061":2}', 'a', 18],
    ['{"kind":"A","__proto__":1,"__proto__":2}', '__proto__', 26],
    ['{"kind":"List","kind":"List","items":[]}', 'kind', 15],
  ])('a name twice: %j', async (text, path, byte) => {
    const problem = await problemOf(() => read(text));
    expect(problem?.code).toBe('INPUT_SYNTAX');
    expect(problem?.place.path).toBe(path);
    expect(problem?.problem).toBe(`the same name twice in one object at byte ${byte}`);
  });

  it('refuses two item lists in one list', async () => {
    expect(await refuse('{"kind":"List","items":[{"kind":"A"}],"items":[{"kind":"B"}]}')).toContain('items: the same name twice');
  });

  it('refuses nesting beyond the limit before anything is parsed, and accepts the limit', async () => {
    const nested = (depth: number) => `{"kind":"A","a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect((await read(nested(DOCUMENT_DEPTH_MAX))).raws).toHaveLength(1);
    expect(await refuse(nested(DOCUMENT_DEPTH_MAX + 1))).toMatch(/^INPUT_LIMIT: .*nesting is deeper than 200/);
    expect(await refuse('['.repeat(1_000_000))).toMatch(/^INPUT_LIMIT/);
  });

  it('refuses an object larger than the limit', async () => {
    const endless = async function* () {
      yield Buffer.from('{"a":"');
      for (;;) yield Buffer.alloc(1 << 20, 'x');
    };
    const problem = await problemOf(() => readJson(endless(), new Collector(), 'f'));
    expect(problem?.message).toMatch(/^INPUT_LIMIT: .*one object is larger than 33554432 bytes/);
  });

  it('accepts no text that was cut off, at any byte', async () => {
    const text = '{"apiVersion":"v1","items":[{"kind":"A","x":"é\\n"},\n{"kind":"B","y":[1.5e3,true]}],"kind":"List"}';
    const bytes = Buffer.from(text);
    for (let end = 1; end < bytes.length; end++) {
      const problem = await problemOf(() => readJson(pieces(bytes.subarray(0, end)), new Collector(), 'f'));
      expect(problem?.code, `cut at ${end}`).toBe('INPUT_TRUNCATED');
    }
  });
});

describe('against JSON.parse', () => {
  /** Objects whose member names JSON.parse keeps in order, so that they can be compared as text. */
  const object = fc.object({
    maxDepth: 4,
    withNullPrototype: false,
    values: [fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)],
  });

  it('reads what it wrote', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1, 4),
        async (items, size, indent) => {
          const text = JSON.stringify(
            { apiVersion: 'v1', items: items.map((item) => ({ ...item, kind: 'A' })), kind: 'List' },
            null,
            indent,
          );
          const { raws } = await read(text, size);
          expect(JSON.stringify(raws)).toBe(JSON.stringify((JSON.parse(text) as { items: unknown }).items));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('accepts exactly what JSON.parse accepts after one change, apart from duplicate names', async () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '1',
      'tru',
      ' ',
      '\n',
      'é',
      '"a":1,',
      '{}',
      'null',
      '-',
      '.',
      '\u0000',
    );
    await fc.assert(
      fc.asyncProperty(object, fc.nat(), fc.nat({ max: 3 }), token, async (value, seed, removed, inserted) => {
        // The kind stays as it is: what lacks one is refused for that.
        const kind = '{"kind":"A"';
        const text = `${kind},"x":${JSON.stringify(value)}}`;
        const at = kind.length + (seed % (text.length - kind.length));
        const changed = text.slice(0, at) + inserted + text.slice(at + removed);
        let expected: unknown;
        let good = true;
        try {
          expected = JSON.parse(changed);
        } catch {
          good = false;
        }
        const problem = await problemOf(async () => expect(JSON.stringify((await read(changed)).raws)).toBe(JSON.stringify([expected])));
        // Two documents after each other are fine here and not for JSON.parse; a duplicate name is the other way round.
        if (good) expect(problem?.problem ?? 'twice').toContain('twice');
        else if (!problem) expect(() => JSON.parse(`[${changed.replaceAll('}{', '},{')}]`)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
