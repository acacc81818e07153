import type { Core } from '../layout/core.ts';
import { FLEET_ADDRESS, FLEET_JOURNAL, FLEET_JOURNAL_HEAD, FLEET_JOURNAL_MASK, LOCAL_REVISION } from '../layout/layout.generated.ts';

const HEAD = (FLEET_ADDRESS + FLEET_JOURNAL_HEAD) / 4;

/** Number of changes of rows so far, modulo 2^32. */
export function journalHead(core: Core): number {
  return core.u32[HEAD] as number;
}

/** Addresses of the records that read the journal. */
export interface JournalReaders {
  readonly locals: readonly number[];
  readonly classes: readonly number[];
  readonly bounds: readonly number[];
}

/**
 * The columns say again what they said when the journal's head was `since`. Classes and bounds that have looked meanwhile redo the rows that had
 * changed, and the journal goes back, so that the others need not look at anything. O(classes, and changed rows of those that have looked).
 */
export function rewindJournal(core: Core, since: number, { locals, classes, bounds }: JournalReaders): void {
  const journal = (core.u32[(FLEET_ADDRESS + FLEET_JOURNAL) / 4] as number) / 4;
  const mask = core.u32[(FLEET_ADDRESS + FLEET_JOURNAL_MASK) / 4] as number;
  const changes = (journalHead(core) - since) >>> 0;
  // The ring holds one change for each row at least. What lies before `since` and is still read, an eighth of the rows at most, must not be overwritten.
  if (changes > (mask + 1) >> 1) return;
  const rows = new Set<number>();
  for (let i = 0; i < changes; i++) rows.add(core.i32[journal + ((since + i) & mask)] as number);
  let end = since;
  for (const row of rows) core.i32[journal + (end++ & mask)] = row;
  core.u32[HEAD] = end;
  const rewindBounds = () => {
    for (const address of bounds) core.exports.rewindBounds(address, since);
  };
  rewindBounds();
  for (const address of locals) core.exports.rewindLocal(address, since);
  for (const address of classes) core.exports.rewind(address, since);
  for (const address of locals) {
    const revision = (address + LOCAL_REVISION) / 4;
    if ((((core.u32[revision] as number) - since) | 0) > 0) core.u32[revision] = since;
  }
  // Classes that redo rows have their bounds look at the journal again.
  rewindBounds();
  core.u32[HEAD] = since;
}
