import { type Machine, median } from '../results.ts';
import { duration } from '../table.ts';
import { PEER_CASES } from './cases.ts';

export interface PeerMeasurement {
  readonly name: string;
  /** By repetition; the first is cold. */
  readonly seconds: readonly number[];
  readonly answer: string;
}

export interface PeersFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD. */
  readonly measured: string;
  readonly cases: readonly PeerMeasurement[];
}

export interface PeerRow {
  readonly title: string;
  readonly theirs: string;
  readonly answer: string;
  readonly first: string;
  readonly median: string;
  readonly goal: string;
}

/** In order of the table. */
export function peerRows({ cases }: PeersFile): PeerRow[] {
  const inWords = (seconds: number) => duration(Math.round(seconds * 1e9));
  return PEER_CASES.flatMap(({ name, title, theirs, goalSeconds }) => {
    const found = cases.find((other) => other.name === name);
    if (!found) return [];
    const [first = Number.NaN, ...warm] = found.seconds;
    const middle = median(warm);
    const goal = `${inWords(goalSeconds)}: ${middle <= goalSeconds ? 'reached' : 'missed'}`;
    return [{ title, theirs, answer: found.answer, first: inWords(first), median: inWords(middle), goal }];
  });
}
