/**
 * Sorting with the visible order of Go's `sort.Slice`. The order of preemption's victims comes from it, and upstream
 * neither keeps equal victims in place nor compares consistently: of two pods without a start time each counts as the
 * older one when it is asked first. The outcome is still a fixed function of the input, so this file walks through the
 * same comparisons and swaps: pattern-defeating quicksort (Orson Peters, arXiv:2106.05123) in the variant of Go 1.19 and
 * later (`sort.Slice`, BSD-3-Clause): insertion sort up to 12 elements, median of three or Tukey's ninther as pivot,
 * shuffling after unbalanced splits, heap sort after too many of them.
 */

/** Whether the element that stands first comes before the other one. May be inconsistent. */
export type Precedes<T> = (first: T, second: T) => boolean;

const INSERTION_MAX = 12;
const NINTHER_MIN = 50;
const SHIFT_MIN = 50;
const SHIFTS_MAX = 5;
const SHUFFLE_MIN = 8;
/** Every comparison of the ninther swapped: the range runs backwards. */
const SWAPS_MAX = 12;

/** Sorts in place. O(n log n) comparisons whatever `precedes` answers. */
export function sortLikeGo<T>(items: T[], precedes: Precedes<T>): void {
  new Sorter(items, precedes).sort(0, items.length, 32 - Math.clz32(items.length));
}

type Direction = 'rising' | 'falling' | 'unknown';

class Sorter<T> {
  private readonly items: T[];
  private readonly precedes: Precedes<T>;
  /** Pairs found out of order while choosing a pivot. */
  private swaps = 0;

  constructor(items: T[], precedes: Precedes<T>) {
    this.items = items;
    this.precedes = precedes;
  }

  /** Sorts [from, to); `patience` is the number of unbalanced splits that are still allowed. */
  sort(from: number, to: number, patience: number): void {
    let balanced = true;
    let partitioned = true;
    for (;;) {
      const length = to - from;
      if (length <= INSERTION_MAX || patience === 0) break;
      if (!balanced) {
        this.shuffle(from, to);
        patience--;
      }
      let { pivot, direction } = this.choosePivot(from, to);
      if (direction === 'falling') {
        this.reverse(from, to);
        pivot = to - 1 - (pivot - from);
        direction = 'rising';
      }
      if (balanced && partitioned && direction === 'rising' && this.finishSorted(from, to)) return;
      if (from > 0 && !this.less(from - 1, pivot)) {
        from = this.partitionEqual(from, to, pivot);
        continue;
      }
      const [middle, inOrder] = this.partition(from, to, pivot);
      partitioned = inOrder;
      balanced = Math.min(middle - from, to - middle) >= length >> 3;
      if (middle - from < to - middle) {
        this.sort(from, middle, patience);
        from = middle + 1;
      } else {
        this.sort(middle + 1, to, patience);
        to = middle;
      }
    }
    if (to - from <= INSERTION_MAX) this.insertionSort(from, to);
    else this.heapSort(from, to);
  }

  private less(i: number, j: number): boolean {
    return this.precedes(this.items[i] as T, this.items[j] as T);
  }

  private swap(i: number, j: number): void {
    const { items } = this;
    const held = items[i] as T;
    items[i] = items[j] as T;
    items[j] = held;
  }

  private insertionSort(from: number, to: number): void {
    for (let next = from + 1; next < to; next++) {
      for (let at = next; at > from && this.less(at, at - 1); at--) this.swap(at, at - 1);
    }
  }

  private heapSort(from: number, to: number): void {
    const length = to - from;
    for (let root = (length - 1) >> 1; root >= 0; root--) this.sink(root, length, from);
    for (let last = length - 1; last >= 0; last--) {
      this.swap(from, from + last);
      this.sink(0, last, from);
    }
  }

  private sink(root: number, length: number, from: number): void {
    for (;;) {
      let child = 2 * root + 1;
      if (child >= length) return;
      if (child + 1 < length && this.less(from + child, from + child + 1)) child++;
      if (!this.less(from + root, from + child)) return;
      this.swap(from + root, from + child);
      root = child;
    }
  }

  /** Exchanges three elements around the middle with others, chosen by xorshift64 seeded with the length. */
  private shuffle(from: number, to: number): void {
    const length = to - from;
    if (length < SHUFFLE_MIN) return;
    const middle = from + (length >> 2) * 2;
    const mask = (1n << BigInt(32 - Math.clz32(length))) - 1n;
    let word = BigInt(length);
    for (let at = middle - 1; at <= middle + 1; at++) {
      word ^= (word << 13n) & 0xffff_ffff_ffff_ffffn;
      word ^= word >> 7n;
      word ^= (word << 17n) & 0xffff_ffff_ffff_ffffn;
      const other = Number(word & mask);
      this.swap(at, from + (other >= length ? other - length : other));
    }
  }

  private choosePivot(from: number, to: number): { pivot: number; direction: Direction } {
    const quarter = (to - from) >> 2;
    let left = from + quarter;
    let middle = from + quarter * 2;
    let right = from + quarter * 3;
    this.swaps = 0;
    if (to - from >= NINTHER_MIN) {
      left = this.median(left - 1, left, left + 1);
      middle = this.median(middle - 1, middle, middle + 1);
      right = this.median(right - 1, right, right + 1);
    }
    const pivot = this.median(left, middle, right);
    return { pivot, direction: this.swaps === 0 ? 'rising' : this.swaps === SWAPS_MAX ? 'falling' : 'unknown' };
  }

  private median(a: number, b: number, c: number): number {
    let [low, middle] = this.ordered(a, b);
    [middle] = this.ordered(middle, c);
    [low, middle] = this.ordered(low, middle);
    return middle;
  }

  private ordered(a: number, b: number): [number, number] {
    if (!this.less(b, a)) return [a, b];
    this.swaps++;
    return [b, a];
  }

  private reverse(from: number, to: number): void {
    for (let i = from, j = to - 1; i < j; i++, j--) this.swap(i, j);
  }

  /** Repairs a range that is nearly in order; false when it is not, with some elements moved. */
  private finishSorted(from: number, to: number): boolean {
    let at = from + 1;
    for (let shifts = 0; shifts < SHIFTS_MAX; shifts++) {
      while (at < to && !this.less(at, at - 1)) at++;
      if (at === to) return true;
      if (to - from < SHIFT_MIN) return false;
      this.swap(at, at - 1);
      // The lower bound of the whole array, not of the range, is how Go has it.
      if (at - from >= 2) for (let i = at - 1; i >= 1 && this.less(i, i - 1); i--) this.swap(i, i - 1);
      if (to - at >= 2) for (let i = at + 1; i < to && this.less(i, i - 1); i++) this.swap(i, i - 1);
    }
    return false;
  }

  /** Moves the elements that equal the pivot to the front; the index behind them. Nothing in the range may precede the pivot. */
  private partitionEqual(from: number, to: number, pivot: number): number {
    this.swap(from, pivot);
    let i = from + 1;
    let j = to - 1;
    for (;;) {
      while (i <= j && !this.less(from, i)) i++;
      while (i <= j && this.less(from, j)) j--;
      if (i > j) return i;
      this.swap(i++, j--);
    }
  }

  /** Splits the range around the pivot; the pivot's new index, and whether nothing had to move. */
  private partition(from: number, to: number, pivot: number): [middle: number, inOrder: boolean] {
    this.swap(from, pivot);
    let i = from + 1;
    let j = to - 1;
    let inOrder = true;
    for (;;) {
      while (i <= j && this.less(i, from)) i++;
      while (i <= j && !this.less(j, from)) j--;
      if (i > j) break;
      this.swap(i++, j--);
      inOrder = false;
    }
    this.swap(j, from);
    return [j, inOrder];
  }
}
