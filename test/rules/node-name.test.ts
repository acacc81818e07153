import { expect, it } from 'vitest';
import { nodeName } from '../../src/rules/node-name.ts';
import { makeCluster, makeNode, makePod, verdicts } from '../support/builders.ts';

const cluster = makeCluster([makeNode('a'), makeNode('b')]);

it('refuses every node but the named one', () => {
  expect(verdicts(nodeName, makePod('p'), cluster)).toEqual({ a: 'ok', b: 'ok' });
  expect(verdicts(nodeName, makePod('p', { on: 'b' }), cluster)).toEqual({ a: "UU node(s) didn't match the requested node name", b: 'ok' });
});
