/** Measures one case and prints it as JSON: `node bench/peers/child.ts NAME`. */
import { assert } from '../../src/base/assert.ts';
import { secondsNow } from '../../src/base/clock.ts';
import { PEER_CASES } from './cases.ts';
import type { PeerMeasurement } from './results.ts';

/** The first is cold: V8 has compiled nothing yet. */
const RUNS = 11;

const found = PEER_CASES.find(({ name }) => name === process.argv[2]);
assert(found !== undefined, 'usage: node bench/peers/child.ts NAME');
const run = await found.prepare();
const seconds: number[] = [];
let answer = '';
for (let i = 0; i < RUNS; i++) {
  globalThis.gc?.();
  const started = secondsNow();
  answer = await run();
  seconds.push(secondsNow() - started);
}
const measurement: PeerMeasurement = { name: found.name, seconds, answer };
process.stdout.write(JSON.stringify(measurement));
