import { type Fleet, shareText } from './fleet.ts';

/** How full the rows are, in a few words. */
export function shareLine(fleet: Fleet, rows: readonly number[], resource: number, state: number): string {
  const there = rows.filter((row) => fleet.exists(row, state));
  if (there.length === 0) return 'not there';
  const share = fleet.groupShare(there, resource, state);
  if (there.length > 1 && resource < 0 && share !== undefined)
    return `${there.length} nodes, ${shareText(share)} of the fullest resource on average`;
  const fill = fleet.fill(there, resource, state);
  if (!fill) return 'offers nothing';
  return `${shareText(fill.share)} of ${fleet.data.resources[fill.resource]?.name} asked for`;
}
