import { PlimsollError } from '../base/errors.ts';
import type { PodReference } from '../model/results.ts';

/** `shop/cart-7`, `cart-7`, and `pod/shop/cart-7` as `schedule -o name` prints it. */
export function podReference(argument: string, namespace: string | undefined): PodReference {
  const parts = argument.replace(/^pods?\/(?=[^/]+\/)/, '').split('/');
  const [first = '', second] = parts;
  if (parts.length > 2 || parts.includes('')) {
    throw new PlimsollError('USAGE', 'is not NAMESPACE/NAME', { path: 'pod', value: argument });
  }
  if (second === undefined) return { namespace: namespace ?? 'default', name: first };
  if (namespace !== undefined && namespace !== first) {
    throw new PlimsollError('USAGE', `is in another namespace than --namespace ${namespace}`, { path: 'pod', value: argument });
  }
  return { namespace: first, name: second };
}
