import type { ErrorPlace } from '../base/errors.ts';
import type { RawObject } from '../model/parse/fields.ts';
import { SnapshotBuilder } from '../model/parse/snapshot-builder.ts';
import { reducedObject } from '../plan/field-table.ts';
import { readObjects } from '../sources/read-snapshot.ts';
import { Progress } from './progress.ts';
import { filenames, type InputFlags, type OutputFlags } from './run-options.ts';

/**
 * The objects of -f with the fields that are read, and those of other kinds with their kind alone: memory is that of the snapshot. What the reader refuses
 * is refused.
 */
export async function readChecked(flags: InputFlags & OutputFlags, paths = filenames(flags)): Promise<object[]> {
  const builder = new SnapshotBuilder({ defaults: flags.defaults });
  const progress = new Progress('reading', !flags.quiet);
  try {
    const objects = await readObjects(paths, {
      take: (object: RawObject, place: ErrorPlace) => {
        builder.add(object, place);
        return reducedObject(object) ?? { apiVersion: object.apiVersion, kind: object.kind };
      },
      onProgress: ({ bytes, bytesTotal }) => {
        if (bytesTotal !== undefined) progress.update(bytes, bytesTotal);
      },
    });
    builder.finish();
    return objects;
  } finally {
    progress.stop();
  }
}
