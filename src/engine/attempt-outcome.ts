import { type ErrorCode, PlimsollError } from '../base/errors.ts';
import type { Pod } from '../model/pod.ts';

/** Codes of errors that are the pod's; any other ends the run. */
const POD_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SELECTOR', 'FIELD']);

export function isAboutPod(error: unknown): error is PlimsollError {
  return error instanceof PlimsollError && POD_ERRORS.has(error.code);
}

/** What makes a run that only asks whether everybody finds a node end early: somebody would evict others, or somebody will surely find no node either. */
export type StopAt = 'preemption' | 'refusal';

/** What became of one attempt to place one pod. `refused`, with `stopAt: 'refusal'` alone: no node, wherever the pods after it go. */
export type AttemptOutcome =
  | { readonly kind: 'refused' }
  | { readonly kind: 'placed'; readonly row: number }
  | {
      readonly kind: 'preempting';
      readonly node: string;
      readonly row: number;
      readonly victims: readonly Pod[];
      /** Plugins whose refusals the victims' departure has to lift; absent where it surely does. */
      readonly plugins?: ReadonlySet<string>;
    }
  | {
      readonly kind: 'failed';
      /** Upstream's FailedScheduling text. */
      readonly message: string;
      /** Plugins whose refusals an event could lift. */
      readonly plugins: ReadonlySet<string>;
      /** The same pods in the same fleet would hear the same without another look: nothing was drawn at random. */
      readonly repeatable: boolean;
    };

export interface RememberedFailure {
  readonly journalHead: number;
  readonly nominations: number;
  readonly outcome: AttemptOutcome;
}
