import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ErrorCode, PlimsollError } from '../../src/base/errors.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { OpenbTrace } from '../../src/sources/openb.ts';
import { readJson } from '../../src/sources/json-reader.ts';
import { readSnapshot, type SnapshotSource } from '../../src/sources/read-snapshot.ts';

const folder = fileURLToPath(new URL('./snapshots/', import.meta.url));

// No speed test: each takes 50 ms (the bomb 500 ms), and work that explodes takes hours.
vi.setConfig({ testTimeout: 20_000 });

async function refusal(source: SnapshotSource): Promise<PlimsollError> {
  const error = await readSnapshot(source).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PlimsollError);
  return error as PlimsollError;
}

/** File, code, and what follows the file name in the message. */
const REFUSED: readonly (readonly [file: string, code: ErrorCode, message: RegExp])[] = [
  ['s01-empty.json', 'INPUT_SYNTAX', /^the input is empty/],
  ['s01-one-byte.json', 'INPUT_TRUNCATED', /^line 1: the input ends inside a JSON document/],
  ['s01-mark-only.json', 'INPUT_SYNTAX', /^the input is empty/],
  ['s01-white-space.yaml', 'INPUT_SYNTAX', /^the input is empty/],
  ['s01-utf16.json', 'INPUT_ENCODING', /^the text is UTF-16 \(write it as UTF-8/],
  ['s01-utf16-unmarked.json', 'INPUT_ENCODING', /^the text is UTF-16 or not text at all/],
  ['s01-invalid-utf8.json', 'INPUT_ENCODING', /^byte 54 is not UTF-8, got "0xff 0xfe 0x22 0x7d"/],
  ['s01-overlong-utf8.json', 'INPUT_ENCODING', /^byte 54 is not UTF-8/],
  ['s01-surrogate-utf8.yaml', 'INPUT_ENCODING', /^byte 30 is not UTF-8/],
  ['s02-truncated.json', 'INPUT_TRUNCATED', /^line 3: the input ends inside a list, after 1 complete items/],
  ['s02-truncated.yaml', 'INPUT_KIND', /^line 1: kind: an object with items has no kind .*cut off/],
  ['s02-truncated.json.gz', 'INPUT_TRUNCATED', /^the gzip data ends too early/],
  ['s02-one-page.json', 'INPUT_TRUNCATED', /^line 1: metadata\.continue: the list is one page of a longer one/],
  ['s02-one-page.yaml', 'INPUT_TRUNCATED', /^line 1: metadata\.continue: the list is one page of a longer one/],
  ['s05-duplicate-node.json', 'DUPLICATE', /^line 1: items\[1\]\.metadata\.name: .*first at .*s05-duplicate-node\.json: line 1: items\[0\]/],
  ['s07-brackets.json', 'INPUT_LIMIT', /^line 1: nesting is deeper than 200, at byte 200/],
  ['s07-deep.json', 'INPUT_LIMIT', /^line 1: nesting is deeper than 200/],
  ['s07-deep-item.json', 'INPUT_LIMIT', /^line 1: nesting is deeper than 200/],
  ['s08-flow-depth.yaml', 'INPUT_LIMIT', /^line 2: nesting exceeded maxDepth/],
  ['s08-block-depth.yaml', 'INPUT_LIMIT', /^line 200: nesting exceeded maxDepth/],
  ['s08-compact-depth.yaml', 'INPUT_LIMIT', /^line 1: nesting exceeded maxDepth/],
  ['s09-laughs.yaml', 'INPUT_LIMIT', /^line \d: more than 1000000 values once all aliases are followed/],
  ['s09-101-aliases.yaml', 'INPUT_LIMIT', /^line 3: aliases exceeded/],
  ['s09-missing-anchor.yaml', 'INPUT_SYNTAX', /^line 2: .*unidentified alias/],
  ['s09-self-alias.yaml', 'INPUT_LIMIT', /^line 3: an alias stands inside the value that it refers to/],
  ['s10-duplicate-key.yaml', 'INPUT_SYNTAX', /^line 5: .*duplicated mapping key/],
  ['s10-tab-indent.yaml', 'INPUT_SYNTAX', /^line 4: .*tab characters/],
  ['s10-js-function.yaml', 'INPUT_SYNTAX', /^line 3: .*unknown scalar tag$/],
  ['s10-python-object.yaml', 'INPUT_SYNTAX', /^line 2: .*unknown mapping tag$/],
  ['s10-binary.yaml', 'INPUT_SYNTAX', /^line 3: .*unknown scalar tag$/],
  ['s10-infinity.yaml', 'INPUT_SYNTAX', /^line 4: .*infinity and NaN do not exist in JSON/],
  ['s11-duplicate-name.json', 'INPUT_SYNTAX', /^line 1: status\.allocatable\.cpu: the same name twice in one object at byte 92/],
  ['s11-duplicate-name-in-item.json', 'INPUT_SYNTAX', /^line 2: items\[1\]\.metadata\.name: the same name twice/],
  ['s11-duplicate-items.json', 'INPUT_SYNTAX', /^line 1: items: the same name twice/],
  ['s13-trailing-garbage.json.gz', 'INPUT_ENCODING', /^not valid gzip/],
  ['s13-nested.json.gz', 'INPUT_ENCODING', /^gzip inside gzip/],
  ['s13-bad-checksum.json.gz', 'INPUT_ENCODING', /^not valid gzip/],
  ['s13-brotli.br', 'INPUT_ENCODING', /^byte 2 is not UTF-8/],
  ['s14-archive.tar', 'INPUT_KIND', /^this is a tar archive \(unpack it/],
  ['s14-archive.tar.gz', 'INPUT_KIND', /^this is a tar archive \(unpack it/],
  ['s14-archive.zip', 'INPUT_KIND', /^this is a zip archive \(unpack it/],
  ['s17-year-9999999.yaml', 'FIELD', /^line 1: metadata\.creationTimestamp: must be an RFC 3339 time/],
  ['s17-no-zone.yaml', 'FIELD', /^line 1: metadata\.creationTimestamp: must be an RFC 3339 time/],
  ['s17-leap-second.yaml', 'FIELD', /^line 1: metadata\.creationTimestamp: must be an RFC 3339 time/],
  ['s17-number.yaml', 'FIELD', /^line 1: metadata\.creationTimestamp: must be a string/],
  ['s18-negative-time.csv', 'FIELD', /^line 2: creation_time: not a whole number, got "-5"/],
  ['s18-time-2-53.csv', 'FIELD', /^line 2: creation_time: not a whole number/],
  ['s19-unclosed-quote.csv', 'INPUT_SYNTAX', /^line 3: a quote that is not closed/],
  ['s19-missing-column.csv', 'INPUT_SYNTAX', /^line 2: 4 columns where the header has 5/],
  ['s19-extra-column.csv', 'INPUT_SYNTAX', /^line 2: 6 columns where the header has 5/],
  ['s19-missing-header.csv', 'INPUT_KIND', /^line 1: the CSV header lacks the column memory_mib/],
  ['s19-nul.csv', 'INPUT_SYNTAX', /^line 2: a NUL byte/],
  ['s19-blank-line.csv', 'INPUT_SYNTAX', /^line 2: a blank line between rows/],
  ['kind-missing.json', 'INPUT_KIND', /^line 1: a document without kind .*got "{version, config, events}"/],
  ['kind-no-list.json', 'INPUT_KIND', /^line 1: kind: an object with items is not a list, got "Pod"/],
  ['kind-text.yaml', 'INPUT_KIND', /^line 1: not a Kubernetes object, got "just some text"/],
  ['kind-items-text.json', 'INPUT_KIND', /^line 1: items: not a Kubernetes object, got "a"/],
  ['kind-status.json', 'INPUT_KIND', /^line 1: this is the answer of an API server to a failed request, got "nodes is forbidden" \(fetch/],
  ['kind-item-without-kind.json', 'INPUT_KIND', /^line 1: items\[0\]\.kind: the object does not say its kind/],
];

/** Odd, but good: what must come out. */
const ACCEPTED: readonly (readonly [file: string, check: (snapshot: Snapshot) => void])[] = [
  ['s12-prototype.json', () => undefined],
  ['s12-constructor.yaml', (snapshot) => expect(snapshot.nodes[0]?.labels.get('constructor')).toBe('ok')],
  ['s22-no-nodes.json', (snapshot) => expect(snapshot.nodes).toEqual([])],
  ['s22-null-items.json', (snapshot) => expect([snapshot.nodes, snapshot.pods, snapshot.ignoredKinds.size]).toEqual([[], [], 0])],
  ['s22-no-capacity.yaml', (snapshot) => expect(snapshot.nodes[0]?.allocatable.cpu).toBe(0n)],
];

describe('a bad snapshot file', () => {
  it.each(REFUSED)('%s', async (file, code, message) => {
    const path = join(folder, file);
    const error = await refusal(path);
    expect(error.code).toBe(code);
    expect(error.place.file).toBe(path);
    const begin = `${code}: ${path}: `;
    expect(error.message.slice(0, begin.length)).toBe(begin);
    expect(error.message.slice(begin.length)).toMatch(message);
  });

  it('stands in the table', async () => {
    const known = [...REFUSED, ...ACCEPTED].map(([file]) => file);
    expect((await readdir(folder)).sort()).toEqual(known.sort());
  });
});

describe('an odd snapshot file', () => {
  it.each(ACCEPTED)('%s', async (file, check) => {
    const snapshot = await readSnapshot(join(folder, file), { defaults: file !== 's12-prototype.json' });
    check(snapshot);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('S12: a label named __proto__ is data without defaults, and a bad name with them', async () => {
    const path = join(folder, 's12-prototype.json');
    expect((await readSnapshot(path, { defaults: false })).nodes[0]?.labels.get('__proto__')).toBe('x');
    expect((await refusal(path)).code).toBe('NAME');
  });
});

describe('inputs too large to keep', () => {
  let temporary = '';
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'plimsoll-bad-input-'));
  });
  afterAll(() => rm(temporary, { recursive: true }));

  it('S7: a million brackets', async () => {
    const path = join(temporary, 'deep.json');
    await writeFile(path, '['.repeat(1_000_000));
    expect((await refusal(path)).code).toBe('INPUT_LIMIT');
  });

  it('S13: a gzip bomb of 256 MiB', async () => {
    const path = join(temporary, 'bomb.gz');
    const line = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"${'x'.repeat(1 << 20)}"}}\n`;
    const bomb = gzipSync(line.repeat(64));
    await writeFile(path, Buffer.concat([bomb, bomb, bomb, bomb]));
    const error = await refusal(path);
    expect(error.code).toBe('INPUT_LIMIT');
    expect(error.problem).toContain('200 times');
  });

  it('S15: paths that are no files', async () => {
    const hollow = await mkdtemp(join(temporary, 'hollow-'));
    const codes = await Promise.all(
      ['/dev/zero', '/proc/self/mem', join(temporary, 'none'), join(temporary, '../x/../y'), '-x', `/${'x'.repeat(4096)}`, hollow].map(
        async (path) => (await refusal(path)).code,
      ),
    );
    expect(new Set(codes)).toEqual(new Set(['INPUT_UNREADABLE']));
  });

  it('S19: a CSV line without end, and JSON text without end', async () => {
    const never = { add: () => expect.unreachable() };
    const endless = async function* (begin: string) {
      yield Buffer.from(begin);
      for (;;) yield Buffer.alloc(1 << 20, 'x');
    };
    const csv = await new OpenbTrace(never).readCsv(endless('name,cpu_milli,memory_mib,num_gpu,gpu_milli\n'), 'f').catch((error: unknown) => error);
    expect(csv).toMatchObject({ code: 'INPUT_LIMIT', place: { line: 2 } });
    const json = await readJson(endless('{"kind":"'), never, 'f').catch((error: unknown) => error);
    expect(json).toMatchObject({ code: 'INPUT_LIMIT' });
  });
});
