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
  const anchors = new Map<string, Extent | 'open'>();
  const open: OpenNode[] = [];
  let index = 0;
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors.clear();
        open.push({ anchor: undefined, values: 0, depth: 0 });
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const anchor = anchorOf(event, source);
        if (anchor !== undefined) anchors.set(anchor, 'open');
        open.push({ anchor, values: 1, depth: 1 });
        break;
      }
      case EVENT_ID.SCALAR: {
        const anchor = anchorOf(event, source);
        if (anchor !== undefined) anchors.set(anchor, { values: 1, depth: 0 });
        include(open, { values: 1, depth: 0 });
        break;
      }
      case EVENT_ID.ALIAS: {
        index = event.anchorStart;
        const target = anchors.get(source.slice(index, event.anchorEnd));
        const problem = target === 'open' ? 'an alias stands inside the value that it refers to' : target && include(open, target);
        if (problem) return { problem, index };
        break;
      }
      default: {
        const node = open.pop();
        if (!node) break;
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        const problem = include(open, node);
        if (problem) return { problem, index };
      }
    }
  }
  return undefined;
}

/** Counts a node into the one around it; returns what is too much. */
function include(open: OpenNode[], inner: Extent): string | undefined {
  const outer = open.at(-1);
  if (!outer) return undefined;
  outer.values += inner.values;
  outer.depth = Math.max(outer.depth, inner.depth + 1);
  if (outer.values > YAML_EXPANDED_VALUES_MAX) return `more than ${YAML_EXPANDED_VALUES_MAX} values once all aliases are followed`;
  if (outer.depth > DOCUMENT_DEPTH_MAX) return `nesting is deeper than ${DOCUMENT_DEPTH_MAX} once all aliases are followed`;
  return undefined;
}

function anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }, source: string): string | undefined {
  return event.anchorStart < 0 ? undefined : source.slice(event.anchorStart, event.anchorEnd);
}
