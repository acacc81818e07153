import type { PodTemplate } from '../model/pod.ts';
import { type HintTable, type QueueHints, TURNED_BY_PLACEMENT } from './queue-hints.ts';

/** Waiting pods of one template that the same plugins refused: an event helps all of them or none. */
interface Group {
  readonly template: PodTemplate;
  readonly plugins: ReadonlySet<string>;
  /** Whether a placement can help at all. */
  readonly company: boolean;
  /** Pods with the number of placements and of departures at their last attempt. */
  readonly members: Member[];
  /** Answers of the hints by template of the event's pod. */
  readonly afterPlacement: Map<PodTemplate, boolean>;
  readonly afterDeletion: Map<PodTemplate, boolean>;
  readonly afterNominationLost: Map<PodTemplate, boolean>;
}

interface Member {
  readonly index: number;
  readonly placements: number;
  readonly departures: number;
}

const NOBODY: readonly number[] = [];

/** Pods that wait for an event, in groups, so that an event costs one look at each group. */
export class WaitingPods {
  private readonly hints: QueueHints;
  private readonly heedPlacements: boolean;
  private readonly groups = new Map<PodTemplate, Map<string, Group>>();
  /** Groups with members; those that a placement can help come up with every placement. */
  private readonly occupied = new Set<Group>();
  private readonly wantingCompany = new Set<Group>();
  private count = 0;
  private placements = 0;
  private departures = 0;

  constructor(hints: QueueHints, heedPlacements: boolean) {
    this.hints = hints;
    this.heedPlacements = heedPlacements;
  }

  get size(): number {
    return this.count;
  }

  add(index: number, template: PodTemplate, plugins: ReadonlySet<string>): void {
    const group = this.groupOf(template, plugins);
    group.members.push({ index, placements: this.placements, departures: this.departures });
    this.count++;
    this.occupied.add(group);
    if (group.company) this.wantingCompany.add(group);
  }

  /** Removes and returns the pods that the placement of a pod may help. */
  afterPlacement(other: PodTemplate): readonly number[] {
    if (!this.heedPlacements) return NOBODY;
    this.placements++;
    if (this.wantingCompany.size === 0) return NOBODY;
    return this.wake(this.wantingCompany, (group) => remembered(group, group.afterPlacement, this.hints.placed, other));
  }

  /** Removes and returns the pods that the departure of a pod may help. */
  afterDeletion(other: PodTemplate): number[] {
    this.departures++;
    return this.wake(this.occupied, (group) => remembered(group, group.afterDeletion, this.hints.deleted, other));
  }

  /**
   * Removes and returns the pods that it may help that the pod has lost its nomination: for pods of no more priority it counted as placed, and
   * its loss counts as its deletion (upstream's handler of pod updates). `index`: the pod's own, it may be among them.
   */
  afterNominationLost(other: PodTemplate, index: number | undefined): number[] {
    const { nominationLost } = this.hints;
    const woken = this.wake(
      this.occupied,
      (group) => group.template.priority <= other.priority && remembered(group, group.afterNominationLost, nominationLost, other),
    );
    if (index !== undefined && this.wakeOwn(other, index)) woken.push(index);
    return woken;
  }

  /** Takes the pod out when the loss of its own nomination may help it. */
  private wakeOwn(template: PodTemplate, index: number): boolean {
    const { ownNominationLost } = this.hints;
    if (ownNominationLost.size === 0) return false;
    for (const group of this.groups.get(template)?.values() ?? []) {
      const at = group.members.findIndex((member) => member.index === index);
      if (at < 0 || !anyHint(group, ownNominationLost, template)) continue;
      group.members.splice(at, 1);
      this.count--;
      this.forgetIfEmpty(group);
      return true;
    }
    return false;
  }

  /** Something that waiting pods had to respect is gone, whatever the hints say. */
  noteDeparture(): void {
    this.departures++;
  }

  /** Removes and returns all pods for which something can have changed since their last attempt. */
  leftovers(): number[] {
    const stale = (group: Group, member: Member): boolean =>
      member.departures < this.departures || (group.company && member.placements < this.placements);
    const woken: number[] = [];
    for (const group of [...this.occupied]) {
      const kept = group.members.filter((member) => !stale(group, member));
      for (const member of group.members) if (stale(group, member)) woken.push(member.index);
      group.members.splice(0, group.members.length, ...kept);
      this.forgetIfEmpty(group);
    }
    this.count -= woken.length;
    return woken.sort((a, b) => a - b);
  }

  private wake(groups: Iterable<Group>, helps: (group: Group) => boolean): number[] {
    const woken: number[] = [];
    for (const group of [...groups]) {
      if (!helps(group)) continue;
      for (const { index } of group.members) woken.push(index);
      group.members.length = 0;
      this.forgetIfEmpty(group);
    }
    this.count -= woken.length;
    return woken;
  }

  private forgetIfEmpty(group: Group): void {
    if (group.members.length > 0) return;
    this.occupied.delete(group);
    this.wantingCompany.delete(group);
  }

  private groupOf(template: PodTemplate, plugins: ReadonlySet<string>): Group {
    let byPlugins = this.groups.get(template);
    if (byPlugins === undefined) {
      byPlugins = new Map();
      this.groups.set(template, byPlugins);
    }
    const key = [...plugins].sort().join();
    let group = byPlugins.get(key);
    if (group === undefined) {
      // An error may have any cause, so that anything may lift it.
      const company = plugins.size === 0 || [...plugins].some((plugin) => TURNED_BY_PLACEMENT.has(plugin));
      group = {
        template,
        plugins,
        company,
        members: [],
        afterPlacement: new Map(),
        afterDeletion: new Map(),
        afterNominationLost: new Map(),
      };
      byPlugins.set(key, group);
    }
    return group;
  }
}

function remembered(group: Group, answers: Map<PodTemplate, boolean>, hints: HintTable, other: PodTemplate): boolean {
  let answer = answers.get(other);
  if (answer === undefined) {
    answer = anyHint(group, hints, other);
    answers.set(other, answer);
  }
  return answer;
}

function anyHint({ plugins, template }: Group, hints: HintTable, other: PodTemplate): boolean {
  return [...plugins].some((plugin) => hints.get(plugin)?.(template, other) ?? false);
}
