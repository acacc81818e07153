import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseSweep, pointsOf } from '../../src/plan/sweep-file.ts';

const HEAD = { apiVersion: 'plimsoll.dev/v1', kind: 'Sweep' };

describe('a file of kind Sweep', () => {
  it('is read as docs/compare.md shows it, every field of it', () => {
    const [, yaml = ''] = /^```yaml\n(apiVersion: plimsoll[\s\S]*?)^```$/m.exec(readFileSync('docs/compare.md', 'utf8')) ?? [];
    const spec = parseSweep(load(yaml));
    expect(spec).toEqual({
      configurations: [
        { profile: 'kubernetes', name: 'kubernetes' },
        { name: 'pack', file: 'pack.yaml' },
      ],
      kubeVersions: ['1.36', '1.37'],
      ties: ['first', 'heap'],
      loadPercents: [100, 150],
      replicaPercents: [100, 200],
      lost: [[], ['zone=a'], ['zone=a', 'zone=b']],
      seeds: Array.from({ length: 100 }, (_, i) => i + 1),
      order: 'shuffled',
      fromEmpty: true,
      baseline: 'kubernetes',
    });
    const points = pointsOf(spec);
    expect(points).toHaveLength(2 * 2 * 2 * 2 * 2 * 3);
    expect(new Set(points.map(({ name }) => name)).size).toBe(points.length);
    expect(points.at(-1)).toMatchObject({
      name: 'pack,kubeVersion=1.37,tie=heap,load=150,replicas=200,lost=zone=a+zone=b',
      configuration: { file: 'pack.yaml' },
      kubeVersion: '1.37',
      tie: 'heap',
      loadPercent: 150,
      replicaPercent: 200,
      lost: ['zone=a', 'zone=b'],
    });
  });

  it('names points by what differs, and one point by its configuration', () => {
    const named = (fields: object) => pointsOf(parseSweep({ ...HEAD, ...fields })).map(({ name }) => name);
    expect(named({})).toEqual(['kubernetes']);
    expect(named({ loadPercents: [120], configurations: [{ file: 'a/b/most.allocated.yaml' }] })).toEqual(['most.allocated']);
    expect(named({ loadPercents: [100, 120] })).toEqual(['load=100', 'load=120']);
    expect(named({ loadPercents: [100, 120], configurations: [{ file: 'x.json' }, { profile: 'plimsoll' }] })).toEqual([
      'x,load=100',
      'x,load=120',
      'plimsoll,load=100',
      'plimsoll,load=120',
    ]);
  });

  it('takes releases with and without quotes', () => {
    expect(parseSweep({ ...HEAD, kubeVersions: [1.36, '1.37'] }).kubeVersions).toEqual(['1.36', '1.37']);
  });

  it('with more points than anybody looks at is refused before they are made', () => {
    const percents = Array.from({ length: 5000 }, (_, i) => i + 1);
    expect(() => pointsOf(parseSweep({ ...HEAD, loadPercents: percents, replicaPercents: percents }))).toThrow(
      'USAGE: sweep: makes more than 1000 variants, got "25000000"',
    );
  });

  it.each<[input: unknown, message: string]>([
    [null, 'CONFIG: '],
    [[], 'CONFIG: '],
    [{ kind: 'Sweep' }, 'CONFIG: apiVersion: '],
    [{ ...HEAD, kind: 'Swep' }, 'CONFIG: kind: must be "Sweep", got "Swep"'],
    [{ ...HEAD, load: [1] }, 'CONFIG: load: unknown field'],
    [{ ...HEAD, loadPercents: [0] }, 'CONFIG: loadPercents[0]: must be at least 1, got "0"'],
    [{ ...HEAD, loadPercents: [] }, 'CONFIG: loadPercents: must have at least 1 item'],
    [{ ...HEAD, ties: ['dice'] }, 'CONFIG: ties[0]: must be "first" or "heap" or "seeded", got "dice"'],
    [{ ...HEAD, kubeVersions: [1.2] }, 'CONFIG: kubeVersions[0]: must be "1.34" or "1.35" or "1.36" or "1.37", got "1.2"'],
    [{ ...HEAD, lost: ['zone=a'] }, 'CONFIG: lost[0]: must be a list, got "zone=a"'],
    [{ ...HEAD, configurations: [{ file: 'a', profile: 'b' }] }, 'CONFIG: configurations[0]: must have either file or profile'],
    [{ ...HEAD, seeds: [1] }, 'CONFIG: seeds: '],
  ])('%j is refused', (input, message) => {
    expect(() => parseSweep(input)).toThrow(message);
  });
});
