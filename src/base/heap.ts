import { assert } from './assert.ts';

const CAPACITY_FIRST = 16;

/**
 * Binary min-heap of (key, value) pairs over two typed arrays. Keys are doubles, values 32-bit; equal keys leave in
 * undefined order, so callers that need an order put it into the key. Push and pop cost O(log n) and allocate only
 * when the arrays double.
 */
export class KeyHeap {
  private keys = new Float64Array(CAPACITY_FIRST);
  private values = new Uint32Array(CAPACITY_FIRST);
  private length = 0;

  get size(): number {
    return this.length;
  }

  /** Least key; Infinity when empty. */
  get least(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : (this.keys[0] as number);
  }

  /** Value of the least key. */
  get leastValue(): number {
    assert(this.length > 0, 'an empty heap has no least value');
    return this.values[0] as number;
  }

  push(key: number, value: number): void {
    if (this.length === this.keys.length) this.grow();
    const { keys, values } = this;
    let at = this.length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((keys[parent] as number) <= key) break;
      keys[at] = keys[parent] as number;
      values[at] = values[parent] as number;
      at = parent;
    }
    keys[at] = key;
    values[at] = value;
  }

  /** Removes the least key and returns its value. */
  pop(): number {
    const result = this.leastValue;
    const last = --this.length;
    if (last > 0) this.sink(this.keys[last] as number, this.values[last] as number);
    return result;
  }

  clear(): void {
    this.length = 0;
  }

  /** Puts a pair at the root's hole and moves it down to its place. */
  private sink(key: number, value: number): void {
    const { keys, values, length } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && (keys[child + 1] as number) < (keys[child] as number)) child++;
      if ((keys[child] as number) >= key) break;
      keys[at] = keys[child] as number;
      values[at] = values[child] as number;
      at = child;
    }
    keys[at] = key;
    values[at] = value;
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    const values = new Uint32Array(this.values.length * 2);
    keys.set(this.keys);
    values.set(this.values);
    this.keys = keys;
    this.values = values;
  }
}
