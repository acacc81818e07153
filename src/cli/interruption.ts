/** Ctrl-C or SIGTERM during work that keeps what is finished. The message says how to go on; the exit code is what shells expect. */
export class Interruption extends Error {
  readonly exitCode: 130 | 143;

  constructor(message: string, exitCode: 130 | 143) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = exitCode;
  }
}

/**
 * Does the work with a signal that the first Ctrl-C or SIGTERM aborts; a second one ends the process at once.
 * @param explain The message, made when the work has stopped.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>, explain: () => string): Promise<Result> {
  const stop = new AbortController();
  let exitCode: 130 | 143 = 130;
  const abort = (name: NodeJS.Signals): void => {
    exitCode = name === 'SIGINT' ? 130 : 143;
    stop.abort();
  };
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    return await work(stop.signal);
  } catch (error) {
    throw stop.signal.aborted && error === stop.signal.reason ? new Interruption(explain(), exitCode) : error;
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}
