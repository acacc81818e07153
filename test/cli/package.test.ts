import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { ROOT, runCli } from './run-cli.ts';

describe('the package', () => {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  const [{ files }] = JSON.parse(text) as [{ files: { path: string }[] }];
  const paths = new Set(files.map(({ path }) => path));
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

  it('has the pages, schemas and examples that its README and its help name', async () => {
    const help = await Promise.all(
      createProgram(() => {}).commands.map(async (command) => (await runCli(['help', command.name()])).stdout),
    );
    const named = [readme, ...help].flatMap((page) => page.match(/\b(?:docs|examples)\/[\w./-]+\.\w+/g) ?? []);
    expect(named).toEqual(expect.arrayContaining(['docs/catalogue.md', 'docs/fit.md', 'examples/shop.yaml']));
    expect(named.filter((path) => !paths.has(path))).toEqual([]);
    expect(readdirSync(join(ROOT, 'docs/schema')).filter((name) => !paths.has(`docs/schema/${name}`))).toEqual([]);
  });

  it('has nothing that only a clone needs', () => {
    const tops = new Set([...paths].map((path) => path.split('/')[0]));
    expect([...tops].filter((top) => top !== 'dist').sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'docs', 'examples', 'package.json'].sort(),
    );
    expect([...paths].filter((path) => /\.(png|svg|test\.|map$)/.test(path))).toEqual([]);
  });
});
