/** A worker that builds half of its classes, spoils the lanes of the next, marks it as built and then hangs, until it is killed. */
import { workerData } from 'node:worker_threads';
import { type CoreExports, instantiateCore } from '../../src/layout/core.ts';
import {
  FLEET_ADDRESS,
  FLEET_CAPACITY,
  LOCAL_FIXED,
  LOCAL_NEAR,
  LOCAL_REVISION,
  LOCAL_SCORE,
  LOCAL_STAGE,
} from '../../src/layout/layout.generated.ts';
import type { WorkerSetup } from '../../src/parallel/worker.ts';

/** Below the fleet record nothing lives: here the test reads how many workers hang. */
export const HANGING_ADDRESS = 16;

let core: CoreExports | undefined;

export default function buildHalf(addresses: readonly number[]): void {
  const { module, memory } = (Array.isArray(workerData) ? workerData.at(-1) : workerData) as WorkerSetup;
  core ??= instantiateCore(module, memory);
  const half = addresses.length >> 1;
  for (const address of addresses.slice(0, half)) core.build(address);
  spoil(memory, addresses[half] as number);
  const words = new Int32Array(memory.buffer as SharedArrayBuffer);
  Atomics.add(words, HANGING_ADDRESS / 4, 1);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

export function spoil(memory: WebAssembly.Memory, local: number): void {
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  const capacity = words[(FLEET_ADDRESS + FLEET_CAPACITY) / 4] as number;
  for (const [lane, width] of [
    [LOCAL_FIXED, 1],
    [LOCAL_NEAR, 1],
    [LOCAL_SCORE, 4],
  ] as const) {
    const at = words[(local + lane) / 4] as number;
    bytes.fill(171, at, at + capacity * width);
  }
  words[(local + LOCAL_REVISION) / 4] = 12345;
  words[(local + LOCAL_STAGE) / 4] = 2;
}
