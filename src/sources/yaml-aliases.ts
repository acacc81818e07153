import { EVENT_ID, type Event } from 'js-yaml';
import { DOCUMENT_DEPTH_MAX, YAML_EXPANDED_VALUES_MAX } from '../base/limits.ts';

/** Values and nesting of a node once its aliases are followed. */
interface Extent {
  values: number;
  depth: number;
}

interface OpenNode extends Extent {
  readonly anchor: string | undefined;
}

export interface AliasProblem {
  readonly problem: string;
  /** Index of the last alias in the source before it was too much. */
  readonly index: number;
}

/**
 * Finds documents that are small as text and huge when followed: aliases share objects, so memory stays small, but every
 * reader that walks the document would visit each value as often as it is referred to. Linear in the number of events.
 */
export function findAliasProblem(events: readonly Event[], source: string): AliasProblem | undefined {
  if (!events.some((event) => event.type === EVENT_ID.ALIAS)) return undefined;
  const walk = new AliasWalk(source);
  let index = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.ALIAS) index = event.anchorStart;
    const problem = walk.take(event);
    if (problem !== undefined) return { problem, index };
  }
  return undefined;
}

class AliasWalk {
  private readonly source: string;
  private readonly anchors = new Map<string, Extent | 'open'>();
  private readonly open: OpenNode[] = [];

  constructor(source: string) {
    this.source = source;
  }

  /** Returns what is too much once the event is counted. */
  take(event: Event): string | undefined {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.anchors.clear();
        this.open.push({ anchor: undefined, values: 0, depth: 0 });
        return undefined;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const anchor = this.anchorOf(event);
        if (anchor !== undefined) this.anchors.set(anchor, 'open');
        this.open.push({ anchor, values: 1, depth: 1 });
        return undefined;
      }
      case EVENT_ID.SCALAR: {
        const anchor = this.anchorOf(event);
        if (anchor !== undefined) this.anchors.set(anchor, { values: 1, depth: 0 });
        return this.include({ values: 1, depth: 0 });
      }
      case EVENT_ID.ALIAS: {
        const target = this.anchors.get(this.source.slice(event.anchorStart, event.anchorEnd));
        if (target === 'open') return 'an alias stands inside the value that it refers to';
        return target && this.include(target);
      }
      default: {
        const node = this.open.pop();
        if (node?.anchor !== undefined) this.anchors.set(node.anchor, node);
        return node && this.include(node);
      }
    }
  }

  /** Counts a node into the one around it. */
  private include(inner: Extent): string | undefined {
    const outer = this.open.at(-1);
    if (!outer) return undefined;
    outer.values += inner.values;
    outer.depth = Math.max(outer.depth, inner.depth + 1);
    if (outer.values > YAML_EXPANDED_VALUES_MAX) return `more than ${YAML_EXPANDED_VALUES_MAX} values once all aliases are followed`;
    if (outer.depth > DOCUMENT_DEPTH_MAX) return `nesting is deeper than ${DOCUMENT_DEPTH_MAX} once all aliases are followed`;
    return undefined;
  }

  private anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    return event.anchorStart < 0 ? undefined : this.source.slice(event.anchorStart, event.anchorEnd);
  }
}
