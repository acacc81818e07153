import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../src/base/errors.ts';
import { codeOf, functionLengths, importsOf, pathsUnder, readSource, type SourceFile, sourceFiles } from './support/source-files.ts';

/** Lines of a file and of a function that a reader can still hold in the head. */
const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 60;

/** What was longer when the rule came. A number may only fall; an entry goes when it is no longer needed. */
const LONG_FILES: Readonly<Record<string, number>> = {
  'test/engine/preemption.test.ts': 387,
  'test/engine/queue.test.ts': 305,
  'test/rules/node-volume-limits.test.ts': 420,
  'test/rules/volume-binding.test.ts': 586,
  'test/sources/expand.test.ts': 381,
};
const LONG_FUNCTIONS: Readonly<Record<string, number>> = {};

/** Each folder with the folders that it may import, itself aside. Everybody may import model and base. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  layout: ['base'],
  rules: ['layout', 'model', 'base'],
  engine: ['rules', 'layout', 'model', 'base'],
  parallel: ['engine', 'rules', 'layout', 'model', 'base'],
  plan: ['parallel', 'engine', 'rules', 'layout', 'model', 'base'],
  sources: ['model', 'base'],
  report: ['model', 'base'],
  cli: ['plan', 'parallel', 'engine', 'rules', 'layout', 'sources', 'report', 'model', 'base'],
};
const BROWSER_FOLDERS = ['base', 'model', 'layout', 'rules', 'engine', 'plan'];
/** Folder imports the table does not allow, with the reason. */
const IMPORT_EXCEPTIONS: readonly string[] = [
  // The public interface: commands ask what any other program could ask.
  'cli -> index',
];

/** Codes that are published although nothing raises them yet. */
const RESERVED_CODES: readonly string[] = [];

/** Names that only these files may use in code. */
const RESERVED_NAMES: readonly { readonly names: RegExp; readonly files: readonly string[] }[] = [
  { names: /\b(?:performance|hrtime)\b/, files: ['src/base/clock.ts'] },
  { names: /\bDate\b/, files: ['src/base/calendar.ts'] },
  { names: /\bDate\.now\b|\bnew Date\(\)/, files: [] },
  { names: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/, files: [] },
  { names: /\bWebAssembly\b/, files: ['src/layout/core.ts', 'src/layout/webassembly.d.ts', 'src/parallel/worker.ts'] },
];

const GENERATED: Readonly<Record<string, string>> = {
  'src/layout/core.generated.ts': '// Generated from assembly/ by `npm run build:core`. Do not edit.',
  'src/layout/layout.generated.ts': '// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.',
  'src/report/html/page.generated.ts': '// Generated from page/ by `npm run build:page`. Do not edit.',
  'assembly/layout.generated.ts': '// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.',
  'assembly/kernels.generated.ts': '// Generated from src/layout/schema.ts by `npm run layout`. Do not edit.',
};

const src = sourceFiles('src');
const everything = sourceFiles('src', 'assembly', 'page', 'bench', 'scripts', 'test');

function folderOf(path: string): string {
  return path.split('/').length > 2 ? (path.split('/')[1] as string) : basename(path, '.ts');
}

/** `echarts` of `echarts/core`, `@scope/name` of `@scope/name/part`. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

/** `path: what` for every file in which something is wrong. */
function wrongIn(files: readonly SourceFile[], find: (file: SourceFile) => readonly string[]): string[] {
  return files.flatMap((file) => find(file).map((what) => `${file.path}: ${what}`));
}

describe('imports', () => {
  it('run one way between the folders of src', () => {
    const wrong = wrongIn(src, (file) => {
      const from = folderOf(file.path);
      if (from === 'index') return [];
      return importsOf(file).flatMap(({ target }) => {
        const to = target === undefined ? from : folderOf(target);
        const allowed = to === from || MAY_IMPORT[from]?.includes(to) || IMPORT_EXCEPTIONS.includes(`${from} -> ${to}`);
        return allowed ? [] : [`${from} imports ${target}`];
      });
    });
    expect(wrong).toEqual([]);
    expect(new Set(src.map(({ path }) => folderOf(path)))).toEqual(new Set([...Object.keys(MAY_IMPORT), 'index']));
  });

  it('of threads are made when they are needed only', () => {
    const wrong = wrongIn(
      src.filter(({ path }) => !path.startsWith('src/parallel/')),
      (file) => importsOf(file).flatMap(({ target, dynamic }) => (target?.startsWith('src/parallel/') && !dynamic ? [target] : [])),
    );
    expect(wrong).toEqual([]);
  });

  it('of Node stay out of what runs in a browser too', () => {
    const wrong = wrongIn(
      src.filter(({ path }) => BROWSER_FOLDERS.includes(folderOf(path))),
      (file) => [
        ...importsOf(file).flatMap(({ name }) => (isBuiltin(name) ? [`imports ${name}`] : [])),
        ...(/\b(?:process|Buffer|__dirname|require)\b(?!:)/.exec(codeOf(file)) ?? []),
      ],
    );
    expect(wrong).toEqual([]);
  });

  it('of packages are declared dependencies', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
    const wrong = wrongIn(src, (file) =>
      importsOf(file).flatMap(({ name, target }) =>
        target === undefined && !isBuiltin(name) && !(packageOf(name) in dependencies) ? [name] : [],
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('reach every file of src from the interface, the command line or a worker', () => {
    const entries = ['src/index.ts', 'src/cli/main.ts', 'src/parallel/worker.ts', 'src/layout/webassembly.d.ts'];
    const files = new Map([...src, ...sourceFiles('scripts', 'bench')].map((file) => [file.path, file]));
    const reached = new Set([...entries, ...[...files.keys()].filter((path) => !path.startsWith('src/'))]);
    // A Set grows while it is walked.
    for (const path of reached)
      for (const { target } of importsOf(files.get(path) as SourceFile)) if (target && files.has(target)) reached.add(target);
    const idle = src.map(({ path }) => path).filter((path) => !reached.has(path));
    expect(idle).toEqual([]);
  });
});

describe('names', () => {
  it.each(RESERVED_NAMES)('$names stand in $files alone', ({ names, files }) => {
    expect(wrongIn(src, (file) => (files.includes(file.path) ? [] : (names.exec(codeOf(file)) ?? [])))).toEqual([]);
  });

  it('are exported by name; only the worker entry has a default, because Piscina asks for it', () => {
    const wrong = src.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path);
    expect(wrong).toEqual(['src/parallel/worker.ts']);
  });

  it('of folders say what is inside', () => {
    const folders = new Set(everything.flatMap(({ path }) => path.split('/').slice(0, -1)));
    expect([...folders].filter((folder) => /^(?:utils?|helpers?|common|misc|lib|shared)$/.test(folder))).toEqual([]);
  });
});

describe('lengths', () => {
  it(`of files stay under ${FILE_LINES_MAX} lines`, () => {
    // The line break at the end of a file begins no line.
    const long = everything.map(({ path, lines }) => [path, lines.length - 1] as const).filter(([, lines]) => lines > FILE_LINES_MAX);
    expect(long.filter(([path, lines]) => lines > (LONG_FILES[path] ?? FILE_LINES_MAX))).toEqual([]);
    expect(Object.keys(LONG_FILES).filter((path) => !long.some(([other]) => other === path))).toEqual([]);
  });

  it(`of functions stay under ${FUNCTION_LINES_MAX} lines`, () => {
    const all = everything.flatMap((file) => functionLengths(file).map(({ name, lines }) => [`${file.path} ${name}`, lines] as const));
    const long = all.filter(([, lines]) => lines > FUNCTION_LINES_MAX);
    expect(all.length).toBeGreaterThan(1500);
    expect(long.filter(([name, lines]) => lines > (LONG_FUNCTIONS[name] ?? FUNCTION_LINES_MAX))).toEqual([]);
    expect(Object.keys(LONG_FUNCTIONS).filter((name) => !long.some(([other]) => other === name))).toEqual([]);
  });
});

describe('texts', () => {
  it('leave no work without an issue', () => {
    const wrong = wrongIn(
      everything.filter(({ path }) => path !== 'test/tidy.test.ts'),
      ({ lines }) => lines.filter((line) => /\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/.test(line)),
    );
    expect(wrong).toEqual([]);
  });

  it('do not speak of the machine that they were written on', () => {
    const wrong = wrongIn(
      everything.filter(({ path }) => path !== 'test/tidy.test.ts'),
      ({ text }) => /(?<![\w.])\/(?:root|home|work|Users)\/[\w.-]+/.exec(text) ?? [],
    );
    expect(wrong).toEqual([]);
  });

  it('of generated files say so, and whence they come', () => {
    const found = ['src', 'assembly', 'page', 'bench', 'scripts', 'test'].flatMap(pathsUnder).filter((path) => /\.generated\./.test(path));
    expect(found.sort()).toEqual(Object.keys(GENERATED).sort());
    for (const [path, header] of Object.entries(GENERATED)) expect(readSource(path).lines[0], path).toBe(header);
  });

  it('of the changelog begin with what is not released', () => {
    expect(readFileSync('CHANGELOG.md', 'utf8')).toMatch(/^# Changelog\n+## Unreleased\n+\S/);
  });
});

describe('rules', () => {
  it('that have an encoding have a plain twin of the same name', () => {
    const encodings = pathsUnder('src/rules/encode').map((path) => basename(path, '.ts'));
    /** What encodings share, and files that hold the encodings of several rules. */
    const others: Readonly<Record<string, readonly string[]>> = {
      encoder: [],
      index: [],
      'node-terms': [],
      shares: [],
      hosts: ['host-capacity', 'host-spread'],
      volumes: ['node-volume-limits', 'volume-binding', 'volume-restrictions', 'volume-zone'],
    };
    const twins = encodings.flatMap((name) => others[name] ?? [name]);
    expect(twins.filter((name) => !existsSync(`src/rules/${name}.ts`))).toEqual([]);
    expect(Object.keys(others).filter((name) => !encodings.includes(name))).toEqual([]);
  });

  it('that have a kernel have it in the file of the same name', () => {
    const kernels = pathsUnder('assembly/rules').map((path) => basename(path, '.ts'));
    /** Kernels that several rules share. */
    const shared = ['host-lane', 'resource-shares', 'row-count'];
    expect(kernels.filter((name) => !shared.includes(name) && !existsSync(`src/rules/${name}.ts`))).toEqual([]);
    expect(shared.filter((name) => !kernels.includes(name))).toEqual([]);
  });
});

describe('error codes', () => {
  const raised = new Map<string, string>();
  for (const { path, text } of src) {
    for (const [, code] of text.matchAll(/\bnew PlimsollError\(\s*'(\w+)'/g)) raised.set(code as string, path);
  }

  it('in use are in the table', () => {
    expect([...raised].filter(([code]) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  it('in the table are in use or reserved', () => {
    const quoted = new Set(src.filter(({ path }) => path !== 'src/base/errors.ts').flatMap(({ text }) => text.match(/'[A-Z_]+'/g) ?? []));
    const idle = Object.keys(ERROR_CODES).filter((code) => !raised.has(code) && !quoted.has(`'${code}'`));
    expect(idle).toEqual([...RESERVED_CODES]);
  });

  it('have one sentence each', () => {
    for (const [code, sentence] of Object.entries(ERROR_CODES)) expect(sentence, code).toMatch(/^[A-Z][^\n]+\.$/);
  });
});
