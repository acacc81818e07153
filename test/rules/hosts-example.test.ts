import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtInConfiguration } from '../../src/engine/built-in-profiles.ts';
import { applyHosts } from '../../src/model/hosts.ts';
import { parseHosts } from '../../src/model/hosts-csv.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { explain } from '../../src/plan/explain.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const mapping = parseHosts([{ text: readFileSync(pathOf('hosts.csv'), 'utf8'), file: 'hosts.csv' }]);

/** The machines that the replicas of `web` are placed on. */
async function machines(snapshot: Snapshot, config: unknown): Promise<(string | undefined)[]> {
  const { placements } = await schedule(snapshot, { config });
  return placements.filter(({ name }) => name.startsWith('web-')).map(({ node }) => mapping.domains.get(node)?.get('host'));
}

describe('the example of physical hosts', () => {
  it('has plain Kubernetes put three replicas on virtual machines of one machine', async () => {
    expect(await machines(await readSnapshot(pathOf('hosts.yaml')), undefined)).toEqual(['esx-a', 'esx-a', 'esx-a']);
  });

  it('says so when machines are given to a profile that does not look at them', async () => {
    const snapshot = await readSnapshot(pathOf('hosts.yaml'));
    const idle = 'The physical hosts change nothing: no profile has HostSpread or HostCapacity; the built-in profile plimsoll has both.';
    const pod = { namespace: 'shop', name: 'web-1' };
    for (const config of [undefined, builtInConfiguration('plimsoll')]) {
      const expected = config === undefined ? [idle] : [];
      expect((await schedule(snapshot, { config, hosts: mapping })).notModelled).toEqual(expected);
      expect((await explain(snapshot, pod, { config, hosts: mapping })).notModelled).toEqual(expected);
    }
  });

  it('and Plimsoll on three', async () => {
    const snapshot = applyHosts(await readSnapshot(pathOf('hosts.yaml')), mapping);
    const placed = await machines(snapshot, builtInConfiguration('plimsoll'));
    expect(new Set(placed)).toEqual(new Set(['esx-a', 'esx-b', 'esx-c']));
  });
});
