import type { Amount } from '../model/resources.ts';

const BINARY_UNITS = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** An amount with its resource as people write it: `300m CPU`, `1.5Gi memory`, `2 nvidia.com/gpu`. Sizes are rounded up. */
export function amountText(resource: string, amount: Amount): string {
  if (resource === 'cpu') return amount % 1000n === 0n ? `${amount / 1000n} CPU` : `${amount}m CPU`;
  const isSize = resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
  return `${isSize ? sizeText(amount) : amount} ${resource}`;
}

/** Bytes in the largest binary unit that they fill, to one decimal, rounded up so that the size named is always enough. */
function sizeText(bytes: Amount): string {
  if (bytes < 1024n) return `${bytes} bytes`;
  let unit = 0;
  while (unit < BINARY_UNITS.length - 1 && bytes >= 1n << BigInt(10 * (unit + 2))) unit++;
  const size = 1n << BigInt(10 * (unit + 1));
  const tenths = (bytes * 10n + size - 1n) / size;
  return `${tenths / 10n}${tenths % 10n === 0n ? '' : `.${tenths % 10n}`}${BINARY_UNITS[unit]}`;
}
