import { workerData } from 'piscina';

/** Doubles what it is given; fails at what it is told to fail at, by throwing or by ending its thread. */
export function double(number: number): number {
  const { throwAt, dieAt } = workerData as { readonly throwAt: number; readonly dieAt: number };
  if (number === throwAt) throw new Error('as asked');
  if (number === dieAt) process.exit(3);
  return 2 * number;
}
