import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KUBE_VERSIONS } from '../../src/model/gates.ts';
import type { PodAnswer } from './protocol.ts';
import { packVectors, readVectors, type Vector, wrongIn } from './vectors.ts';

const FOLDER = new URL('./vectors/', import.meta.url);
const REGRESSIONS = new URL('./regressions/', import.meta.url);
const FILTERS = [
  'NodeUnschedulable',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
  'VolumeRestrictions',
  'NodeVolumeLimits',
  'VolumeBinding',
  'VolumeZone',
  'PodTopologySpread',
  'InterPodAffinity',
];
const SCORES = [
  'TaintToleration',
  'NodeAffinity',
  'NodeResourcesFit',
  'PodTopologySpread',
  'InterPodAffinity',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
];

describe.each(KUBE_VERSIONS)('what kube-scheduler %s answered', (version) => {
  const { header, vectors } = readVectors(new URL(`${version}.jsonl.gz`, FOLDER));
  const pods = vectors.flatMap(({ answer }) => answer.pods ?? []);
  const runs = vectors.flatMap(({ answer }) => (answer.run ? [answer.run] : []));

  test('Plimsoll answers', async () => {
    expect(header.kubernetes).toMatch(new RegExp(`^v${version.replace('.', '\\.')}\\.\\d+$`));
    const wrong: string[] = [];
    for (const vector of vectors) {
      const difference = await wrongIn(vector);
      if (difference !== undefined) wrong.push(difference);
    }
    expect(wrong).toEqual([]);
  });

  test('is about enough: every rule refuses and scores, pods tie, fail, evict each other', () => {
    const nodes = pods.flatMap((pod) => pod.nodes ?? []);
    const refusers = new Set(nodes.map(({ plugin }) => plugin));
    expect(FILTERS.filter((plugin) => !refusers.has(plugin))).toEqual([]);
    const scored = new Set(nodes.flatMap(({ raw = {} }) => Object.keys(raw).filter((plugin) => raw[plugin] !== 0)));
    expect(SCORES.filter((plugin) => !scored.has(plugin))).toEqual([]);
    const counts = {
      pods: pods.length,
      tied: pods.filter(({ tied = [] }: PodAnswer) => tied.length > 1).length,
      failures: pods.filter(({ feasible }) => feasible === 0).length,
      nominations: pods.filter(({ nominated }) => nominated !== undefined).length,
      placements: runs.reduce((sum, run) => sum + run.placements.length, 0),
      preemptions: runs.reduce((sum, run) => sum + run.preemptions.length, 0),
    };
    const floors = { pods: 900, tied: 60, failures: 200, nominations: 20, placements: 250, preemptions: 20 };
    const low = Object.entries(floors).filter(([what, floor]) => counts[what as keyof typeof counts] < floor);
    expect(low.map(([what, floor]) => `${what}: ${counts[what as keyof typeof counts]} of ${floor}`)).toEqual([]);
  });

  test('is written without time, name or machine', () => {
    const file = readFileSync(new URL(`${version}.jsonl.gz`, FOLDER));
    // RFC 1952: flags, four bytes of time, extra flags, operating system.
    for (const bytes of [file, packVectors(header.kubernetes, vectors.slice(0, 2))])
      expect([...bytes.subarray(3, 10)]).toEqual([0, 0, 0, 0, 0, 2, 255]);
  });
});

/** Differences that were found once; the file's name says what they were about. */
const regressions = existsSync(REGRESSIONS) ? readdirSync(REGRESSIONS).sort() : [];
test.each(regressions)('stays as kube-scheduler has it: %s', async (file) => {
  const vector = JSON.parse(readFileSync(new URL(file, REGRESSIONS), 'utf8')) as Vector & { readonly why: string };
  expect(vector.why.length).toBeGreaterThan(20);
  expect(await wrongIn(vector)).toBeUndefined();
});

test('a vector with another answer is told', async () => {
  const { vectors } = readVectors(new URL(`${KUBE_VERSIONS[0]}.jsonl.gz`, FOLDER));
  const { case: parityCase, answer } = vectors.find((vector) => vector.case.mode === 'explain') as Vector;
  const [pod, ...others] = answer.pods as readonly PodAnswer[];
  const planted: Vector = { case: parityCase, answer: { pods: [{ ...(pod as PodAnswer), feasible: 77 }, ...others] } };
  expect(await wrongIn(planted)).toMatch(/feasible: .*upstream 77/);
});
