import {
  SHARE_ALLOCATABLE,
  SHARE_BYTES,
  SHARE_RECIPROCAL,
  SHARE_REQUEST,
  SHARE_USED,
  SHARE_WEIGHT,
  SHARES_BYTES,
  SHARES_EVERYWHERE,
  SHARES_RESOURCE_COUNT,
  SHARES_RESOURCES,
} from '../../layout/layout.generated.ts';
import { isScalarResource } from '../../model/names.ts';
import type { Amount } from '../../model/resources.ts';
import type { ResourceSpec } from '../resource-allocation.ts';
import type { RequestEncoder } from './encoder.ts';

/** One resource of a scoring list with the pod's request. */
export interface Share extends ResourceSpec {
  readonly request: Amount;
}

/** The listed resources that count for the pod: a scalar resource that it does not ask for is left out. */
export function sharesOf(resources: readonly ResourceSpec[], requests: readonly Amount[]): readonly Share[] {
  const shares = resources.map(({ name, weight }, i) => ({ name, weight, request: requests[i] as Amount }));
  return shares.filter(({ name, request }) => request !== 0n || !isScalarResource(name));
}

/** What a SHARES record says besides the rows. */
export function sharesSignature(shares: readonly Share[]): string {
  let text = '';
  for (const { name, weight, request } of shares) text += `${name}\u0000${request}\u0000${weight}\u0000`;
  return text;
}

/** Writes a SHARES record. `exact` as in `allocationsOn`. */
export function writeShares(encoder: RequestEncoder, shares: readonly Share[], exact: boolean): number {
  const address = encoder.allocate(SHARES_BYTES);
  const list = encoder.allocate(shares.length * SHARE_BYTES);
  encoder.u32(address + SHARES_RESOURCES, list);
  encoder.u32(address + SHARES_RESOURCE_COUNT, shares.length);
  let everywhere = true;
  shares.forEach(({ name, weight, request }, i) => {
    const at = list + i * SHARE_BYTES;
    const columns = encoder.resource(name);
    everywhere &&= columns.everywhere;
    encoder.u32(at + SHARE_ALLOCATABLE, columns.allocatable);
    encoder.u32(at + SHARE_USED, exact ? columns.used : (encoder.nonZeroColumn(name) ?? columns.used));
    encoder.u32(at + SHARE_RECIPROCAL, columns.reciprocal);
    encoder.i64(at + SHARE_REQUEST, request);
    encoder.i64(at + SHARE_WEIGHT, BigInt(weight));
  });
  encoder.u32(address + SHARES_EVERYWHERE, everywhere ? 1 : 0);
  return address;
}
