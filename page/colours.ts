/**
 * Ten steps of cividis, which looks the same with normal sight and with the common kinds of colour blindness (Nunez, Anderton and Renslow 2018, PLoS ONE
 * 13(7): e0199239). Lightness grows evenly, so it reads in grey too.
 */
const CIVIDIS = ['00224e', '123570', '3b496c', '575d6d', '707173', '8a8678', 'a59c74', 'c3b369', 'e1cc55', 'fee838'].map((hex) => [
  Number.parseInt(hex.slice(0, 2), 16),
  Number.parseInt(hex.slice(2, 4), 16),
  Number.parseInt(hex.slice(4, 6), 16),
]);

type Colour = readonly [red: number, green: number, blue: number];

/** The colour of a share from 0 to 1. */
export function colourAt(share: number): Colour {
  const position = Math.min(1, Math.max(0, share)) * (CIVIDIS.length - 1);
  const low = Math.floor(position);
  const from = CIVIDIS[low] as number[];
  const to = CIVIDIS[Math.min(CIVIDIS.length - 1, low + 1)] as number[];
  const mix = (i: number) => Math.round((from[i] as number) + ((to[i] as number) - (from[i] as number)) * (position - low));
  return [mix(0), mix(1), mix(2)];
}

export function css([red, green, blue]: Colour): string {
  return `rgb(${red},${green},${blue})`;
}

/** Black or white, whichever is read better on the colour (relative luminance of WCAG 2). */
export function inkOn(colour: Colour): string {
  const [red, green, blue] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
}

/** Colours of frames and texts, as the page's theme has them. */
export interface Theme {
  readonly surface: string;
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
}

export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: read('--surface'),
    panel: read('--panel'),
    text: read('--text'),
    muted: read('--muted'),
    line: read('--line'),
    accent: read('--accent'),
  };
}
