import { ENGINE_VERSION } from '../../base/version.ts';
import type { Column } from '../table.ts';
import { escaped, jsonForScript, policyHash } from './escape.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './page.generated.ts';
import type { Chart, Fact, Page, PageTable } from './page.ts';
import { count } from './page.ts';

/** Rows of a list on the page; the JSON of the same answer has all. */
const ROWS_SHOWN = 500;

/** The page as one HTML document that needs nothing else: no network, no other file. In pieces, like all output. */
export function* documentPieces(page: Page): Generator<string> {
  yield head(page);
  yield `<body>\n<header>\n<p class="command">plimsoll ${escaped(page.command)}</p>\n<h1>${escaped(page.title)}</h1>\n`;
  yield `<p class="verdict ${page.verdict.good ? 'good' : 'bad'}" data-verdict="${page.verdict.good ? 'yes' : 'no'}">${escaped(page.verdict.text)}</p>\n`;
  yield `</header>\n<main>\n${facts(page.facts)}`;
  if (page.packing) yield packing(page);
  if (page.charts.length > 0) yield `<section class="charts" aria-label="Charts">\n${page.charts.map(chart).join('')}</section>\n`;
  for (const [index, table] of page.tables.entries()) if (table.rows.length > 0) yield tableSection(table, index);
  yield `${remarks(page)}</main>\n`;
  if (page.packing) yield `<script type="application/json" id="packing">${jsonForScript(page.packing)}</script>\n`;
  yield `<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`;
}

function head({ command, title }: Page): string {
  const policy = [
    "default-src 'none'",
    `script-src ${policyHash(PAGE_SCRIPT)}`,
    `style-src ${policyHash(PAGE_STYLE)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="plimsoll ${escaped(ENGINE_VERSION)}">
<title>${escaped(`${title} - plimsoll ${command}`)}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
`;
}

function facts(all: readonly Fact[]): string {
  const items = all.map(
    ({ label, field, value, text }) =>
      `<div><dt>${escaped(label)}</dt><dd data-field="${escaped(field)}" data-value="${escaped(String(value))}">${escaped(text)}</dd></div>\n`,
  );
  return `<dl class="facts">\n${items.join('')}</dl>\n`;
}

function packing({ packing, packingNote }: Page): string {
  const nodes = packing?.nodes.name.length ?? 0;
  return `<section class="packing" id="packing-view" aria-labelledby="packing-title">
<h2 id="packing-title">Packing</h2>
<p class="note">${escaped(packingNote ?? '')}</p>
<noscript><p class="note">The packing view of ${count(nodes, 'node')} is drawn by a script inside this page, which is switched off here.</p></noscript>
</section>
`;
}

function chart({ title, note, svg, data }: Chart): string {
  const [headings = [], ...rows] = data;
  const cells = (tag: string, row: readonly string[]) => `<tr>${row.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('')}</tr>`;
  return `<figure>
<figcaption><strong>${escaped(title)}</strong> ${escaped(note)}</figcaption>
${svg}
<details><summary>As a table</summary><table><thead>${cells('th', headings)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></details>
</figure>
`;
}

function tableSection({ title, columns, rows, bars = {} }: PageTable, index: number): string {
  const shown = rows.slice(0, ROWS_SHOWN);
  const heads = columns.map((column) => `<th scope="col"${alignment(column)}>${escaped(headingOf(column))}</th>`).join('');
  const body = shown.map((row) => `<tr>${columns.map((column) => cell(column, row, bars)).join('')}</tr>\n`).join('');
  const more = rows.length - shown.length;
  return `<section class="list" aria-labelledby="list-${index}">
<details${index < 3 ? ' open' : ''}><summary><h2 id="list-${index}">${escaped(title)}</h2> <span class="count">${count(rows.length, 'entry', 'entries')}</span></summary>
<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>
${body}</tbody></table></div>
${more > 0 ? `<p class="note">... and ${count(more, 'more entry', 'more entries')}: -o json has all</p>\n` : ''}</details>
</section>
`;
}

function alignment({ align }: Column<never>): string {
  return align === 'right' ? ' class="number"' : '';
}

/** Headings of tables are the terminal's, in the words of a page. */
function headingOf({ heading }: Column<never>): string {
  if (heading !== heading.toUpperCase()) return heading;
  const words = heading.toLowerCase().replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/\bcpu\b/, 'CPU');
}

function cell(column: Column<unknown>, row: unknown, bars: NonNullable<PageTable['bars']>): string {
  const share = Object.hasOwn(bars, column.heading) ? bars[column.heading]?.(row) : undefined;
  const bar = share === undefined ? '' : barOf(share);
  return `<td${alignment(column)}>${bar}${escaped(column.cell(row))}</td>`;
}

/** A small bar before the number; what it shows is the number itself. */
function barOf(share: number): string {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 60);
  return `<svg class="bar" viewBox="0 0 60 8" width="60" height="8" aria-hidden="true"><rect class="track" width="60" height="8"/><rect class="fill" width="${width}" height="8"/></svg>`;
}

function remarks({ provenance, notModelled }: Page): string {
  const rows = Object.entries(provenance).map(
    ([name, value]) =>
      `<tr><th scope="row">${escaped(name)}</th><td>${escaped(Array.isArray(value) ? value.join(', ') : String(value))}</td></tr>`,
  );
  const missing = notModelled.map((line) => `<li>${escaped(line)}</li>`).join('');
  return `${missing ? `<section class="remarks"><h2>Not modelled</h2><ul>${missing}</ul></section>\n` : ''}${rows.length === 0 ? '' : dependencies(rows)}`;
}

function dependencies(rows: readonly string[]): string {
  return `<section class="list">
<details><summary><h2>What the answer depends on</h2></summary><table class="provenance"><tbody>${rows.join('')}</tbody></table></details>
</section>
`;
}
