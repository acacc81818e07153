import { assert } from '../base/assert.ts';
import type { Core } from '../layout/core.ts';
import { TABLE_BYTES, TABLE_CELLS, TABLE_FLOAT } from '../layout/layout.generated.ts';
import type { PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import { type CarriedTerm, type CountTableSpec, labelToken, type Tally } from '../rules/encode/encoder.ts';
import { ENCODINGS } from '../rules/encode/index.ts';
import type { Semantics } from '../rules/rule.ts';
import type { Columns } from './columns.ts';
import { type Effect, TemplateEntry, writeUsage } from './templates.ts';

interface TallyUse {
  readonly table: number;
  readonly column: number;
  readonly include: number;
  readonly weight: number;
}

interface TallyState {
  readonly tally: Tally;
  readonly counted: { readonly entry: TemplateEntry; readonly times: number }[];
  readonly uses: TallyUse[];
}

interface CountTable {
  readonly key: string;
  readonly address: number;
  readonly cells: number;
  readonly bytes: number;
  readonly tallies: readonly TallyState[];
  /** Classes that use it. */
  holds: number;
}

/**
 * Which templates exist, what is counted about their pods, and the tables of counts. A placement finds the cells it changes in its template's
 * effects, so keeping all tables exact costs a few additions per placement however many tables there are.
 */
export class Counts {
  private readonly core: Core;
  private readonly columns: Columns;
  private readonly objects: ClusterObjects;
  private readonly semantics: Semantics;
  private readonly entries = new Map<PodTemplate, TemplateEntry>();
  private entriesByToken: Map<string, TemplateEntry[]> | undefined;
  private readonly tallies = new Map<string, TallyState>();
  private readonly talliesByAnchor = new Map<string, TallyState[]>();
  private readonly looseTallies: TallyState[] = [];
  private readonly tables = new Map<string, CountTable>();
  private readonly tableByAddress = new Map<number, CountTable>();
  private readonly terms = new Map<string, CarriedTerm>();
  private readonly termsByAnchor = new Map<string, CarriedTerm[]>();
  private readonly looseTerms: CarriedTerm[] = [];
  /** Called when a term appears that no template carried before: requests compiled earlier may have to heed it. */
  onNewTerm: (term: CarriedTerm) => void = () => {};

  constructor(core: Core, columns: Columns, objects: ClusterObjects, semantics: Semantics) {
    this.core = core;
    this.columns = columns;
    this.objects = objects;
    this.semantics = semantics;
  }

  /** All tables, for audits. */
  get all(): Iterable<Pick<CountTable, 'key' | 'address' | 'bytes'>> {
    return this.tables.values();
  }

  get templateCount(): number {
    return this.entries.size;
  }

  /** The entry of a template, made on first sight. Amortised O(1) per pod. */
  entry(template: PodTemplate): TemplateEntry {
    return this.entries.get(template) ?? this.register(template);
  }

  /**
   * Address of the TABLE with these counts, made and filled from the pods already placed on first sight. Every call is a hold that `release`
   * gives back; a table without holds is gone and comes back exact.
   */
  table(spec: CountTableSpec): number {
    const key = tableKey(spec);
    const known = this.tables.get(key);
    if (known) {
      known.holds++;
      return known.address;
    }
    const column = spec.topologyKey === undefined ? undefined : this.columns.labelColumn(spec.topologyKey, spec.missingAsEmpty ?? false);
    const bytes = (column ? column.values.length : this.columns.capacity) * (spec.float ? 8 : 4);
    const address = this.core.allocate(TABLE_BYTES);
    const cells = this.core.allocate(bytes);
    this.core.u32[(address + TABLE_CELLS) / 4] = cells;
    this.core.i32[(address + TABLE_FLOAT) / 4] = spec.float ? 1 : 0;
    const include = spec.include ? this.columns.mask(spec.include.key, spec.include.accepts) : 0;
    const tallies = spec.feeds.map(({ tally, weight }) => {
      const state = this.tally(tally);
      const use = { table: address, column: column?.address ?? 0, include, weight };
      state.uses.push(use);
      for (const { entry, times } of state.counted) this.connect(entry, state.tally, use, times);
      return state;
    });
    const table: CountTable = { key, address, cells, bytes, tallies, holds: 1 };
    this.tables.set(key, table);
    this.tableByAddress.set(address, table);
    return address;
  }

  /** Gives back one hold on a table. O(templates that it counts) when it was the last. */
  release(address: number): void {
    const table = this.tableByAddress.get(address);
    assert(table !== undefined && table.holds > 0, 'a table is released as often as it was asked for');
    if (--table.holds > 0) return;
    for (const state of new Set(table.tallies)) {
      for (const { entry } of state.counted) entry.removeEffects(address);
      removeWhere(state.uses, (use) => use.table === address);
      if (state.uses.length === 0) this.forgetTally(state);
    }
    this.tables.delete(table.key);
    this.tableByAddress.delete(address);
    this.core.release(table.cells, table.bytes);
    this.core.release(address, TABLE_BYTES);
  }

  /** Terms carried by known templates that select this template's pods. */
  termsOn(template: PodTemplate): readonly CarriedTerm[] {
    const found: CarriedTerm[] = [];
    if (this.terms.size === 0) return found;
    const consider = (terms: readonly CarriedTerm[] | undefined) => {
      for (const term of terms ?? []) if (term.selects(template)) found.push(term);
    };
    for (const token of labelTokens(template)) consider(this.termsByAnchor.get(token));
    consider(this.looseTerms);
    return found;
  }

  private register(template: PodTemplate): TemplateEntry {
    const terms = ENCODINGS.flatMap((encoding) => encoding.carriedTerms?.(template, this.objects) ?? []);
    const entry = new TemplateEntry(
      this.core,
      template,
      terms,
      writeUsage(this.core, this.columns, podUsage({ template }, this.semantics)),
    );
    this.entries.set(template, entry);
    if (this.entriesByToken) this.index(entry, this.entriesByToken);
    for (const state of this.looseTallies) this.countEntry(state, entry);
    for (const term of terms) this.addTerm(term);
    return entry;
  }

  private index(entry: TemplateEntry, index: Map<string, TemplateEntry[]>): void {
    for (const token of tokensOf(entry)) {
      push(index, token, entry);
      for (const state of this.talliesByAnchor.get(token) ?? []) this.countEntry(state, entry);
    }
  }

  /** The templates with a token. The index is made when first asked for: pods that nobody counts are never looked up. */
  private entriesWith(token: string): readonly TemplateEntry[] {
    if (!this.entriesByToken) {
      this.entriesByToken = new Map();
      for (const entry of this.entries.values()) this.index(entry, this.entriesByToken);
    }
    return this.entriesByToken.get(token) ?? [];
  }

  private addTerm(term: CarriedTerm): void {
    if (this.terms.has(term.key)) return;
    this.terms.set(term.key, term);
    if (term.anchor === undefined) this.looseTerms.push(term);
    else push(this.termsByAnchor, term.anchor, term);
    this.onNewTerm(term);
  }

  private tally(tally: Tally): TallyState {
    const known = this.tallies.get(tally.key);
    if (known) return known;
    const state: TallyState = { tally, counted: [], uses: [] };
    // Before the tally is anchored: making the index counts its entries for all anchored tallies.
    const candidates = tally.anchor === undefined ? this.entries.values() : this.entriesWith(tally.anchor);
    this.tallies.set(tally.key, state);
    if (tally.anchor === undefined) this.looseTallies.push(state);
    else push(this.talliesByAnchor, tally.anchor, state);
    for (const entry of candidates) this.countEntry(state, entry);
    return state;
  }

  private forgetTally(state: TallyState): void {
    const { key, anchor } = state.tally;
    this.tallies.delete(key);
    if (anchor === undefined) removeWhere(this.looseTallies, (other) => other === state);
    else {
      const anchored = this.talliesByAnchor.get(anchor) ?? [];
      removeWhere(anchored, (other) => other === state);
      if (anchored.length === 0) this.talliesByAnchor.delete(anchor);
    }
  }

  private countEntry(state: TallyState, entry: TemplateEntry): void {
    const times = state.tally.count(entry.template);
    if (times === 0) return;
    state.counted.push({ entry, times });
    for (const use of state.uses) this.connect(entry, state.tally, use, times);
  }

  private connect(entry: TemplateEntry, tally: Tally, use: TallyUse, times: number): void {
    const effect: Effect = {
      table: use.table,
      column: use.column,
      include: use.include,
      terminating: tally.terminating,
      weight: use.weight * times,
    };
    const address = entry.addEffect(effect);
    for (const row of entry.rows) this.core.exports.applyEffect(address, row, 1);
    if (tally.terminating) for (const row of entry.terminatingRows) this.core.exports.applyEffect(address, row, 1);
  }
}

function labelTokens(template: PodTemplate): string[] {
  const tokens: string[] = [];
  for (const [key, value] of template.labels) tokens.push(labelToken(key, value), labelToken(key, value, template.namespace));
  return tokens;
}

function tokensOf(entry: TemplateEntry): ReadonlySet<string> {
  const tokens = new Set(labelTokens(entry.template));
  for (const term of entry.terms) tokens.add(term.key);
  return tokens;
}

function tableKey(spec: CountTableSpec): string {
  const feeds = spec.feeds.map(({ tally, weight }) => `${weight}\u0001${tally.key}`).join('\u0002');
  return `${spec.topologyKey ?? '\u0003row'}\u0000${spec.missingAsEmpty ? 'e' : ''}\u0000${spec.include?.key ?? ''}\u0000${spec.float ? 'f' : 'i'}\u0000${feeds}`;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** All that match: one tally may feed a table several times, with different weights. */
function removeWhere<Value>(list: Value[], matches: (value: Value) => boolean): void {
  for (let at = list.length - 1; at >= 0; at--) if (matches(list[at] as Value)) list.splice(at, 1);
}
