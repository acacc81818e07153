import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { formatPrice, parsePrice, priceOfNode } from '../../src/model/catalogue.ts';
import { readCatalogue } from '../../src/sources/catalogue.ts';

const HEADER = 'type,cpu,memory,price';

async function errorOf(text: string): Promise<string> {
  try {
    await readCatalogue({ text, file: 'c' });
  } catch (error) {
    if (error instanceof PlimsollError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('readCatalogue', () => {
  it('reads every column of a CSV catalogue', async () => {
    const columns =
      'type,cpu,memory,pods,gpu,amd.com/gpu,ephemeral-storage,arch,os,zone,price,labels,taints,max-count,reserved-cpu,reserved-pods,daemonsets,currency';
    const text = `# invented\n${columns}\n\na,4,16Gi,60,2,1,9Gi,arm64,linux,x|y,0.0255,disk=ssd;e=,k=v:NoSchedule;l:NoExecute,3,100m,2,log cpu=50m memory=1Gi;net,EUR\r\n`;
    const { currency, types } = await readCatalogue({ text });
    expect(currency).toBe('EUR');
    expect(types).toEqual([
      {
        type: 'a',
        price: 25_500_000n,
        zones: ['x', 'y'],
        maxCount: 3,
        labels: new Map([
          ['node.kubernetes.io/instance-type', 'a'],
          ['kubernetes.io/arch', 'arm64'],
          ['kubernetes.io/os', 'linux'],
          ['disk', 'ssd'],
          ['e', ''],
        ]),
        taints: [
          { key: 'k', value: 'v', effect: 'NoSchedule' },
          { key: 'l', value: '', effect: 'NoExecute' },
        ],
        allocatable: {
          cpu: 3900n,
          memory: 16n << 30n,
          ephemeralStorage: 9n << 30n,
          pods: 58n,
          scalars: new Map([
            ['nvidia.com/gpu', 2n],
            ['amd.com/gpu', 1n],
          ]),
        },
        daemonSets: [
          {
            name: 'log',
            requests: new Map([
              ['cpu', 50_000_000n],
              ['memory', 1_073_741_824_000_000_000n],
            ]),
          },
          { name: 'net', requests: new Map() },
        ],
      },
    ]);
  });

  it('reads the same from JSON', async () => {
    const type = { type: 'a', cpu: 4, memory: '16Gi', pods: 60, zones: ['x', 'y'], price: 0.0255, labels: { disk: 'ssd' }, maxCount: 3 };
    const json = {
      types: [{ ...type, taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }], reserved: { cpu: '100m' } }],
      daemonSets: [{ name: 'log', requests: { cpu: '50m' } }],
    };
    const csv = `${HEADER},pods,zone,labels,taints,max-count,reserved-cpu,daemonsets\na,4,16Gi,0.0255,60,x|y,disk=ssd,k=v:NoSchedule,3,100m,log cpu=50m`;
    expect(await readCatalogue({ text: JSON.stringify(json) })).toEqual(await readCatalogue({ text: csv }));
  });

  it('takes prices below 10^-6 that JSON writes with an exponent', async () => {
    const { types } = await readCatalogue({ text: JSON.stringify({ types: [{ type: 'a', cpu: 1, memory: 1, price: 0.0000001 }] }) });
    expect(types[0]?.price).toBe(100n);
  });

  it.each([
    ['', 'INPUT_SYNTAX: c: the catalogue is empty'],
    [HEADER, 'INPUT_SYNTAX: c: the catalogue has no types'],
    ['type,cpu,price', 'INPUT_SYNTAX: c: line 1: the header lacks memory'],
    [`${HEADER},cores`, 'INPUT_SYNTAX: c: line 1: a column that no catalogue has, got "cores"'],
    [`${HEADER},cpu`, 'DUPLICATE: c: line 1: a column twice, got "cpu"'],
    [`${HEADER}\na,1,1Gi`, 'INPUT_SYNTAX: c: line 2: 3 columns where the header has 4'],
    [`${HEADER}\na,1,,1`, 'FIELD: c: line 2: memory: must not be empty'],
    [`${HEADER}\na,1,1GB,1`, 'QUANTITY: c: line 2: memory: not a quantity, got "1GB"'],
    [`${HEADER}\na,-1,1Gi,1`, 'QUANTITY: c: line 2: cpu: must not be negative, got "-1"'],
    [`${HEADER}\na,1,1Gi,1e3`, 'FIELD: c: line 2: price: must be a price per hour, got "1e3"'],
    [`${HEADER}\na,1,1Gi,-1`, 'FIELD: c: line 2: price: must be a price per hour, got "-1"'],
    [`${HEADER}\na b,1,1Gi,1`, 'NAME: c: line 2: type: a valid label must be'],
    [`${HEADER}\na,1,1Gi,1\na,2,1Gi,1`, 'DUPLICATE: c: line 3: type: the same type twice, got "a"'],
    [`${HEADER},zone\na,1,1Gi,1,x|x`, 'DUPLICATE: c: line 2: zone: a zone twice, got "x"'],
    [`${HEADER},taints\na,1,1Gi,1,k=v`, 'FIELD: c: line 2: taints: is no taint, got "k=v"'],
    [`${HEADER},labels\na,1,1Gi,1,k`, 'FIELD: c: line 2: labels: must be key=value, got "k"'],
    [`${HEADER},max-count\na,1,1Gi,1,many`, 'FIELD: c: line 2: max-count: must be a whole number from 0 to 1000000, got "many"'],
    [`${HEADER},reserved-cpu\na,1,1Gi,1,2`, 'INCONSISTENT: c: line 2: reserved-cpu: reserves more than there is, got "2"'],
    [`${HEADER},currency\na,1,1Gi,1,USD\nb,1,1Gi,1,EUR`, 'INCONSISTENT: c: line 3: currency: another currency'],
    [`${HEADER},daemonsets\na,1,1Gi,1,log cores=1`, 'NAME: c: line 2: daemonsets: not a resource name, got "cores"'],
    ['{"types":[{"type":"a","cpu":1,"memory":1,"prize":1}]}', 'FIELD: c: types[0].prize: a field that no catalogue has'],
    ['{"types":[{"type":"a","cpu":1,"memory":true,"price":1}]}', 'FIELD: c: types[0].memory: must be a string or a number'],
    ['{"types":{}}', 'FIELD: c: types: must be a list'],
    ['{"types":[],"types":[]}', 'INPUT_SYNTAX: c: line 1: types: the same name twice in one object'],
    ['{"types":[', 'INPUT_TRUNCATED: c: line 1: the JSON ends too early'],
    ['[1]', 'FIELD: c: must be an object'],
  ])('says what is wrong with %j', async (text, message) => {
    expect((await errorOf(text)).startsWith(message), await errorOf(text)).toBe(true);
  });
});

describe('prices', () => {
  it('are exact', () => {
    expect(parsePrice('0.1')).toBe(100_000_000n);
    expect(parsePrice('999999.999999999')).toBe(999_999_999_999_999n);
    expect(['1000000', '1.', '.5', '0.0000000001', '', ' 1'].map(parsePrice)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([41_200_000_000n, 25_500_000n, 1n, 0n].map(formatPrice)).toEqual(['41.20', '0.0255', '0.000000001', '0.00']);
  });

  it('of nodes are those of their type, zone and labels', async () => {
    const text = `${HEADER},zone,labels\na,1,1Gi,1,x,\na,1,1Gi,2,y,\na,1,1Gi,0.3,x|y,kind=spot\nb,1,1Gi,4,,`;
    const catalogue = await readCatalogue({ text });
    const price = (type: string, zone?: string, kind?: string) => {
      const labels = [
        ['node.kubernetes.io/instance-type', type],
        ['kubernetes.io/arch', 'amd64'],
        ['kubernetes.io/os', 'linux'],
      ] as [string, string][];
      if (zone) labels.push(['topology.kubernetes.io/zone', zone]);
      if (kind) labels.unshift(['kind', kind]);
      return priceOfNode(catalogue, new Map(labels));
    };
    expect([price('a', 'x'), price('a', 'y'), price('a', 'z'), price('b', 'z'), price('c', 'x'), price('a', 'y', 'spot')]).toEqual([
      1_000_000_000n,
      2_000_000_000n,
      undefined,
      4_000_000_000n,
      undefined,
      300_000_000n,
    ]);
  });
});
