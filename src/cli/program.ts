import { Command } from 'commander';
import { addBuy } from './buy.ts';
import { addCatalogue } from './catalogue.ts';
import { addCompact } from './compact.ts';
import { addCompare } from './compare.ts';
import { addCompletion } from './completion.ts';
import { addDrain } from './drain.ts';
import { addExplain } from './explain.ts';
import { addFit } from './fit.ts';
import { addGenerate } from './generate.ts';
import { type Answer, examples, KUBECTL } from './help.ts';
import { addMerge } from './merge.ts';
import { addRollout } from './rollout.ts';
import { addSchedule } from './schedule.ts';
import { addSnapshot } from './snapshot.ts';
import { addSurvive } from './survive.ts';
import { addVersion } from './version.ts';

const OVERVIEW = `
# Where would the pending pods of this cluster go?
${KUBECTL} | plimsoll schedule -f -

# Why there, or why nowhere?
plimsoll explain -f cluster.json shop/cart-7`;

/** The whole command line. Parsing throws instead of ending the process. */
export function createProgram(answer: Answer): Command {
  const program = new Command('plimsoll')
    .description('Answers what kube-scheduler would decide, without a cluster')
    .exitOverride()
    // Errors are printed where all others are, in run.ts.
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', examples(OVERVIEW));
  addSchedule(program, answer);
  addExplain(program, answer);
  addFit(program, answer);
  addBuy(program, answer);
  addDrain(program, answer);
  addSurvive(program, answer);
  addCompact(program, answer);
  addRollout(program, answer);
  addCompare(program, answer);
  addMerge(program, answer);
  addSnapshot(program, answer);
  addCatalogue(program);
  addGenerate(program);
  addVersion(program);
  addCompletion(program);
  return program;
}
