import type { Command } from 'commander';
import { type Answer, examples } from './help.ts';
import { addAnonymize } from './snapshot-anonymize.ts';
import { addDiff } from './snapshot-diff.ts';
import { addReveal } from './snapshot-reveal.ts';
import { addShrink } from './snapshot-shrink.ts';
import { addValidate } from './snapshot-validate.ts';

const EXAMPLES = `
# Is anything wrong with this dump?
plimsoll snapshot validate -f cluster.json

# A dump without names and secrets, on which every decision is the same
plimsoll snapshot anonymize -f cluster.json > shareable.json

# The few objects because of which a pod finds no node
plimsoll snapshot shrink -f cluster.json shop/cart-7 > small.json

# What changed since yesterday
plimsoll snapshot diff yesterday.json today.json`;

/** Questions about a dump itself. */
export function addSnapshot(program: Command, answer: Answer): void {
  const snapshot = program
    .command('snapshot')
    .summary('Check, anonymize, shrink and compare cluster dumps')
    .description('Questions about a cluster dump itself')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', examples(EXAMPLES));
  addValidate(snapshot, answer);
  addAnonymize(snapshot);
  addReveal(snapshot);
  addShrink(snapshot);
  addDiff(snapshot, answer);
}
