/** Seconds on a clock that never steps back. The only place that names the host's clock; it measures and never decides. */
export function secondsNow(): number {
  return performance.now() / 1000;
}
