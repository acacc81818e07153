import {
  SHARE_ALLOCATABLE,
  SHARE_BYTES,
  SHARE_REQUEST,
  SHARE_USED,
  SHARE_WEIGHT,
  SHARES_BYTES,
  SHARES_RESOURCE_COUNT,
  SHARES_RESOURCES,
} from '../../layout/layout.generated.ts';
import { isScalarResource } from '../../model/names.ts';
import type { Amount } from '../../model/resources.ts';
import type { ResourceSpec } from '../resource-allocation.ts';
import type { RequestEncoder } from './encoder.ts';

/** Writes a SHARES record; a scalar resource that the pod does not ask for is left out. `exact` as in `allocationsOn`. */
export function writeShares(
  encoder: RequestEncoder,
  resources: readonly ResourceSpec[],
  requests: readonly Amount[],
  exact: boolean,
): number {
  const shares = resources.flatMap(({ name, weight }, i) => {
    const request = requests[i] as Amount;
    return request === 0n && isScalarResource(name) ? [] : [{ name, weight, request }];
  });
  const address = encoder.allocate(SHARES_BYTES);
  const list = encoder.allocate(shares.length * SHARE_BYTES);
  encoder.u32(address + SHARES_RESOURCES, list);
  encoder.u32(address + SHARES_RESOURCE_COUNT, shares.length);
  shares.forEach(({ name, weight, request }, i) => {
    const at = list + i * SHARE_BYTES;
    const columns = encoder.resource(name);
    encoder.u32(at + SHARE_ALLOCATABLE, columns.allocatable);
    encoder.u32(at + SHARE_USED, exact ? columns.used : (encoder.nonZeroColumn(name) ?? columns.used));
    encoder.i64(at + SHARE_REQUEST, request);
    encoder.i64(at + SHARE_WEIGHT, BigInt(weight));
  });
  return address;
}
