/** A worker that spoils the first class of every batch and then traps, as a kernel with a wild address would. */
import { workerData } from 'node:worker_threads';
import { instantiateCore } from '../../src/layout/core.ts';
import type { WorkerSetup } from '../../src/parallel/worker.ts';
import { spoil } from './stalling-worker.ts';

export default function buildAndTrap(addresses: readonly number[]): void {
  const { module, memory } = (Array.isArray(workerData) ? workerData.at(-1) : workerData) as WorkerSetup;
  spoil(memory, addresses[0] as number);
  instantiateCore(module, memory).build(0xffff_ff00);
}
