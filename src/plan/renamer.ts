import { millisecondsOf, timestampOf } from '../base/calendar.ts';
import { PlimsollError } from '../base/errors.ts';
import type { Renaming, Role } from './field-shape.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { KUBERNETES_DRIVERS, KUBERNETES_GROUP, KUBERNETES_KEYS, KUBERNETES_KINDS, PUBLIC_VALUE_KEYS } from './public-names.ts';

/** Where the earliest time of an anonymised snapshot lies. Not 1970: a time of 0 means none. */
const EPOCH = '2000-01-01T00:00:00Z';
const PART_LENGTH_MAX = 63;
/** What may be as long as it likes, and has to keep its form. */
const UNBOUNDED: ReadonlySet<Role> = new Set(['image', 'volume', 'address', 'driver', 'group']);
const NUMBER = /^[+-]?[0-9]+$/;

/** Which pseudonym a text gets, by what it is. Everything is collected once before anything is renamed. */
export class Renamer {
  private readonly keep: ReadonlySet<string>;
  private readonly pseudonyms: Pseudonyms;
  private readonly uids = new Map<string, string>();
  private readonly comparedKeys = new Set<string>();
  private earliestMs = Number.POSITIVE_INFINITY;

  constructor(keep: ReadonlySet<string>) {
    this.keep = keep;
    this.pseudonyms = new Pseudonyms(keep);
  }

  keepOrdinals(below: number): void {
    this.pseudonyms.keepOrdinals(below);
  }

  /** Values of the key are compared as numbers: those stay. */
  keepNumbers(key: string): void {
    this.comparedKeys.add(key);
  }

  /** The first walk; what it returns is of no use. */
  readonly collect: Renaming = (role, text, key) => {
    if (role === 'time') this.earliestMs = Math.min(this.earliestMs, timeOf(text));
    else
      this.map(role, text, key, (part) => {
        this.pseudonyms.collect(part, !UNBOUNDED.has(role));
        return part;
      });
    return text;
  };

  /** The second walk. */
  readonly rename: Renaming = (role, text, key) => {
    if (role === 'time') return this.shifted(text);
    return this.map(role, text, key, (part) => this.pseudonyms.of(part, !UNBOUNDED.has(role)));
  };

  names(): ReadonlyMap<string, string> {
    return new Map([...this.pseudonyms.names(), ...Array.from(this.uids, ([uid, pseudonym]) => [pseudonym, uid] as const)]);
  }

  /** What was added to all times; 0 without any. */
  get shiftSeconds(): number {
    return Number.isFinite(this.earliestMs) ? (millisecondsOf(EPOCH) - Math.floor(this.earliestMs / 1000) * 1000) / 1000 : 0;
  }

  private map(role: Role, text: string, key: string, give: (part: string) => string): string {
    if (text === '' || this.keep.has(text)) return text;
    switch (role) {
      case 'word':
      case 'time':
        return text;
      case 'blank':
        return 'x';
      case 'kind':
        return KUBERNETES_KINDS.has(text) ? text : give(text);
      case 'group':
        return KUBERNETES_GROUP.test(text) ? text : give(text);
      case 'uid':
        return this.uid(text);
      case 'key':
        return this.key(text, give);
      case 'value':
        return this.value(text, key, give);
      case 'resource':
        return this.resource(text, give);
      case 'driver':
        return KUBERNETES_DRIVERS.has(text) ? text : give(text);
      case 'class':
        return /^system-(?:cluster|node)-critical$/.test(text) ? text : give(text);
      case 'scheduler':
        return text === 'default-scheduler' ? text : give(text);
      case 'address':
        return text === '0.0.0.0' ? text : give(text);
      case 'image':
        // An image without a tag means this one.
        return text.endsWith(':latest') ? `${give(text.slice(0, -':latest'.length))}:latest` : give(text);
      case 'volume':
        return volumeIdentifier(text, give);
      case 'name':
        return give(text);
    }
  }

  private uid(text: string): string {
    let pseudonym = this.uids.get(text);
    if (pseudonym === undefined) {
      pseudonym = `uid-${this.uids.size}`;
      this.uids.set(text, pseudonym);
    }
    return pseudonym;
  }

  private key(text: string, give: (part: string) => string): string {
    if (KUBERNETES_KEYS.has(text)) return text;
    const slash = text.indexOf('/');
    if (slash < 0) return likewiseLong(text, give(text));
    const domain = text.slice(0, slash);
    if (this.keep.has(domain)) return text;
    const name = text.slice(slash + 1);
    return `${give(domain)}/${likewiseLong(name, give(name))}`;
  }

  private value(text: string, key: string, give: (part: string) => string): string {
    if (PUBLIC_VALUE_KEYS.has(key) || this.keep.has(key) || (this.comparedKeys.has(key) && NUMBER.test(text))) return text;
    return likewiseLong(text, give(text));
  }

  /** What Kubernetes counts a resource as hangs on parts of its name. */
  private resource(text: string, give: (part: string) => string): string {
    const slash = text.indexOf('/');
    if (slash < 0)
      return /^(?:cpu|memory|storage|ephemeral-storage|pods|(?:hugepages|attachable-volumes)-.*)$/.test(text) ? text : give(text);
    const domain = text.slice(0, slash);
    if (this.keep.has(domain)) return text;
    const [, before = '', kubernetes = ''] = /^(.*?)((?:^|\.)?kubernetes\.io)?$/.exec(domain) ?? [];
    const [, requests = '', rest = ''] = /^(requests\.)?(.*)$/.exec(before) ?? [];
    return `${requests}${rest && give(rest)}${kubernetes}/${give(text.slice(slash + 1))}`;
  }

  private shifted(text: string): string {
    const ms = timeOf(text) + this.shiftSeconds * 1000;
    const fraction = ms % 1000;
    return timestampOf(ms).replace('Z', fraction === 0 ? 'Z' : `.${String(fraction).padStart(3, '0')}Z`);
  }
}

function timeOf(text: string): number {
  const ms = millisecondsOf(text);
  if (Number.isNaN(ms)) throw new PlimsollError('FIELD', 'must be an RFC 3339 time', { value: text });
  return ms;
}

/** A text that is too long for a label is refused, and has to be refused still. */
function likewiseLong(text: string, pseudonym: string): string {
  return text.length > PART_LENGTH_MAX && pseudonym.length <= PART_LENGTH_MAX ? pseudonym.padEnd(PART_LENGTH_MAX + 1, 'x') : pseudonym;
}

/** Words of the forms that identifiers of storage have: translations from in-tree volumes to CSI take them apart and put them together. */
const FORM = /^(?:aws:\/\/|vol(?=-)|projects$|zones$|regions$|disks$|UNSPECIFIED$)/;

function volumeIdentifier(text: string, give: (part: string) => string): string {
  return text
    .split(/(\/+)/)
    .map((part, i) => (i % 2 === 1 ? part : volumePart(part, give)))
    .join('');
}

function volumePart(part: string, give: (part: string) => string): string {
  const [form = ''] = (part === 'aws:' ? [part] : FORM.exec(part)) ?? [];
  const rest = part.slice(form.length);
  return rest === '' ? form : `${form}${give(rest)}`;
}
