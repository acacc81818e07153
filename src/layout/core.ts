import { assert } from '../base/assert.ts';
import { millisecondsNow } from '../base/clock.ts';
import { PlimsollError } from '../base/errors.ts';
import { CORE_BASE64, type CoreExports } from './core.generated.ts';
import { FLEET_ADDRESS, FLEET_BYTES, LAYOUT_FINGERPRINT, NUMBERS_ADDRESS } from './layout.generated.ts';
import { NUMBERS } from './schema.ts';

export type { CoreExports } from './core.generated.ts';

const PAGE_BYTES = 65536;
/** 4 GiB, the limit of 32-bit addresses. Address space is reserved, memory is used as it grows. */
const PAGES_MAX = 65536;
/** Every allocation is a multiple of this and starts on it, so that lanes can be read 16 rows at a time. */
const ALIGNMENT = 64;

let releaseModule: WebAssembly.Module | undefined;

/** The release build of the core, compiled once per thread. */
export function coreModule(): WebAssembly.Module {
  releaseModule ??= new WebAssembly.Module(decodeBase64(CORE_BASE64));
  return releaseModule;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Instantiates the core over a memory; every thread that shares the memory has an instance of its own. */
export function instantiateCore(module: WebAssembly.Module, memory: WebAssembly.Memory): CoreExports {
  const abort = () => {
    throw new Error('the core stopped on a broken invariant');
  };
  const instance = new WebAssembly.Instance(module, { env: { memory, abort, now: millisecondsNow } });
  const exports = instance.exports as unknown as CoreExports;
  assert(exports.layoutFingerprint() === LAYOUT_FINGERPRINT, 'core and host were generated from different layouts');
  return exports;
}

/**
 * The core's linear memory, its views and a simple allocator. The host lays out everything; the core never allocates.
 * Views are replaced when memory grows, so read them from the Core each time and never keep them over an allocation.
 */
export class Core {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly exports: CoreExports;
  u8!: Uint8Array<SharedArrayBuffer>;
  i32!: Int32Array<SharedArrayBuffer>;
  u32!: Uint32Array<SharedArrayBuffer>;
  f64!: Float64Array<SharedArrayBuffer>;
  i64!: BigInt64Array<SharedArrayBuffer>;
  private next: number;
  private readonly free = new Map<number, number[]>();

  constructor(module: WebAssembly.Module = coreModule()) {
    this.module = module;
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: PAGES_MAX, shared: true });
    this.exports = instantiateCore(module, this.memory);
    this.next = align(FLEET_ADDRESS + FLEET_BYTES);
    this.refreshViews();
    this.f64.set(Object.values(NUMBERS), NUMBERS_ADDRESS / 8);
  }

  /** Bytes of linear memory in use, freed pieces included. */
  get bytesUsed(): number {
    return this.next;
  }

  /** Address of `bytes` zeroed bytes, aligned for every kind of access. `zeroed` false: for memory that is written before it is read. */
  allocate(bytes: number, zeroed = true): number {
    const size = align(Math.max(bytes, 1));
    const reused = this.free.get(size)?.pop();
    if (reused !== undefined) {
      if (zeroed) this.u8.fill(0, reused, reused + size);
      return reused;
    }
    const address = this.next;
    const end = address + size;
    if (end > this.memory.buffer.byteLength) this.grow(end);
    this.next = end;
    return address;
  }

  /** Gives a piece back; `bytes` as it was asked for. */
  release(address: number, bytes: number): void {
    const size = align(Math.max(bytes, 1));
    const list = this.free.get(size);
    if (list) list.push(address);
    else this.free.set(size, [address]);
  }

  /** Empties the memory for another fleet: everything allocated so far is gone. */
  reset(): void {
    this.u8.fill(0, FLEET_ADDRESS, this.next);
    this.free.clear();
    this.next = align(FLEET_ADDRESS + FLEET_BYTES);
  }

  private grow(end: number): void {
    const have = this.memory.buffer.byteLength / PAGE_BYTES;
    const need = Math.ceil(end / PAGE_BYTES);
    const wanted = Math.min(PAGES_MAX, Math.max(need, have + (have >> 1)));
    try {
      assert(need <= PAGES_MAX, 'out of addresses');
      this.memory.grow(wanted - have);
    } catch {
      throw new PlimsollError('INPUT_LIMIT', 'the fleet needs more than 4 GiB of core memory', {
        hint: 'schedule fewer nodes or fewer kinds of pods at once',
      });
    }
    this.refreshViews();
  }

  private refreshViews(): void {
    const buffer = this.memory.buffer as SharedArrayBuffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
