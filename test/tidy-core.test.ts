import { describe, expect, it } from 'vitest';
import { CORE_BASE64 } from '../src/layout/core.generated.ts';
import { coreModule } from '../src/layout/core.ts';

interface ImportEntry {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

describe('the release core', () => {
  const DATA = 11;
  const DATA_COUNT = 12;
  const START = 8;

  /** Numbers of the sections of a WebAssembly module. */
  function sectionsOf(bytes: Uint8Array): number[] {
    const sections: number[] = [];
    let at = 8;
    while (at < bytes.length) {
      sections.push(bytes[at++] as number);
      let size = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++] as number;
        size += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
      at += size;
    }
    expect(at).toBe(bytes.length);
    return sections;
  }

  it('has no data segment and no start function: in shared memory every instantiation would run them again', () => {
    const sections = sectionsOf(Buffer.from(CORE_BASE64, 'base64'));
    expect(sections).toContain(10);
    expect(sections.filter((section) => [DATA, DATA_COUNT, START].includes(section))).toEqual([]);
  });

  it('imports shared memory, abort and a clock, nothing else', () => {
    const { imports: list } = WebAssembly.Module as unknown as { imports(module: WebAssembly.Module): readonly ImportEntry[] };
    const imports = list(coreModule()).map(({ module, name, kind }) => `${module}.${name} ${kind}`);
    expect(imports.filter((name) => !['env.memory memory', 'env.abort function', 'env.now function'].includes(name))).toEqual([]);
    expect(imports).toContain('env.memory memory');
  });
});
