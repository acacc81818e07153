/** Tells the outside the exit code of an answer: 0 acceptable, 2 "no". */
export type Answer = (code: 0 | 2) => void;

export const EXIT_CODES = 'Exit codes: 0 answered and acceptable, 2 answered "no", 1 usage or input error.';

/** Fetches everything that decisions depend on. */
export const KUBECTL =
  'kubectl get nodes,pods,namespaces,services,deploy,rc,rs,sts,pdb,priorityclasses,pvc,pv,sc,csinodes,csidrivers,csistoragecapacities,' +
  'volumeattachments -A -o json';

/** The part of a command's help that shows how it is used. */
export function examples(text: string): string {
  return `\nExamples:\n${text.trim().replace(/^(?=.)/gm, '  ')}\n\n${EXIT_CODES}`;
}
