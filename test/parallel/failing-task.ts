/** Doubles what it is given; fails at what it is told to fail at, by throwing or by ending its thread. */
export function prepareDoubling({ throwAt, dieAt }: { readonly throwAt: number; readonly dieAt: number }) {
  return (number: number): number => {
    if (number === throwAt) throw new Error('as asked');
    if (number === dieAt) process.exit(3);
    return 2 * number;
  };
}

/** Never comes to its first task. */
export function prepareForever(): Promise<never> {
  return new Promise(() => {});
}
