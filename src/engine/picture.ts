import type { Node } from '../model/node.ts';
import type { Pod } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { ClusterView } from '../rules/view.ts';
import type { Columns } from './columns.ts';

/** What a picture is drawn from. */
export interface PictureSource {
  readonly nodes: readonly Node[];
  readonly objects: ClusterObjects;
  readonly semantics: Semantics;
  readonly columns: Columns;
  readonly podsOnRow: readonly (readonly Pod[])[];
}

/** The plain picture of a fleet, for the twins: made when it is first asked for, and then kept up pod by pod. */
export class Picture {
  private readonly source: PictureSource;
  private view: ClusterView | undefined;
  /** Rows to be drawn anew when the picture is asked for next. */
  private readonly behind = new Set<number>();

  constructor(source: PictureSource) {
    this.source = source;
  }

  /** As the cluster is now. O(rows drawn anew); O(nodes + pods) when made. */
  now(): ClusterView {
    this.view ??= this.make(this.source.objects);
    const { view, behind } = this;
    const { nodes, podsOnRow, columns } = this.source;
    if (behind.size === 0) return view;
    for (const row of behind) view.replaceRow(nodes[row] as Node, row, podsOnRow[row] as Pod[], !columns.isOut(row));
    behind.clear();
    view.keepOnly((row) => !columns.isOut(row));
    return view;
  }

  /** Pods that are promised a node, by its name, where there is a picture. */
  get nominated(): Map<string, Pod[]> | undefined {
    return this.view?.nominated;
  }

  podAdded(pod: Pod, row: number): void {
    if (!this.behind.has(row)) this.view?.rows[row]?.addPod(pod);
  }

  podRemoved(pod: Pod, row: number): void {
    if (!this.behind.has(row)) this.view?.rows[row]?.removePod(pod);
  }

  /** Nothing that the rows remember of pods that have left is left, and nodes may have gone or come back. */
  redraw(rows: Iterable<number>): void {
    if (this.view) for (const row of rows) this.behind.add(row);
  }

  /** Nothing that any row remembers is left; reservations of volumes stay. O(nodes + pods). */
  redrawAll(): void {
    if (this.view) this.view = this.make(this.view.reservedObjects());
  }

  /** The next picture begins with the volumes and claims of the objects. */
  forget(): void {
    this.view = undefined;
  }

  private make(objects: ClusterObjects): ClusterView {
    const { nodes, semantics, columns, podsOnRow } = this.source;
    this.behind.clear();
    const view = new ClusterView(nodes, objects, semantics, columns.images);
    for (let row = 0; row < nodes.length; row++) for (const pod of podsOnRow[row] as Pod[]) view.rows[row]?.addPod(pod);
    if (columns.nodeCount === nodes.length) return view;
    view.keepOnly((row) => !columns.isOut(row));
    for (const { node, row } of view.rows) if (columns.isOut(row)) view.nodeByName.delete(node.name);
    return view;
  }
}
