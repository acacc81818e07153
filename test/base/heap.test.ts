import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyHeap } from '../../src/base/heap.ts';

test('pops in key order, whatever the order of pushes and pops', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(1000), fc.constant('pop' as const)), { maxLength: 200 }), (steps) => {
      const heap = new KeyHeap();
      let model: [key: number, value: number][] = [];
      let value = 0;
      for (const step of steps) {
        if (step === 'pop') {
          if (model.length === 0) continue;
          const key = Math.min(...model.map(([k]) => k));
          expect(heap.least).toBe(key);
          const popped = heap.pop();
          expect(model.some(([k, v]) => k === key && v === popped)).toBe(true);
          model = model.filter(([, v]) => v !== popped);
        } else {
          heap.push(step, value);
          model.push([step, value++]);
        }
        expect(heap.size).toBe(model.length);
      }
      const rest = Array.from({ length: heap.size }, () => [heap.least, heap.pop()] as [number, number]);
      expect(rest.map(([key]) => key)).toEqual(model.map(([key]) => key).sort((a, b) => a - b));
      expect(new Set(rest.map(([, v]) => v))).toEqual(new Set(model.map(([, v]) => v)));
    }),
  );
});

test('an empty heap has an infinite least key and nothing to pop', () => {
  const heap = new KeyHeap();
  expect(heap.least).toBe(Number.POSITIVE_INFINITY);
  expect(() => heap.pop()).toThrow('empty heap');
  heap.push(4, 1);
  heap.clear();
  expect(heap.size).toBe(0);
});
