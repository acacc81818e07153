import { Command } from 'commander';
import { addCompletion } from './completion.ts';
import { addExplain } from './explain.ts';
import { addGenerate } from './generate.ts';
import { type Answer, examples } from './help.ts';
import { addSchedule } from './schedule.ts';
import { addVersion } from './version.ts';

const OVERVIEW = `
# Where would the pending pods of this cluster go?
kubectl get nodes,pods,services,replicasets,priorityclasses,pdb -A -o json | plimsoll schedule -f -

# Why there, or why nowhere?
plimsoll explain -f cluster.json shop/cart-7`;

/** The whole command line. Parsing throws instead of ending the process. */
export function createProgram(answer: Answer): Command {
  const program = new Command('plimsoll')
    .description('Answers what kube-scheduler would decide, without a cluster')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`USAGE: ${text.replace(/^error: /, '')}`) })
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', examples(OVERVIEW));
  addSchedule(program, answer);
  addExplain(program, answer);
  addGenerate(program);
  addVersion(program);
  addCompletion(program);
  return program;
}
