/** Milliseconds on a clock that never steps back. The only place that names the host's clock; it measures and never decides. */
export function millisecondsNow(): number {
  return performance.now();
}

/** Seconds on the same clock. */
export function secondsNow(): number {
  return millisecondsNow() / 1000;
}
