import {
  FIT_REQUESTS, FIT_REQUEST_ALLOCATABLE, FIT_REQUEST_AMOUNT, FIT_REQUEST_BYTES, FIT_REQUEST_COUNT, FIT_REQUEST_USED, FLEET_ADDRESS, FLEET_POD_COUNT,
  FLEET_POD_LIMIT,
} from '../layout.generated';
import { refusePair } from '../lane';

/** podCount + 1 > limit, or request > allocatable - used for some request above zero. Differences never overflow: both sides are >= 0. */
export function filterNodeResourcesFit(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const podCount = load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT);
  const podLimit = load<usize>(FLEET_ADDRESS, FLEET_POD_LIMIT);
  const requests = load<usize>(params, FIT_REQUESTS);
  const count = <usize>load<i32>(params, FIT_REQUEST_COUNT);
  const last = requests + count * FIT_REQUEST_BYTES;
  for (let row = begin; row < end; row += 2) {
    const at4 = <usize>row << 2;
    const at8 = <usize>row << 3;
    let refused = i32x4.bitmask(i32x4.ge_s(v128.load64_zero(podCount + at4), v128.load64_zero(podLimit + at4))) & 3;
    for (let request = requests; request < last; request += FIT_REQUEST_BYTES) {
      const free = i64x2.sub(v128.load(load<usize>(request, FIT_REQUEST_ALLOCATABLE) + at8), v128.load(load<usize>(request, FIT_REQUEST_USED) + at8));
      refused |= i64x2.bitmask(i64x2.gt_s(v128.load64_splat(request, FIT_REQUEST_AMOUNT), free));
    }
    if (refused) refusePair(lane, row, refused, code);
  }
}

/**
 * Why each row is refused, for messages: bit 0 = too many pods, bit 1 + i = request i is insufficient, bit 31 = some insufficient request
 * exceeds the row's allocatable (UnschedulableAndUnresolvable). At most 30 requests; the host uses the twin beyond.
 */
export function diagnoseNodeResourcesFit(params: usize, begin: i32, end: i32, out: usize): void {
  const podCount = load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT);
  const podLimit = load<usize>(FLEET_ADDRESS, FLEET_POD_LIMIT);
  const requests = load<usize>(params, FIT_REQUESTS);
  const count = load<i32>(params, FIT_REQUEST_COUNT);
  for (let row = begin; row < end; row++) {
    const at8 = <usize>row << 3;
    let bits = load<i32>(podCount + (<usize>row << 2)) >= load<i32>(podLimit + (<usize>row << 2)) ? 1 : 0;
    for (let i = 0; i < count; i++) {
      const request = requests + <usize>i * FIT_REQUEST_BYTES;
      const amount = load<i64>(request, FIT_REQUEST_AMOUNT);
      const allocatable = load<i64>(load<usize>(request, FIT_REQUEST_ALLOCATABLE) + at8);
      if (amount <= allocatable - load<i64>(load<usize>(request, FIT_REQUEST_USED) + at8)) continue;
      bits |= 2 << i;
      if (amount > allocatable) bits |= <i32>0x80000000;
    }
    store<i32>(out + (<usize>row << 2), bits);
  }
}
