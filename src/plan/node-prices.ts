import { PlimsollError } from '../base/errors.ts';
import { type Catalogue, INSTANCE_TYPE_LABEL, PRICE_DIGITS, priceOfNode } from '../model/catalogue.ts';
import type { Node } from '../model/node.ts';

/**
 * What each node costs per hour, by name, in the currency of the catalogue. Doubles: sums of prices are for people.
 * @throws PlimsollError NOT_FOUND when the catalogue does not know a node: a sum without it would be wrong.
 */
export function nodePrices(nodes: readonly Node[], catalogue: Catalogue): ReadonlyMap<string, number> {
  return new Map(
    nodes.map(({ name, labels }) => {
      const price = priceOfNode(catalogue, labels);
      if (price === undefined) {
        const type = labels.get(INSTANCE_TYPE_LABEL);
        const hint = type === undefined ? `it has no label ${INSTANCE_TYPE_LABEL}` : `add a row for ${type} to the catalogue`;
        throw new PlimsollError('NOT_FOUND', 'the catalogue has no price for this node', { path: 'nodes', value: name, hint });
      }
      return [name, Number(price) / 10 ** PRICE_DIGITS];
    }),
  );
}
