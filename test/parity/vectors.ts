import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeVersion } from '../../src/model/gates.ts';
import { decisionsIn, type UpstreamSide } from './campaign.ts';
import { drawCase } from './cases.ts';
import { differences } from './differential.ts';
import { askPlimsoll } from './plimsoll.ts';
import type { Answer, Mode, ParityCase } from './protocol.ts';

/** A case with upstream's answer. */
export interface Vector {
  readonly case: ParityCase;
  readonly answer: Answer;
}

/** First line of a file of vectors; the others are one vector each. */
export interface VectorsHeader {
  /** The release that answered, for example v1.36.2. */
  readonly kubernetes: string;
  readonly provenance: string;
}

const PROVENANCE =
  "Answers of kube-scheduler's own code (Apache-2.0) to generated clusters, recorded by `npm run parity -- --record` through test/parity/oracle; " +
  'one case with its answer a line. No data of any real cluster.';

/** Decisions wanted from each mode, and the most bytes of one line: large clusters repeat themselves. */
const WANTED: Readonly<Record<Mode, number>> = { explain: 700, sequence: 800, preempt: 250 };
const LINE_BYTES_MAX = 120_000;
/** Seeds of the recorded cases begin here, each release's apart from the others' and from those of live runs, so that together they cover more. */
const firstSeed = (version: KubeVersion): number => Number(version.replace('.', '')) * 10_000 + (SEEDS_PASSED_OVER[version] ?? 0) + 1;
/** From the very first seeds of 1.37 on VolumeZone would refuse nothing. */
const SEEDS_PASSED_OVER: Readonly<Partial<Record<KubeVersion, number>>> = { '1.37': 1000 };

export function readVectors(file: URL): { readonly header: VectorsHeader; readonly vectors: readonly Vector[] } {
  const [header = '{}', ...lines] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  return { header: JSON.parse(header), vectors: lines.map((line) => JSON.parse(line)) };
}

/** The bytes of a file; the same for the same vectors wherever it is written. */
export function packVectors(kubernetes: string, vectors: readonly Vector[]): Uint8Array {
  const header: VectorsHeader = { kubernetes, provenance: PROVENANCE };
  const lines = [header, ...vectors].map((line) => JSON.stringify(line));
  const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 });
  // Byte 9 names the operating system: 255 is "unknown" (RFC 1952). Node leaves the time at 0.
  bytes[9] = 255;
  return bytes;
}

/** Asks upstream about cases of all modes, seed by seed, until there are enough decisions. Features meet by the draw of each seed. */
export async function recordVectors(upstream: UpstreamSide, version: KubeVersion): Promise<readonly Vector[]> {
  const vectors: Vector[] = [];
  for (const mode of Object.keys(WANTED) as Mode[]) {
    let decisions = 0;
    for (let seed = firstSeed(version); decisions < WANTED[mode]; seed++) {
      const { parityCase } = drawCase(seed, mode, version);
      const vector: Vector = { case: parityCase, answer: await upstream.ask(parityCase) };
      if (JSON.stringify(vector).length > LINE_BYTES_MAX) continue;
      vectors.push(vector);
      decisions += decisionsIn(vector.answer);
    }
  }
  return vectors;
}

/** The first thing that Plimsoll says otherwise than the vector, as text. */
export async function wrongIn({ case: parityCase, answer }: Vector): Promise<string | undefined> {
  const [first] = differences(answer, await askPlimsoll(parityCase));
  if (!first) return undefined;
  const { what, where, upstream, plimsoll } = first;
  return `${parityCase.name}: ${what}: ${where}: upstream ${JSON.stringify(upstream)}, plimsoll ${JSON.stringify(plimsoll)}`;
}
