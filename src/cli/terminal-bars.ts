import type { BarStyle } from '../report/bar.ts';

/**
 * How a table on this terminal draws bars; undefined: not at all, because something else reads it. The locale says what a terminal can show, as it does for
 * other programs: LC_ALL, else LC_CTYPE, else LANG.
 */
export function terminalBars(
  stream: { readonly isTTY?: boolean } = process.stdout,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): BarStyle | undefined {
  if (!stream.isTTY) return undefined;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return /utf-?8/i.test(locale) ? 'blocks' : 'ascii';
}
