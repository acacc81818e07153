import type { Finding, SnapshotDiff, Validation } from '../../model/snapshot-results.ts';
import { COUNTS, changesOf, countsOf, LINES } from '../snapshot-diff-view.ts';
import { FINDINGS } from '../validation-view.ts';
import { drawCharts, reasonChart } from './charts.ts';
import { count, fact, type Page, table } from './page.ts';

/** @param good Whether the command answers "yes". */
export async function validationPage(validation: Validation, good: boolean): Promise<Page> {
  const { findings, summary } = validation;
  const checks = new Map<string, number>();
  for (const { check, count: objects = 1 } of findings) checks.set(check, (checks.get(check) ?? 0) + objects);
  const found = [count(summary.errors, 'error'), count(summary.warnings, 'warning'), count(summary.notes, 'note')].join(', ');
  return {
    command: 'snapshot validate',
    title: `What is wrong with ${count(summary.objects, 'object')}?`,
    verdict: { good, text: findings.length === 0 ? 'Nothing is wrong' : found },
    facts: [
      fact(validation, 'summary.errors', 'Errors'),
      fact(validation, 'summary.warnings', 'Warnings'),
      fact(validation, 'summary.notes', 'Notes'),
      fact(validation, 'summary.objects', 'Objects'),
      fact(validation, 'summary.nodes', 'Nodes'),
      fact(validation, 'summary.pods', 'Pods'),
      fact(validation, 'summary.pending', 'Pending'),
    ],
    charts: await drawCharts(reasonChart('What was found', 'Objects by check.', checks)),
    tables: [table<Finding>({ title: 'Findings', columns: FINDINGS, rows: findings })],
    provenance: {},
    notModelled: [],
  };
}

/** @param good Whether the command answers "yes". */
export function diffPage(diff: SnapshotDiff, good: boolean): Page {
  const { same, added, removed, moved, changed } = diff;
  const found = `${added.length} added, ${removed.length} removed, ${moved.length} moved, ${changed.length} with changed fields`;
  return {
    command: 'snapshot diff',
    title: 'What changed between two dumps?',
    verdict: { good, text: same ? 'Nothing that scheduling reads has changed' : found },
    facts: [
      fact(diff, 'added', 'Added'),
      fact(diff, 'removed', 'Removed'),
      fact(diff, 'moved', 'Moved pods'),
      fact(diff, 'changed', 'With changed fields'),
      fact(diff, 'summary.nodes.after', 'Nodes'),
      fact(diff, 'summary.pods.after', 'Pods'),
    ],
    charts: [],
    tables: [
      table({ title: 'Objects', columns: COUNTS, rows: countsOf(diff) }),
      table({ title: 'Changes', columns: LINES, rows: changesOf(diff, Number.POSITIVE_INFINITY) }),
    ],
    provenance: {},
    notModelled: [],
  };
}
