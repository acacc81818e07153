import type { PodTemplate } from '../../model/pod.ts';
import type { RuleEncoding } from './encoder.ts';

// The volume rules read claims, volumes and attachments, which placements change (VolumeBinding reserves). They run through their plain twins,
// and only for pods with a volume that concerns them: for all others upstream's PreFilter skips them.

type Kinds = ReadonlySet<PodTemplate['volumes'][number]['kind']>;

const CLAIMS: Kinds = new Set(['claim', 'ephemeral']);
const DISKS: Kinds = new Set(['claim', 'gce', 'ebs', 'iscsi', 'rbd']);
const ATTACHED: Kinds = new Set(['claim', 'ephemeral', 'gce', 'ebs', 'azureDisk', 'azureFile', 'cinder', 'vsphere', 'portworx']);

function concerns(template: PodTemplate, kinds: Kinds): boolean {
  return template.volumes.some(({ kind }) => kinds.has(kind));
}

function filterFor(kinds: Kinds): RuleEncoding {
  return {
    filter(encoder) {
      if (concerns(encoder.template, kinds)) encoder.hostFilter();
    },
  };
}

export const encodeVolumeRestrictions = filterFor(DISKS);
export const encodeNodeVolumeLimits = filterFor(ATTACHED);
export const encodeVolumeZone = filterFor(CLAIMS);

export const encodeVolumeBinding: RuleEncoding = {
  ...filterFor(CLAIMS),
  score(encoder) {
    if (encoder.semantics.gates.StorageCapacityScoring && concerns(encoder.template, CLAIMS)) encoder.hostScore();
  },
};
