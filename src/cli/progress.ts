import progress, { type Options, Presets, SingleBar } from 'cli-progress';
import { millisecondsNow } from '../base/clock.ts';

/** A bar that would be gone within a second only flickers. */
const SHOW_AFTER_MS = 1000;

/** A progress bar on standard error: only on a terminal, only for work of more than a second. */
export class Progress {
  private readonly enabled: boolean;
  private readonly label: string;
  private readonly startedMs: number;
  private bar: SingleBar | undefined;
  /** Label of the bar. */
  private shown = '';

  constructor(label: string, enabled: boolean) {
    this.label = label;
    this.enabled = enabled && process.stderr.isTTY === true;
    this.startedMs = millisecondsNow();
  }

  /** Says how far the work is. Cheap enough to be called a thousand times a second. `label`: what is being done, where that changes. */
  readonly update = (done: number, total: number, label = this.label): void => {
    if (!this.enabled || millisecondsNow() - this.startedMs < SHOW_AFTER_MS) return;
    if (label !== this.shown || total !== this.bar?.getTotal()) this.stop();
    this.bar ??= this.show(total, done, label);
    this.bar.update(done);
  };

  /** Takes the bar away; the terminal is as before. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private show(total: number, done: number, label: string): SingleBar {
    this.shown = label;
    const format = `${label} {bar} {percentage}% | {eta_formatted} left`;
    // Cursor and line wrapping stay as they are, so that nothing has to be put back when a signal ends the process.
    // Before the first step is done the time left is the text INF.
    const formatTime = (seconds: number, options: Options, round: number) =>
      Number.isFinite(seconds) ? progress.Format.TimeFormat(seconds, options, round) : '?';
    const options = { format, formatTime, stream: process.stderr, clearOnComplete: true, hideCursor: false, linewrap: true };
    const bar = new SingleBar(options, Presets.legacy);
    bar.start(total, done);
    return bar;
  }
}
