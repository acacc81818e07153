import { expect, test } from 'vitest';
import type { RawItem } from '../support/fleet-draw.ts';
import { drawCase } from './cases.ts';
import { differences } from './differential.ts';
import { askPlimsoll } from './plimsoll.ts';
import type { Answer, ParityCase } from './protocol.ts';
import { shrink } from './shrink.ts';

/** An upstream that is wrong on purpose: every node with the taint key `dedicated` takes 1 from the total. */
async function wrongUpstream(parityCase: ParityCase): Promise<Answer> {
  const answer = await askPlimsoll(parityCase);
  const planted = new Set(
    parityCase.objects.flatMap((item) => {
      const { metadata, spec } = item as { readonly metadata: RawItem; readonly spec?: { readonly taints?: readonly RawItem[] } };
      return item.kind === 'Node' && spec?.taints?.some(({ key }) => key === 'dedicated') ? [metadata.name] : [];
    }),
  );
  const pods = answer.pods?.map((pod) => ({
    ...pod,
    nodes: (pod.nodes ?? []).map((node) =>
      node.total !== undefined && planted.has(node.name) ? { ...node, total: node.total - 1 } : node,
    ),
  }));
  return pods ? { pods } : answer;
}

test('a planted mistake is found in a hard cluster and shrunk to what it takes', async () => {
  const differs = async (candidate: ParityCase) =>
    differences(await wrongUpstream(candidate), await askPlimsoll(candidate)).some(({ what }) => what === 'total');
  const found: ParityCase[] = [];
  for (let seed = 1; found.length === 0; seed++) {
    const { parityCase, features } = drawCase(seed, 'explain', '1.36');
    if (features.has('taints') && parityCase.objects.length > 30 && (await differs(parityCase))) found.push(parityCase);
  }
  const { objects, config } = await shrink(found[0] as ParityCase, differs);
  expect(objects.map(({ kind }) => kind).sort()).toEqual(['Node', 'Pod']);
  const node = objects.find(({ kind }) => kind === 'Node') as { readonly spec: { readonly taints: readonly RawItem[] } };
  expect(node.spec.taints).toEqual([expect.objectContaining({ key: 'dedicated' })]);
  const pod = objects.find(({ kind }) => kind === 'Pod') as { readonly spec: RawItem };
  expect(Object.keys(pod.spec)).not.toContain('affinity');
  expect(JSON.stringify(config).length).toBeLessThan(300);
});

test('a case without the difference is never taken', async () => {
  const { parityCase } = drawCase(3, 'explain', '1.36');
  let asked = 0;
  const small = await shrink(parityCase, async () => ++asked < 0, { attempts: 50 });
  expect(small).toEqual(parityCase);
  expect(asked).toBe(50);
});
