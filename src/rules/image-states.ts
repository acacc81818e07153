import type { Node } from '../model/node.ts';

/** Global facts about one image name (upstream ImageStateSummary). */
export interface ImageState {
  /** As first reported, in node order. */
  readonly sizeBytes: number;
  readonly nodeCount: number;
}

type Counted = { -readonly [Key in keyof ImageState]: ImageState[Key] };

/** Which nodes report which image. Nodes can be taken out and put back. */
export class ImageStates {
  private readonly nodes: readonly Node[];
  private readonly states = new Map<string, Counted>();
  private rows: Map<string, number[]> | undefined;
  private readonly out = new Set<number>();

  /** O(names of images on all nodes). */
  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
    for (const node of nodes) {
      for (const [name, sizeBytes] of reportedBy(node)) {
        const state = this.states.get(name);
        if (state) state.nodeCount++;
        else this.states.set(name, { sizeBytes, nodeCount: 1 });
      }
    }
  }

  /** Undefined: no node has the image. */
  get(name: string): ImageState | undefined {
    const state = this.states.get(name);
    return state && state.nodeCount > 0 ? state : undefined;
  }

  /** Rows whose node reports the image, ascending; also those that are out. */
  rowsWith(name: string): readonly number[] {
    this.rows ??= this.rowsByName();
    return this.rows.get(name) ?? [];
  }

  /** As if the node were not there. O(images of the node, each with the rows before the first that is in). */
  takeOut(row: number): void {
    this.out.add(row);
    this.recount(row, -1);
  }

  putBack(row: number): void {
    this.out.delete(row);
    this.recount(row, 1);
  }

  private recount(row: number, change: 1 | -1): void {
    for (const name of reportedBy(this.nodes[row] as Node).keys()) {
      const state = this.states.get(name) as Counted;
      state.nodeCount += change;
      const first = this.rowsWith(name).find((other) => !this.out.has(other));
      const isNewFirst = first !== undefined && (change === 1 ? first === row : first > row);
      if (isNewFirst) state.sizeBytes = reportedBy(this.nodes[first] as Node).get(name) as number;
    }
  }

  private rowsByName(): Map<string, number[]> {
    const rows = new Map<string, number[]>();
    for (const [row, node] of this.nodes.entries()) {
      for (const name of reportedBy(node).keys()) {
        const others = rows.get(name);
        if (others) others.push(row);
        else rows.set(name, [row]);
      }
    }
    return rows;
  }
}

/** Bytes of each name, as the node first lists it. */
function reportedBy({ images }: Node): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { names, sizeBytes } of images) for (const name of names) if (!sizes.has(name)) sizes.set(name, sizeBytes);
  return sizes;
}
