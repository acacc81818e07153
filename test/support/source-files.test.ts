import { describe, expect, it } from 'vitest';
import { codeOf, functionLengths, importsOf, type SourceFile } from './source-files.ts';

describe('the checks themselves', () => {
  const file = (...lines: string[]): SourceFile => ({ path: 'src/rules/x.ts', text: lines.join('\n'), lines });

  it('see imports of all forms', () => {
    const found = importsOf(
      file(
        "import { a } from './a.ts';",
        'import {',
        '  b,',
        "} from '../engine/b.ts';",
        "export * from './c.ts';",
        "const d = await import('../d.ts');",
        "import 'e';",
      ),
    );
    expect(found.map(({ name, target, dynamic }) => [name, target, dynamic])).toEqual([
      ['./a.ts', 'src/rules/a.ts', false],
      ['../engine/b.ts', 'src/engine/b.ts', false],
      ['./c.ts', 'src/rules/c.ts', false],
      ['../d.ts', 'src/d.ts', true],
      ['e', undefined, false],
    ]);
  });

  it('read code apart from comments and texts', () => {
    const code = codeOf(
      file('// Date', '/* Date */ const a = "Date" + \'Date\';', `const b = \`Date \${b.c} Date\`;`, 'const x = /Date/.test(a);'),
    );
    expect(code).not.toMatch(/Date/);
    expect(code).toMatch(/b\.c/);
    expect(codeOf(file('const now = Date.now(); // fine'))).toMatch(/Date\.now/);
  });

  it('measure functions, methods and arrows, with heads of several lines', () => {
    const found = functionLengths(
      file(
        'export function short(a: number): number {',
        '  return a;',
        '}',
        'class Box {',
        '  private async long(',
        '    first: string,',
        '  ): Promise<void> {',
        '    if (first) {',
        '      first.trim();',
        '    }',
        '  }',
        '}',
        'const arrow = (b: number) => {',
        '  return b;',
        '};',
        'const table = {',
        '  a: 1,',
        '};',
      ),
    );
    expect(found).toEqual([
      { name: 'short', lines: 3 },
      { name: 'long', lines: 7 },
      { name: 'arrow', lines: 3 },
    ]);
  });
});
