import { describe, expect, it } from 'vitest';
import { printable, tableLines } from '../../src/report/table.ts';

describe('a table', () => {
  const columns = [
    { heading: 'NAME', cell: (row: [string, number]) => row[0] },
    { heading: 'N', align: 'right' as const, cell: (row: [string, number]) => row[1].toString() },
    { heading: 'LAST', cell: (row: [string, number]) => row[0].repeat(row[1]) },
  ];

  it('has columns three spaces apart and nothing at the end of a line', () => {
    const rows: [string, number][] = [
      ['a', 1],
      ['longer', 10],
      ['', 0],
    ];
    expect([...tableLines(columns, rows)].join('')).toBe(
      ['NAME      N   LAST', 'a         1   a', `longer   10   ${'longer'.repeat(10)}`, '          0', ''].join('\n'),
    );
  });

  it('without rows is its headings', () => {
    expect([...tableLines(columns, [])]).toEqual(['NAME   N   LAST\n']);
  });

  it('cannot be forged by a cell', () => {
    expect([...tableLines([{ heading: 'A', cell: (row: string) => row }], ['x\nnode-1', '\u001b[2J', '\u202egnp'])].slice(1)).toEqual([
      'x\\u000anode-1\n',
      '\\u001b[2J\n',
      '\\u202egnp\n',
    ]);
  });
});

it('printable keeps ordinary text of any script', () => {
  for (const text of ['', 'node-1', 'größe', '节点', '🚢']) expect(printable(text)).toBe(text);
});
