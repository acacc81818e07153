import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, runCli } from './run-cli.ts';

/** Commands of a page with what they print: blocks of the language `console`, each with one line `$ plimsoll ...`. */
function examplesOf(page: string): [command: string, output: string][] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/^```console\n\$ plimsoll (.*)\n([\s\S]*?)^```$/gm)].map(([, command = '', output = '']) => [command, output]);
}

describe.concurrent('the examples of the pages print what the pages say', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  it.each(pages.flatMap((page) => examplesOf(page).map(([command, output]) => ({ page, command, output }))))(
    '$page: $command',
    async ({ command, output }) => {
      const { stdout, stderr } = await runCli(command.split(' '));
      expect(stderr + stdout).toBe(output);
    },
  );
});
