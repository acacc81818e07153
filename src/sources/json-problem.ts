/** What is wrong with a JSON text, and where. */
export interface JsonProblem {
  readonly kind: 'syntax' | 'duplicate';
  /** Index in the text. */
  readonly index: number;
  /** Path of the member or element there; '' at the top. */
  readonly path: string;
}

interface Level {
  /** Names seen; undefined inside an array. */
  readonly names: Set<string> | undefined;
  /** Path of the object or array itself. */
  readonly path: string;
  name: string;
  index: number;
}

const BLANK = /[ \t\n\r]*/y;
const STRING = /"[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*"/y;
const LITERAL = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])/y;

/** JSON strings hold no characters below this one unless escaped. */
const FIRST_PRINTABLE = 0x20;

/**
 * The first thing wrong with a JSON text: where the grammar breaks, or a name that its object already has; undefined when
 * nothing is. Slow beside JSON.parse, so it is asked only for texts that are known to be bad, to say where.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  return new Inspector(text).run();
}

class Inspector {
  private readonly text: string;
  private readonly levels: Level[] = [];
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  run(): JsonProblem | undefined {
    do {
      const problem = this.value();
      if (problem) return problem;
    } while (this.levels.length > 0);
    this.skip(BLANK);
    return this.at === this.text.length ? undefined : this.syntax();
  }

  /** One value, or the opening of one; then whatever closes and separates, up to where the next value must begin. */
  private value(): JsonProblem | undefined {
    this.skip(BLANK);
    const opening = this.text[this.at];
    if (opening === '{' || opening === '[') {
      this.levels.push({ names: opening === '{' ? new Set() : undefined, path: this.path(), name: '', index: 0 });
      this.at++;
      this.skip(BLANK);
      if (this.text[this.at] !== closingOf(opening)) return this.name();
    } else if (!this.string() && !this.skip(LITERAL)) {
      return this.syntax();
    }
    return this.afterValue();
  }

  private afterValue(): JsonProblem | undefined {
    for (;;) {
      this.skip(BLANK);
      const level = this.levels.at(-1);
      if (!level) return undefined;
      const token = this.text[this.at];
      if (token === closingOf(level.names ? '{' : '[')) {
        this.levels.pop();
        this.at++;
      } else if (token === ',') {
        this.at++;
        level.index++;
        return this.name();
      } else {
        return this.syntax();
      }
    }
  }

  /** In an object, the name and colon before the next value. */
  private name(): JsonProblem | undefined {
    const level = this.levels.at(-1);
    if (!level?.names) return undefined;
    this.skip(BLANK);
    const start = this.at;
    if (!this.string()) return this.syntax();
    level.name = JSON.parse(this.text.slice(start, this.at)) as string;
    if (level.names.has(level.name)) return { kind: 'duplicate', index: start, path: this.path() };
    level.names.add(level.name);
    this.skip(BLANK);
    if (this.text[this.at] !== ':') return this.syntax();
    this.at++;
    return undefined;
  }

  /** Moves behind a string; on failure stays, or moves to the control character that must not stand in it. */
  private string(): boolean {
    const start = this.at;
    if (!this.skip(STRING)) return false;
    for (let i = start; i < this.at; i++) {
      if (this.text.charCodeAt(i) >= FIRST_PRINTABLE) continue;
      this.at = i;
      return false;
    }
    return true;
  }

  /** Moves behind a match at the current place; false when there is none. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private syntax(): JsonProblem {
    return { kind: 'syntax', index: this.at, path: this.path() };
  }

  private path(): string {
    const level = this.levels.at(-1);
    if (!level) return '';
    if (!level.names) return `${level.path}[${level.index}]`;
    return level.path === '' ? level.name : `${level.path}.${level.name}`;
  }
}

function closingOf(opening: string): string {
  return opening === '{' ? '}' : ']';
}
