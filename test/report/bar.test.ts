import { describe, expect, it } from 'vitest';
import { terminalBars } from '../../src/cli/terminal-bars.ts';
import type { Fit, Survival } from '../../src/model/plan-results.ts';
import { barText } from '../../src/report/bar.ts';
import { fitView } from '../../src/report/fit-view.ts';
import { surviveView } from '../../src/report/survive-view.ts';

describe('a bar', () => {
  it.each([
    [0, '          ', '..........'],
    [0.001, '▏         ', '#.........'],
    [0.5, '█████     ', '#####.....'],
    [0.56, '█████▋    ', '######....'],
    [1, '██████████', '##########'],
    [1.7, '██████████', '##########'],
    [-1, '          ', '..........'],
  ])('of %d is as long as its share, in eighths where they are known', (share, blocks, ascii) => {
    expect(barText(share, 'blocks')).toBe(blocks);
    expect(barText(share, 'ascii')).toBe(ascii);
  });

  it('is drawn on terminals alone, by what the locale says they show', () => {
    const terminal = { isTTY: true };
    expect(terminalBars({}, { LANG: 'en_US.UTF-8' })).toBe(undefined);
    expect(terminalBars(terminal, { LANG: 'en_US.UTF-8' })).toBe('blocks');
    expect(terminalBars(terminal, { LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe('ascii');
    expect(terminalBars(terminal, { LC_CTYPE: 'C.utf8', LANG: '' })).toBe('blocks');
    expect(terminalBars(terminal, {})).toBe('ascii');
  });
});

describe('tables with bars', () => {
  const fit = {
    pods: [
      {
        podName: 'web',
        namespace: 'd',
        count: 1,
        requirements: {},
        replicas: 6,
        replicasOnNodes: [4, 2].map((replicas, i) => ({ nodeName: `n${i}`, replicas })),
      },
    ],
    failReason: { failType: 'LimitReached', failMessage: 'm', failSummary: [] },
    rounds: 6,
    nearestMiss: [],
    summary: { nodes: 2, pending: 0, seconds: 0 },
  } as unknown as Fit;

  it('of fit show where most copies are', () => {
    expect([...fitView(fit, 'ascii')].join('')).toContain('n0            4   ##########\nn1            2   #####.....\n');
    expect([...fitView(fit)].join('')).toContain('n0            4\nn1            2\n');
  });

  it('of survive show what is free', () => {
    const loss = {
      domains: ['a'],
      survived: true,
      nodes: 1,
      pods: 1,
      pending: [],
      preempted: 0,
      budgets: [],
      free: { cpu: 0.25, memory: 1 },
    };
    const lines = [...surviveView({ results: [loss] } as unknown as Survival, 'blocks')];
    expect(lines[1]).toMatch(/ ██▌ {9}25\.0% {3}█{10} 100\.0%\n$/);
  });
});
