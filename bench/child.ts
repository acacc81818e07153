/**
 * Measures one scenario and prints the measurement as JSON: `node bench/child.ts NAME smoke|full`. main.ts starts a process for each, so that
 * neither memory nor compiled code of one scenario serves another.
 */
import { assert } from '../src/base/assert.ts';
import { measure } from './measure.ts';
import { SCENARIOS } from './scenarios.ts';

const SECONDS_MAX = 20;

const [name, kind] = process.argv.slice(2);
const scenario = SCENARIOS.find((candidate) => candidate.name === name);
const size = kind === 'smoke' ? scenario?.smoke : scenario?.full;
assert(scenario !== undefined && size !== undefined, 'usage: node bench/child.ts NAME smoke|full');
// Smoke runs compare decisions, not times: one pair of runs is enough.
process.stdout.write(
  JSON.stringify(
    await measure(scenario, size, kind === 'smoke' ? 0 : SECONDS_MAX, kind === 'smoke' ? scenario.smokeClassMemory : undefined),
  ),
);
