import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it, vi } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { resolveProfiles } from '../../src/engine/profile.ts';
import { GATE_DEFAULTS } from '../../src/model/gates.ts';

const folder = new URL('./config/', import.meta.url);

// No speed test: each takes milliseconds, and work that explodes takes hours.
vi.setConfig({ testTimeout: 20_000 });

/** Each file's first line is `# expect: ` and the beginning of the message. */
describe('a bad scheduler configuration', () => {
  const files = readdirSync(folder).sort();

  it.each(files)('%s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const expected = text.slice('# expect: '.length, text.indexOf('\n'));
    let error: unknown;
    try {
      resolveProfiles(load(text), { kubeVersion: '1.36', gates: GATE_DEFAULTS }, { strict: file.includes('strict') });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PlimsollError);
    expect((error as PlimsollError).message.slice(0, expected.length)).toBe(expected);
  });

  it('covers every row', () => {
    for (const row of ['c1-', 'c2-', 'c3-', 'c6-', 'c13-', 'c16-']) expect(files.some((file) => file.startsWith(row))).toBe(true);
  });
});
