import { Argument, type Command } from 'commander';
import { examples } from './help.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', examples('# Complete commands and flags in this session of bash\nsource <(plimsoll completion bash)'))
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(SCRIPTS[shell](wordsOf(program)));
    });
}

/** Command names with their sub-commands and flags. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsOf(program: Command): Words {
  const flagsOf = (command: Command): string[] => [
    ...command.commands.flatMap((inner) => [inner.name(), ...flagsOf(inner)]),
    ...command.options.flatMap(({ long }) => long ?? []),
    '--help',
  ];
  return new Map(program.commands.map((command) => [command.name(), [...new Set(flagsOf(command))]]));
}

const SCRIPTS: { readonly [Shell in (typeof SHELLS)[number]]: (words: Words) => string } = {
  bash: (words) => `_plimsoll() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${[...words.keys()].join(' ')} help" -- "$word")); return; fi
  case "\${COMP_WORDS[1]}" in
${[...words].map(([command, flags]) => `    ${command}) COMPREPLY=($(compgen -f -W "${flags.join(' ')}" -- "$word")) ;;`).join('\n')}
  esac
}
complete -o filenames -F _plimsoll plimsoll
`,
  zsh: (words) => `#compdef plimsoll
_plimsoll() {
  if (( CURRENT == 2 )); then compadd ${[...words.keys()].join(' ')} help; return; fi
  case "\${words[2]}" in
${[...words].map(([command, flags]) => `    ${command}) compadd -- ${flags.join(' ')}; _files ;;`).join('\n')}
  esac
}
compdef _plimsoll plimsoll
`,
  fish: (words) => {
    const names = [...words.keys()].join(' ');
    const lines = [`complete -c plimsoll -n "not __fish_seen_subcommand_from ${names}" -f -a "${names} help"`];
    for (const [command, flags] of words) {
      for (const flag of flags) {
        const word = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-a ${flag}`;
        lines.push(`complete -c plimsoll -n "__fish_seen_subcommand_from ${command}" ${word}`);
      }
    }
    return `${lines.join('\n')}\n`;
  },
};
