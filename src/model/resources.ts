/** An exact whole amount in upstream's unit: milli-CPU for `cpu`, bytes for memory and storage, counts otherwise; saturates at int64. */
export type Amount = bigint;

export const AMOUNT_MAX: Amount = (1n << 63n) - 1n;

/** The scheduler's resource vector (upstream framework.Resource). A scalar that is present with 0 differs from an absent one. */
export interface ResourceVector {
  readonly cpu: Amount;
  readonly memory: Amount;
  readonly ephemeralStorage: Amount;
  readonly scalars: ReadonlyMap<string, Amount>;
}

export interface NodeResources extends ResourceVector {
  /** status.allocatable.pods. */
  readonly pods: Amount;
}

/** Exact decimal value of a parsed quantity, in units of 10^-9. */
export type NanoQuantity = bigint;

/** A container's or pod's resource list as written: resource name to exact quantity. */
export type QuantityList = ReadonlyMap<string, NanoQuantity>;

export const NO_QUANTITIES: QuantityList = new Map();

/** The vector's amount of a resource by its Kubernetes name; 0 when absent. */
export function amountOf(vector: ResourceVector, name: string): Amount {
  switch (name) {
    case 'cpu':
      return vector.cpu;
    case 'memory':
      return vector.memory;
    case 'ephemeral-storage':
      return vector.ephemeralStorage;
    default:
      return vector.scalars.get(name) ?? 0n;
  }
}
