import { expect, it } from 'vitest';
import { gatedStatus } from '../../src/rules/scheduling-gates.ts';
import { makePod, say } from '../support/builders.ts';

it('names all gates in order, as Go prints a list', () => {
  expect(say(gatedStatus(makePod('p', { schedulingGates: ['a.io/x', 'b'] })))).toBe('UU waiting for scheduling gates: [a.io/x b]');
  expect(gatedStatus(makePod('p'))).toBeUndefined();
});
