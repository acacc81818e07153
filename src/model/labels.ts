/** Label or annotation map. A Map, never a plain object: keys are foreign text such as `constructor`. */
export type Labels = ReadonlyMap<string, string>;

export const NO_LABELS: Labels = new Map();
