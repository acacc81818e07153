import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { OBJECT_BYTES_MAX } from '../base/limits.ts';
import { type HostMap, NO_HOSTS } from '../model/hosts.ts';
import { mergeHosts, parseHosts, parseLevelLabels } from '../model/hosts-csv.ts';
import { unpacked } from '../sources/bytes.ts';
import { utf8Text } from '../sources/encoding.ts';
import { sniff } from '../sources/format.ts';
import { resolveInputs } from '../sources/inputs.ts';
import { readJson } from '../sources/json-reader.ts';
import { readYaml } from '../sources/yaml-reader.ts';

/**
 * The one document of a configuration file, JSON or YAML, '-' for standard input, with the same limits as a cluster dump.
 * @throws PlimsollError INPUT_* with the file, CONFIG when it is not exactly one object.
 */
export async function readConfigurationFile(path: string): Promise<unknown> {
  const documents: unknown[] = [];
  const sink = {
    add(raw: unknown): void {
      documents.push(raw);
    },
  };
  await inFile(path, async (bytes) => {
    const { format, all } = await sniff(bytes);
    if (format === 'json') await readJson(all, sink, path);
    else if (format === 'yaml') await readYaml(all, sink, path);
  });
  if (documents.length === 1) return documents[0];
  const problem = documents.length === 0 ? 'holds no configuration' : `holds ${documents.length} documents instead of one`;
  throw new PlimsollError('CONFIG', problem, { file: path });
}

/**
 * Every object of the manifests in a file, JSON or YAML, '-' for standard input, each with its place.
 * @throws PlimsollError INPUT_* with the file.
 */
export async function readManifests(path: string): Promise<{ readonly manifest: unknown; readonly place: ErrorPlace }[]> {
  const manifests: { readonly manifest: unknown; readonly place: ErrorPlace }[] = [];
  const sink = {
    add(manifest: unknown, place: ErrorPlace): void {
      manifests.push({ manifest, place: { file: path, ...place } });
    },
  };
  await inFile(path, async (bytes) => {
    const { format, all } = await sniff(bytes);
    if (format === 'json') await readJson(all, sink, path);
    else if (format === 'yaml') await readYaml(all, sink, path);
    else throw new PlimsollError('INPUT_SYNTAX', 'holds no manifest');
  });
  return manifests;
}

/** The tables of host files and the node labels of --host-labels, as one mapping; undefined when nothing is given. */
export async function readHosts(paths: readonly string[], labels: string | undefined): Promise<HostMap | undefined> {
  if (paths.length === 0 && labels === undefined) return undefined;
  const texts: { readonly text: string; readonly file: string }[] = [];
  for (const path of paths) texts.push({ text: await readText(path), file: path });
  const mapped = texts.length > 0 ? parseHosts(texts) : NO_HOSTS;
  return labels === undefined ? mapped : mergeHosts(mapped, levelLabels(labels));
}

function levelLabels(labels: string): HostMap {
  try {
    return parseLevelLabels(labels);
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ path: '--host-labels' }) : error;
  }
}

/** All of a text file; "-" is standard input. @throws PlimsollError INPUT_* with the file. */
export async function readText(path: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  await inFile(path, async (bytes) => {
    for await (const chunk of bytes) {
      length += chunk.length;
      if (length > OBJECT_BYTES_MAX) throw new PlimsollError('INPUT_LIMIT', `is larger than ${OBJECT_BYTES_MAX} bytes`);
      parts.push(chunk);
    }
  });
  return Buffer.concat(parts).toString('utf8');
}

/** Runs a reader over the checked text of one file; its errors name the file. */
async function inFile(path: string, read: (bytes: AsyncGenerator<Buffer>) => Promise<void>): Promise<void> {
  const [input, other] = await resolveInputs([path]);
  if (input === undefined || other !== undefined) throw new PlimsollError('USAGE', 'must be one file, not a directory', { file: path });
  try {
    await read(utf8Text(unpacked(input.open({ bytes: 0 }))));
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ file: path }) : error;
  }
}
