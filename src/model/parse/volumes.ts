/** Pod volumes as far as scheduling reads them; every other source (configMap, projected, emptyDir, ...) is left out. */
import type { Volume } from '../volume.ts';
import { flagAt, join, objectAt, optionalTextAt, type RawObject, textAt, textsAt } from './fields.ts';

type Reader = (source: RawObject, name: string, path: string) => Volume;

/** By the name of the source field; the first that is present counts. */
const READERS: Readonly<Record<string, Reader>> = {
  persistentVolumeClaim: (source, name, path) => ({
    kind: 'claim',
    name,
    claimName: textAt(source, 'claimName', path),
    readOnly: flagAt(source, 'readOnly', path),
  }),
  ephemeral: (_source, name) => ({ kind: 'ephemeral', name }),
  gcePersistentDisk: (source, name, path) => ({
    kind: 'gce',
    name,
    pdName: textAt(source, 'pdName', path),
    readOnly: flagAt(source, 'readOnly', path),
  }),
  awsElasticBlockStore: (source, name, path) => ({ kind: 'ebs', name, volumeID: textAt(source, 'volumeID', path) }),
  iscsi: (source, name, path) => ({ kind: 'iscsi', name, iqn: textAt(source, 'iqn', path), readOnly: flagAt(source, 'readOnly', path) }),
  rbd: readRBD,
  azureDisk: readAzureDisk,
  azureFile: (source, name, path) => ({
    kind: 'azureFile',
    name,
    shareName: textAt(source, 'shareName', path),
    secretName: textAt(source, 'secretName', path),
    secretNamespace: '',
  }),
  cinder: (source, name, path) => ({ kind: 'cinder', name, volumeID: textAt(source, 'volumeID', path) }),
  vsphereVolume: (source, name, path) => ({ kind: 'vsphere', name, volumePath: textAt(source, 'volumePath', path) }),
  portworxVolume: (source, name, path) => ({ kind: 'portworx', name, volumeID: textAt(source, 'volumeID', path) }),
  csi: (source, name, path) => ({ kind: 'csiInline', name, driver: textAt(source, 'driver', path) }),
  image: (source, name, path) => ({ kind: 'image', name, reference: textAt(source, 'reference', path) }),
};

/** The source fields that are read. */
export const VOLUME_SOURCES: readonly string[] = Object.keys(READERS);

/** undefined for a source that scheduling does not read. `stored`: as the API server keeps it (rbd pool `rbd`, azureDisk kind `Shared`). */
export function readVolume(raw: RawObject, path: string, stored: boolean): Volume | undefined {
  const name = textAt(raw, 'name', path);
  for (const field of VOLUME_SOURCES) {
    const source = objectAt(raw, field, path);
    if (source === undefined) continue;
    const volume = (READERS[field] as Reader)(source, name, join(path, field));
    return stored ? withSourceDefaults(volume) : volume;
  }
  return undefined;
}

function readRBD(source: RawObject, name: string, path: string): Volume {
  return {
    kind: 'rbd',
    name,
    monitors: textsAt(source, 'monitors', path),
    pool: textAt(source, 'pool', path),
    image: textAt(source, 'image', path),
    readOnly: flagAt(source, 'readOnly', path),
  };
}

function readAzureDisk(source: RawObject, name: string, path: string): Volume {
  const diskKind = optionalTextAt(source, 'kind', path);
  return {
    kind: 'azureDisk',
    name,
    diskName: textAt(source, 'diskName', path),
    diskURI: textAt(source, 'diskURI', path),
    ...(diskKind !== undefined && { diskKind }),
  };
}

function withSourceDefaults(volume: Volume): Volume {
  if (volume.kind === 'rbd' && volume.pool === '') return { ...volume, pool: 'rbd' };
  if (volume.kind === 'azureDisk' && volume.diskKind === undefined) return { ...volume, diskKind: 'Shared' };
  return volume;
}
