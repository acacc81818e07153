import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A source file of the repository, for tests about the sources. */
export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const GENERATED = /\.generated\.ts$/;

/** Every TypeScript file under the folders, generated ones apart, in order of their paths. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap(pathsUnder)
    .filter((path) => path.endsWith('.ts') && !GENERATED.test(path))
    .map(readSource);
}

export function pathsUnder(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => (entry.isDirectory() ? pathsUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]));
}

export function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  return { path, text, lines: text.split('\n') };
}

export interface Import {
  /** As written: a module's name or a relative path. */
  readonly name: string;
  /** The file, for a relative path. */
  readonly target?: string;
  readonly dynamic: boolean;
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/g;

/** What a file imports or exports again. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  return [...text.matchAll(IMPORT)].map(([, still, dynamic]): Import => {
    const name = (still ?? dynamic) as string;
    const target = name.startsWith('.') ? normalize(join(dirname(path), name)) : undefined;
    return { name, dynamic: dynamic !== undefined, ...(target === undefined ? {} : { target }) };
  });
}

/** The text without comments and without what stands between quotes. */
export function codeOf({ text }: Pick<SourceFile, 'text'>): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/(?![*/])(?:[^/\\\n[]|\\.|\[[^\]\n]*\])+\/[dgimsuvy]*(?=[\s.,;)])/g,
    (match) =>
      // Template texts may hold code.
      match.startsWith('`') ? match.replace(/[^$]*?(?:\$\{([^}]*)\}|$)/g, ' $1 ') : ' ',
  );
}

export interface FunctionLength {
  readonly name: string;
  /** Lines from its head to its closing brace. */
  readonly lines: number;
}

const NOT_A_FUNCTION =
  /^(?:export )?(?:abstract )?(?:class|interface|if|for|while|switch|else|try|do|finally|catch|namespace|enum|describe|it|test)\b|^\}/;
const NAMED =
  /(?:function\*? |^)(?:(?:export|default|async|static|private|protected|override|readonly|get|set|const|public) )*\*?(?:function\*? )?([A-Za-z_$][\w$]*)/;

/**
 * Named functions and methods of a file as the formatter lays them out: a block that ends at the indentation at which its head begins. Object
 * literals and containers of tests are no functions.
 */
export function functionLengths({ lines }: Pick<SourceFile, 'lines'>): readonly FunctionLength[] {
  return lines.flatMap((line, at): FunctionLength[] => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const head = line.slice(indent.length);
    if (head === '' || NOT_A_FUNCTION.test(head)) return [];
    const opens = head.endsWith('{') ? at : headEnd(lines, at, indent);
    if (opens === undefined || !isFunction(lines.slice(at, opens + 1).join(' '))) return [];
    const length = lines.slice(opens + 1).findIndex((other) => other.startsWith(`${indent}}`));
    return length < 0 ? [] : [{ name: NAMED.exec(head)?.[1] ?? head, lines: opens - at + length + 2 }];
  });
}

/** A head of several lines ends in the first line at its own indentation that opens a block. */
function headEnd(lines: readonly string[], at: number, indent: string): number | undefined {
  if (!/[(<]$/.test(lines[at] as string)) return undefined;
  const length = lines.slice(at + 1).findIndex((line) => line.startsWith(`${indent})`) || line.startsWith(`${indent}>`));
  const end = at + 1 + length;
  return length >= 0 && (lines[end] as string).endsWith('{') ? end : undefined;
}

function isFunction(head: string): boolean {
  return /\bfunction\b/.test(head) || /=> \{$/.test(head) || /^\s*(?:[\w$]+ )*[\w$*]+(?:<.*>)?\(.*\)(?:: .+)? \{$/.test(head);
}
