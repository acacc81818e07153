import { escaped } from './escape.ts';

/**
 * An SVG that a page with a strict Content-Security-Policy may hold inline: no style elements, style attributes become presentation attributes,
 * names of patterns are the chart's own.
 *
 * @param svg As ECharts writes it: one tag after the other, attributes in double quotes, text escaped.
 */
export function plainSvg(svg: string, label: string, number: number): string {
  const bare = svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/<[a-zA-Z][^>]*>/g, (tag) =>
      presentational(tag.replace(/ (?:class|ecmeta_\w+|xml:space|xmlns(?::\w+)?|version|baseProfile)="[^"]*"/g, '')),
    )
    .replace(/zr\d+-/g, `chart-${number}-`)
    .replace(/\n/g, '');
  const [, width = '', height = ''] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(bare) ?? [];
  const size = `viewBox="0 0 ${width} ${height}"`;
  return bare.replace(/^<svg[^>]*>/, `<svg class="chart" role="img" aria-label="${escaped(label)}" ${size}>`);
}

function presentational(tag: string): string {
  return tag.replace(/ style="([^"]*)"/, (_, declarations: string) =>
    declarations
      .split(';')
      .map((declaration) => /^\s*([\w-]+)\s*:\s*(.*?)\s*$/.exec(declaration))
      .map((match) => (match ? ` ${match[1]}="${match[2]}"` : ''))
      .join(''),
  );
}
