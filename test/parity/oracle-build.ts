/**
 * Builds the oracle of one Kubernetes release, or finds it built: `node test/parity/oracle-build.ts [release...]` (default all) prints the path of
 * each. The first build compiles kube-scheduler itself, which takes minutes; the binary is kept in the user's cache folder by release and sources.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('./oracle/', import.meta.url));
const VERSIONS = join(SOURCES, 'versions');
/** Characters of the compiler's output that an error carries. */
const OUTPUT_SHOWN = 4000;
/** What Go says when it cannot get modules; not a fault of the oracle. */
const UNREACHABLE = /dial tcp|no such host|connection refused|i\/o timeout|proxyconnect|Forbidden|missing go\.sum entry.*download/i;

/** A release of the oracle, such as 1.36. */
export type Release = string;

/** A binary, or why there is none. */
export type BuiltOracle = { readonly path: string } | { readonly skipped: string };

/** Releases the oracle can be built for, oldest first. */
export function oracleReleases(): readonly Release[] {
  return readdirSync(VERSIONS)
    .filter((name) => name.endsWith('.mod'))
    .map((name) => name.slice(0, -'.mod'.length))
    .sort();
}

/** The binary of a release as it would be with the sources as they are; undefined when it has not been built. */
export function findOracle(release: Release): string | undefined {
  const path = binaryPath(release);
  return existsSync(path) ? path : undefined;
}

/**
 * The binary of a release, built when there is none yet. `log` is told what is done. `skipped` says why it cannot be built here.
 *
 * @throws Error with the compiler's output when the sources do not compile.
 */
export async function buildOracle(
  release: Release,
  log: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<BuiltOracle> {
  if (!oracleReleases().includes(release)) {
    return { skipped: `there is no oracle for Kubernetes ${release}, only for ${oracleReleases().join(', ')}` };
  }
  const path = binaryPath(release);
  if (existsSync(path)) return { path };
  const version = await go(['version']);
  if (version.missing) return { skipped: 'Go is not installed (no `go` on the PATH), so that the oracle cannot be built' };
  log(`oracle ${release}: building with ${version.output.trim()}; the first time takes minutes`);
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const tag = `kube${release.replace('.', '')}`;
  const built = await go(['build', '-buildvcs=false', '-modfile', join(VERSIONS, `${release}.mod`), '-tags', tag, '-o', unfinished, '.']);
  if (built.code !== 0) {
    const output = built.output.slice(-OUTPUT_SHOWN);
    if (UNREACHABLE.test(output)) return { skipped: `the Go modules of Kubernetes ${release} cannot be downloaded: ${output.trim()}` };
    throw new Error(`the oracle for Kubernetes ${release} does not build:\n${output}`);
  }
  renameSync(unfinished, path);
  log(`oracle ${release}: ${path}`);
  return { path };
}

function binaryPath(release: Release): string {
  const hash = createHash('sha256');
  const files = readdirSync(SOURCES).filter((name) => name.endsWith('.go'));
  for (const name of [...files.sort(), `versions/${release}.mod`, `versions/${release}.sum`]) {
    hash.update(`${name}\n`).update(readFileSync(join(SOURCES, name)));
  }
  const name = process.platform === 'win32' ? 'oracle.exe' : 'oracle';
  return join(cacheFolder(), 'plimsoll', 'oracle', `${release}-${hash.digest('hex').slice(0, 16)}`, name);
}

function cacheFolder(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

interface GoResult {
  readonly missing: boolean;
  readonly code: number | null;
  readonly output: string;
}

function go(args: readonly string[]): Promise<GoResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd: SOURCES, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ missing: true, code: null, output });
      else reject(error);
    });
    child.on('close', (code) => resolve({ missing: false, code, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const releases = process.argv.length > 2 ? process.argv.slice(2) : oracleReleases();
  for (const release of releases) {
    const built = await buildOracle(release);
    process.stdout.write('path' in built ? `${built.path}\n` : `skipped: ${built.skipped}\n`);
    if ('skipped' in built) process.exitCode = 1;
  }
}
