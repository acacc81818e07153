/** How bars are written: eighths of Unicode blocks, or plain characters where a terminal may not know those. */
export type BarStyle = 'blocks' | 'ascii';

/** Characters of a bar. */
const WIDTH = 10;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A share from 0 to 1 as a bar of ten characters; what is more than nothing shows at least a little. */
export function barText(share: number, style: BarStyle): string {
  const clipped = Math.min(1, Math.max(0, share));
  if (style === 'ascii') {
    const full = clipped > 0 ? Math.max(1, Math.round(clipped * WIDTH)) : 0;
    return '#'.repeat(full).padEnd(WIDTH, '.');
  }
  const eighths = clipped > 0 ? Math.max(1, Math.round(clipped * WIDTH * 8)) : 0;
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`.padEnd(WIDTH);
}
