import { EVENT_ID, type Event } from 'js-yaml';
import { PlimsollError } from '../base/errors.ts';
import { DOCUMENT_DEPTH_MAX, YAML_EXPANDED_VALUES_MAX } from '../base/limits.ts';

/** Values and nesting of a node once its aliases are followed. */
interface Extent {
  values: number;
  depth: number;
}

interface OpenNode extends Extent {
  readonly anchor: string | undefined;
}

/**
 * Refuses documents that are small as text and huge when followed: aliases share objects, so memory stays small, but every
 * reader that walks the document would visit each value as often as it is referred to. Linear in the number of events.
 */
export function checkAliases(events: readonly Event[], source: string): void {
  if (!events.some((event) => event.type === EVENT_ID.ALIAS)) return;
  const anchors = new Map<string, Extent | 'open'>();
  const open: OpenNode[] = [];
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
        const target = anchors.get(source.slice(event.anchorStart, event.anchorEnd));
        if (target === 'open') throw new PlimsollError('INPUT_LIMIT', 'an alias stands inside the value that it refers to');
        if (target) include(open, target);
        break;
      }
      default: {
        const node = open.pop();
        if (!node) break;
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        include(open, node);
      }
    }
  }
}

function include(open: OpenNode[], inner: Extent): void {
  const outer = open.at(-1);
  if (!outer) return;
  outer.values += inner.values;
  outer.depth = Math.max(outer.depth, inner.depth + 1);
  if (outer.values > YAML_EXPANDED_VALUES_MAX) {
    throw new PlimsollError('INPUT_LIMIT', `more than ${YAML_EXPANDED_VALUES_MAX} values once all aliases are followed`);
  }
  if (outer.depth > DOCUMENT_DEPTH_MAX) throw new PlimsollError('INPUT_LIMIT', `nesting is deeper than ${DOCUMENT_DEPTH_MAX}`);
}

function anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }, source: string): string | undefined {
  return event.anchorStart < 0 ? undefined : source.slice(event.anchorStart, event.anchorEnd);
}
