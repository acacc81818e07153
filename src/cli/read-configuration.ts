import { PlimsollError } from '../base/errors.ts';
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
  const inputs = await resolveInputs([path]);
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) throw new PlimsollError('CONFIG', 'must be one file, not a directory', { file: path });
  const documents: unknown[] = [];
  const sink = {
    add(raw: unknown): void {
      documents.push(raw);
    },
  };
  try {
    const { format, all } = await sniff(utf8Text(unpacked(input.open({ bytes: 0 }))));
    if (format === 'json') await readJson(all, sink, path);
    else if (format === 'yaml') await readYaml(all, sink, path);
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ file: path }) : error;
  }
  if (documents.length === 1) return documents[0];
  const problem = documents.length === 0 ? 'holds no configuration' : `holds ${documents.length} documents instead of one`;
  throw new PlimsollError('CONFIG', problem, { file: path });
}
