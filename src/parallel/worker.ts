/** Worker entry: one instance of the core over the fleet's memory. It reads columns and writes only the lanes of the LOCAL records it is given. */
import { workerData } from 'node:worker_threads';
import { type CoreExports, instantiateCore } from '../layout/core.ts';

export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

let core: CoreExports | undefined;

/** Builds the lanes of the LOCAL records at these addresses. Running it again gives the same bytes. */
export default function buildClasses(addresses: readonly number[]): void {
  if (!core) {
    // Piscina hands its own workerData over as the last element.
    const { module, memory } = (Array.isArray(workerData) ? workerData.at(-1) : workerData) as WorkerSetup;
    core = instantiateCore(module, memory);
  }
  for (const address of addresses) core.build(address);
}
