/**
 * Pins the oracle of a release to a patch of it: `node test/parity/oracle-pin.ts 1.36 4` writes oracle/versions/1.36.mod from the requirements of
 * Kubernetes v1.36.4 and has Go complete it and its sums. Needs the network; builds the release once on the way.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('./oracle/', import.meta.url));

/** Module file of the oracle for a patch, from upstream's own: the staging modules are those of the same release, in place of its folders. */
export function moduleFile(upstream: string, release: string, patch: number): string {
  const language = /^go (\S+)$/m.exec(upstream)?.[1];
  const staging = [...upstream.matchAll(/^\t(\S+) => \.\/staging\//gm)].map(([, name]) => name as string).sort();
  if (!release.startsWith('1.') || language === undefined || staging.length === 0) {
    throw new Error(`Kubernetes ${release}.${patch} has no module file as expected`);
  }
  const version = `v0.${release.slice(2)}.${patch}`;
  const replaced = staging.map((name) => `\t${name} => ${name} ${version}`);
  const head = ['module plimsoll.dev/oracle', '', `go ${language}`, '', `require k8s.io/kubernetes v${release}.${patch}`, '', 'replace ('];
  return `${[...head, ...replaced, ')'].join('\n')}\n`;
}

function go(args: readonly string[]): string {
  return execFileSync('go', args, { cwd: SOURCES, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [release, patch] = process.argv.slice(2);
  if (release === undefined || !/^\d+$/.test(patch ?? '')) throw new Error('usage: node test/parity/oracle-pin.ts <release> <patch>');
  const { Dir } = JSON.parse(go(['mod', 'download', '-json', `k8s.io/kubernetes@v${release}.${patch}`])) as { readonly Dir: string };
  const path = `${SOURCES}versions/${release}.mod`;
  writeFileSync(path, moduleFile(readFileSync(`${Dir}/go.mod`, 'utf8'), release, Number(patch)));
  const tag = `kube${release.replace('.', '')}`;
  go([
    'build',
    '-mod=mod',
    '-buildvcs=false',
    '-modfile',
    path,
    '-tags',
    tag,
    '-o',
    process.platform === 'win32' ? 'NUL' : '/dev/null',
    '.',
  ]);
}
