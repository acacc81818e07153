import type { Labels } from '../model/labels.ts';
import { type CompiledNodeTerm, compileNodeTerm } from '../model/match.ts';
import type { NodeSelectorTerm } from '../model/selector.ts';
import type { CSINode, PersistentVolume } from '../model/volume.ts';
import { type Translated, translatedAffinity, translatesOnNode } from './csi-migration.ts';

/** Where a volume can be used: its node affinity, compiled. Terms are ORed; undefined = everywhere. */
export type VolumeAffinity = readonly CompiledNodeTerm[] | undefined;

export function compileAffinity(terms: readonly NodeSelectorTerm[] | undefined): VolumeAffinity {
  return terms?.map(compileNodeTerm);
}

/**
 * Upstream `CheckNodeAffinity`. It shows the terms a node of labels alone, without a name, so `matchFields` never refuse;
 * a term that upstream cannot parse matches nothing.
 */
export function affinityMatches(affinity: VolumeAffinity, labels: Labels): boolean {
  if (affinity === undefined) return true;
  const node = { name: '', labels };
  return affinity.some((term) => term.matches(node));
}

/** The volume of a bound claim, ready to be compared with many nodes. */
export class BoundVolume {
  private readonly volume: PersistentVolume;
  private readonly own: VolumeAffinity;
  private migrated: Translated<VolumeAffinity> | undefined;

  constructor(volume: PersistentVolume) {
    this.volume = volume;
    this.own = compileAffinity(volume.nodeAffinity);
  }

  /** Whether the volume can be used on a node with these labels; `error`: upstream fails to translate it to CSI. */
  matches(labels: Labels, csiNode: CSINode | undefined): boolean | { readonly error: string } {
    const source = this.volume.inTree;
    if (source === undefined || !translatesOnNode(source.kind, csiNode)) return affinityMatches(this.own, labels);
    if (this.migrated === undefined) {
      const translated = translatedAffinity(this.volume, source);
      this.migrated =
        'error' in translated ? { error: `could not translate pv: ${translated.error}` } : { value: compileAffinity(translated.value) };
    }
    return 'error' in this.migrated ? this.migrated : affinityMatches(this.migrated.value, labels);
  }
}
