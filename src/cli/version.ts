import type { Command } from 'commander';
import { ENGINE_VERSION } from '../base/version.ts';
import { KUBE_VERSION_DEFAULT, KUBE_VERSIONS } from '../model/gates.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { oneOf, single } from './flags.ts';
import { examples } from './help.ts';
import { writePieces } from './output.ts';

const FORMATS = ['table', 'json', 'yaml'] as const;

export function addVersion(program: Command): void {
  program
    .command('version')
    .description('Print the version of plimsoll and the Kubernetes releases it reproduces')
    .addOption(single('-o, --output <format>', `output: ${FORMATS.join(', ')}`, oneOf(FORMATS)).default('table'))
    .addHelpText('after', examples('# For a bug report\nplimsoll version -o json'))
    .action(({ output }: { readonly output: (typeof FORMATS)[number] }) => writePieces(versionPieces(output)));
  program.version(ENGINE_VERSION, '--version', 'print the version');
}

function versionPieces(output: (typeof FORMATS)[number]): Iterable<string> {
  const version = {
    plimsoll: ENGINE_VERSION,
    kubernetes: KUBE_VERSIONS,
    kubernetesDefault: KUBE_VERSION_DEFAULT,
    node: process.versions.node,
    platform: `${process.platform}/${process.arch}`,
  };
  if (output === 'json') return jsonPieces(version);
  if (output === 'yaml') return yamlPieces(version);
  return [
    `plimsoll ${version.plimsoll}\n`,
    `reproduces kube-scheduler of Kubernetes ${KUBE_VERSIONS.join(', ')} (default ${KUBE_VERSION_DEFAULT})\n`,
    `node ${version.node} on ${version.platform}\n`,
  ];
}
