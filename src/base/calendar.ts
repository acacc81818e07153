/** Calendar arithmetic between texts and milliseconds since 1970: pure functions of their arguments, no clock. */

/** Milliseconds since 1970 of an RFC 3339 time; NaN when it names no day. */
export function millisecondsOf(text: string): number {
  return Date.parse(text);
}

/** RFC 3339 in UTC with whole seconds, as the Kubernetes API writes times. */
export function timestampOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
