import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GZIP_RATIO_FREE_BYTES } from '../../src/base/limits.ts';
import { coalesced, unpacked } from '../../src/sources/bytes.ts';
import { utf8Text } from '../../src/sources/encoding.ts';
import { type Format, sniff } from '../../src/sources/format.ts';
import { pieces, problemOf } from './collect.ts';

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('gzip', () => {
  const text = Buffer.from('{"kind":"List","items":[]}'.repeat(100));
  const packed = gzipSync(text);

  it('is known by content, in any pieces; anything else passes unchanged', async () => {
    for (const size of [1, 3, 1000]) {
      expect(await collect(unpacked(pieces(packed, size)))).toEqual(text);
      expect(await collect(unpacked(pieces(text, size)))).toEqual(text);
    }
    for (const short of ['', 'x', '\x1f']) expect((await collect(unpacked(pieces(short)))).toString()).toBe(short);
  });

  it('may have several members and zeros behind them', async () => {
    expect(await collect(unpacked(pieces(Buffer.concat([packed, packed, Buffer.alloc(20)]), 50)))).toEqual(Buffer.concat([text, text]));
  });

  it('is refused when it was cut off, at any byte', async () => {
    for (let end = 2; end < packed.length; end++) {
      const problem = await problemOf(() => collect(unpacked(pieces(packed.subarray(0, end), 64))));
      expect(problem?.code, `cut at ${end}`).toBe('INPUT_TRUNCATED');
    }
  });

  it('never reads differently after one flipped bit', async () => {
    for (let at = 2; at < packed.length; at++) {
      const flipped = Buffer.from(packed);
      flipped[at] = (flipped[at] as number) ^ 4;
      let got: Buffer | undefined;
      const problem = await problemOf(async () => {
        got = await collect(unpacked(pieces(flipped)));
      });
      // Times, flags and the like in the header carry no data.
      if (!problem) expect(got).toEqual(gunzipSync(flipped));
      if (!problem) expect(got).toEqual(text);
    }
  });

  it('is refused with garbage behind it, inside itself, and as a bomb', async () => {
    const garbage = await problemOf(() => collect(unpacked(pieces(Buffer.concat([packed, Buffer.from('garbage')])))));
    expect(garbage?.code).toBe('INPUT_ENCODING');
    const nested = await problemOf(() => collect(unpacked(pieces(gzipSync(packed)))));
    expect(nested?.message).toBe('INPUT_ENCODING: gzip inside gzip (unpack it once)');
    const bomb = await problemOf(() => collect(unpacked(pieces(gzipSync(Buffer.alloc(3 * GZIP_RATIO_FREE_BYTES, ' ')), 4096))));
    expect(bomb?.message).toMatch(/^INPUT_LIMIT: unpacks to more than 200 times its size/);
  });
});

describe('chunks', () => {
  it('grow to a megabyte and stay the same bytes', async () => {
    const bytes = Buffer.alloc(3_000_000, 'abcdefg');
    const sizes: number[] = [];
    const all: Buffer[] = [];
    for await (const chunk of coalesced(pieces(bytes, 65_536))) {
      sizes.push(chunk.length);
      all.push(chunk);
    }
    expect(sizes).toEqual([1_048_576, 1_048_576, 902_848]);
    expect(Buffer.concat(all)).toEqual(bytes);
  });
});

describe('encoding', () => {
  const decode = (bytes: Buffer, size?: number) => collect(utf8Text(pieces(bytes, size)));

  it('passes UTF-8 and drops its mark, in any pieces', async () => {
    const text = Buffer.from('a é € 😀 z');
    for (let size = 1; size < text.length; size++) {
      expect(await decode(text, size)).toEqual(text);
      expect(await decode(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]), size)).toEqual(text);
    }
    expect((await decode(Buffer.from([0xef, 0xbb, 0xbf]))).length).toBe(0);
    expect((await decode(Buffer.from('x'))).toString()).toBe('x');
  });

  it.each([
    [[0xff], 0],
    [[0x61, 0xff, 0x62], 1],
    [[0x61, 0xc3], 1],
    [[0x61, 0x62, 0xe2, 0x82], 2],
    [[0x61, 0xc0, 0xaf], 1],
    [[0x61, 0xed, 0xa0, 0x80], 1],
    [[0xef, 0xbb, 0xbf, 0x61, 0x80], 4],
    [[0xf0, 0x9f, 0x98, 0x80, 0x61, 0xf8, 0x80], 5],
  ])('%j is refused at byte %i', async (bytes, offset) => {
    for (const size of [1, 2, 3, 100]) {
      const problem = await problemOf(() => decode(Buffer.from(bytes), size));
      expect(problem?.code).toBe('INPUT_ENCODING');
      expect(problem?.problem).toBe(`byte ${offset} is not UTF-8`);
    }
  });

  it('finds the bad byte in a long text', async () => {
    const bytes = Buffer.from('é€😀x'.repeat(50_000));
    bytes[300_000] = 0xff;
    const before = bytes.subarray(0, 300_000);
    const start = before.length - Buffer.from(before.toString('utf8').replace(/\ufffd+$/, '')).length;
    const problem = await problemOf(() => decode(bytes));
    expect(problem?.problem).toBe(`byte ${300_000 - start} is not UTF-8`);
  });

  it('names UTF-16', async () => {
    for (const bytes of [
      Buffer.from('\ufeff{}', 'utf16le'),
      Buffer.from('{"a":1}', 'utf16le'),
      Buffer.from('\ufeff{}', 'utf16le').swap16(),
    ]) {
      for (const size of [1, 2, 100])
        expect((await problemOf(() => decode(bytes, size)))?.message).toMatch(/^INPUT_ENCODING: the text is UTF-16/);
    }
  });
});

describe('format', () => {
  it.each<[string, Format]>([
    ['  \n{"kind":"A"}', 'json'],
    ['[{}]', 'json'],
    ['\ufeff {}', 'json'],
    ['kind: A', 'yaml'],
    ['---\n{"kind":"A"}', 'yaml'],
    ['# {\nkind: A', 'yaml'],
    ['sn,cpu_milli,memory_mib,gpu,model\n', 'csv'],
    ['a,b\r\n1,2', 'csv'],
    ['a,b: c\n', 'yaml'],
    ['', 'empty'],
    [' \n\t', 'empty'],
    ['\ufeff', 'empty'],
  ])('%j is %s', async (text, format) => {
    const { format: got, all } = await sniff(pieces(text, 3));
    expect(got).toBe(format);
    expect((await collect(all)).toString()).toBe(text);
  });

  it('refuses archives', async () => {
    const tar = Buffer.alloc(512);
    tar.write('nodes.yaml');
    tar.write('ustar', 257);
    expect((await problemOf(() => sniff(pieces(tar))))?.message).toMatch(/^INPUT_KIND: this is a tar archive/);
    expect((await problemOf(() => sniff(pieces('PK\u0003\u0004xx'))))?.message).toMatch(/^INPUT_KIND: this is a zip archive/);
  });
});
