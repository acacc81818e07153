import { expect, it } from 'vitest';
import { anonymizeSnapshot, diffSnapshots, shrinkSnapshot, validateSnapshot } from '../../src/index.ts';

const LIST = { apiVersion: 'v1', kind: 'List', items: [{ kind: 'Node', metadata: { name: 'a' } }] };
const pod = { namespace: 'a', name: 'b' };

it('questions about dumps refuse a list where its objects are wanted, instead of reading nothing', async () => {
  const refused = /^INPUT_KIND: kind: is a list and no object of its own, got "List" \(readObjects /;
  expect(() => anonymizeSnapshot([LIST])).toThrow(refused);
  expect(() => diffSnapshots([], [LIST])).toThrow(refused);
  await expect(shrinkSnapshot([LIST], { pod })).rejects.toThrow(refused);
  expect(validateSnapshot([LIST])).toMatchObject({
    valid: false,
    findings: [{ check: 'INPUT_KIND', path: expect.stringMatching(/kind$/) }, {}],
  });
});

it.each([[LIST], ['cluster.json'], [undefined], [null]])('questions about dumps refuse %j', async (value) => {
  const objects = value as unknown as object[];
  const refused = /^USAGE: objects: are no list of objects, got .* \(readObjects takes files and lists apart\)$/;
  expect(() => anonymizeSnapshot(objects)).toThrow(refused);
  expect(() => diffSnapshots([], objects)).toThrow(refused);
  expect(() => validateSnapshot(objects)).toThrow(refused);
  await expect(shrinkSnapshot(objects, { pod })).rejects.toThrow(refused);
});

it.each([[5], ['x'], [null], [[]]])('objects that are none are refused: %j', (value) => {
  expect(() => anonymizeSnapshot([value as never])).toThrow(/^INPUT_KIND: not a Kubernetes object/);
  expect(validateSnapshot([value as never]).valid).toBe(false);
});
