/** Stops the program when one of our own invariants is broken. Never used for outside facts or user input. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new AssertionError(what);
}

export class AssertionError extends Error {
  constructor(what: string) {
    super(`broken invariant: ${what}`);
    this.name = 'AssertionError';
  }
}
