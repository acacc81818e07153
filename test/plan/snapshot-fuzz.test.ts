import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { anonymizeSnapshot } from '../../src/plan/anonymize.ts';
import { diffSnapshots } from '../../src/plan/snapshot-diff.ts';
import { validateSnapshot } from '../../src/plan/validate.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { hardCluster } from '../support/fleets.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 300);

/** A hard cluster in which some value, anywhere, has become something else. */
const damaged = fc
  .record({
    seed: fc.nat(400),
    place: fc.nat(),
    value: fc.oneof(fc.jsonValue(), fc.constantFrom('__proto__', '-', 'é', 'x'.repeat(300), -1, null, {}, [])),
  })
  .map(({ seed, place, value }) => {
    const { items } = structuredClone(hardCluster(seed, { maxNodes: 4, maxPods: 8 }).list);
    const holders: [Record<string, unknown>, string][] = [];
    const walk = (holder: Record<string, unknown>) => {
      for (const [key, child] of Object.entries(holder)) {
        holders.push([holder, key]);
        if (typeof child === 'object' && child !== null) walk(child as Record<string, unknown>);
      }
    };
    walk(items as unknown as Record<string, unknown>);
    const [holder, key] = holders[place % holders.length] as [Record<string, unknown>, string];
    holder[key] = value;
    return items.filter((item) => typeof item === 'object' && item !== null) as object[];
  });

/** The result, or the PlimsollError; nothing else may be thrown. */
function attempt<T>(run: () => T): T | PlimsollError {
  try {
    return run();
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
}

it('damaged dumps are validated, compared and anonymized, or refused with a PlimsollError', async () => {
  await fc.assert(
    fc.asyncProperty(damaged, async (items) => {
      const { valid, findings } = validateSnapshot(items);
      expect(findings.every(({ problem }) => problem !== '')).toBe(true);
      attempt(() => diffSnapshots(items, items));
      const anonymous = attempt(() => anonymizeSnapshot(items));
      const before = await readSnapshot(items).catch((error: unknown) => error);
      expect(valid).toBe(!(before instanceof PlimsollError));
      if (!valid) return;
      // What the reader takes is anonymized, taken again, and as much.
      if (anonymous instanceof PlimsollError) throw anonymous;
      const after = await readSnapshot(anonymous.snapshot);
      const { nodes, pods } = before as Awaited<ReturnType<typeof readSnapshot>>;
      expect([after.nodes.length, after.pods.length]).toEqual([nodes.length, pods.length]);
    }),
    { numRuns: RUNS },
  );
});
