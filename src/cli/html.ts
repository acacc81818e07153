import { type EngineOptions, resolveOptions } from '../engine/options.ts';
import type { ClusterStates } from '../plan/states.ts';
import { type PackingStates, packingOf } from '../report/html/packing.ts';
import type { PackingData } from '../report/html/packing-data.ts';
import type { Page } from '../report/html/page.ts';
import { say, writePieces } from './output.ts';

/** What a page draws and an answer does not say: the cluster before and after. */
export class Picture {
  private states: ClusterStates | undefined;
  /** To be spread into the options of a question. */
  readonly watched = {
    onStates: (states: ClusterStates): void => {
      this.states = states;
    },
  };

  /** The packing view of what was seen. */
  packing(options: EngineOptions): PackingData | undefined {
    if (!this.states) return undefined;
    const { before, after } = this.states;
    return packing({ captions: ['Before', 'After'], states: [before, after] }, options);
  }
}

/** The packing view of given states, with requests as the options' release counts them. */
export function packing(states: PackingStates, options: EngineOptions): PackingData {
  return packingOf(states, resolveOptions(options).semantics);
}

/** Writes one page to standard output. */
export async function writeHtml(page: Page): Promise<void> {
  const { documentPieces } = await import('../report/html/document.ts');
  if (process.stdout.isTTY) say('hint: a page is for a browser; write it to a file: plimsoll ... -o html > report.html');
  await writePieces(documentPieces(page));
}
