import type { Fleet } from '../../src/engine/fleet.ts';
import type { Settings } from '../../src/engine/options.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import {
  FLEET_ADDRESS,
  FLEET_NON_ZERO_CPU,
  FLEET_NON_ZERO_MEMORY,
  FLEET_POD_COUNT,
  TABLE_CELLS,
  TABLE_FLOAT,
  TABLE_SUM,
} from '../../src/layout/layout.generated.ts';
import type { Node } from '../../src/model/node.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import { podUsage } from '../../src/model/requests.ts';
import { AMOUNT_MAX, type Amount, amountOf, type ResourceVector } from '../../src/model/resources.ts';
import type { PodReference } from '../../src/model/results.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Semantics } from '../../src/rules/rule.ts';
import type { Decisions } from './reference-scheduler.ts';

/** What must hold of the result of every run; each check returns what it finds wrong. `before` is the snapshot that was scheduled. */
export function brokenInvariants(before: Snapshot, settings: Settings, decisions: Decisions): string[] {
  return [
    ...reportedOnce(before, settings, decisions),
    ...victimsInOrder(before, decisions),
    ...withinCapacity(before, settings, decisions),
  ];
}

/** Each pending pod of a served scheduler is placed, unschedulable or evicted, and only one of these; nobody else is reported. */
function reportedOnce(before: Snapshot, settings: Settings, { placements, unschedulable, preemptions }: Decisions): string[] {
  const served = new Set(settings.profiles.map(({ schedulerName }) => schedulerName));
  const pending = before.pods.filter((pod) => pod.nodeName === '' && served.has(pod.template.schedulerName));
  const bound = new Set(before.pods.filter((pod) => pod.nodeName !== '').map(podKey));
  const victims = preemptions.flatMap((preemption) => preemption.victims).map(podKey);
  const reports = new Map<string, number>();
  for (const key of [...placements.map(podKey), ...unschedulable.map(podKey), ...victims.filter((key) => !bound.has(key))]) {
    reports.set(key, (reports.get(key) ?? 0) + 1);
  }
  const wrong = pending.flatMap((pod) => {
    const times = reports.get(podKey(pod)) ?? 0;
    reports.delete(podKey(pod));
    return times === 1 ? [] : [`pending pod ${podKey(pod)} is reported ${times} times`];
  });
  return [...wrong, ...[...reports.keys()].map((key) => `${key} is reported and was not pending`)];
}

/** Victims were on the node, are less important than their preemptor, and are evicted once; a pod that never preempts has none. */
function victimsInOrder(before: Snapshot, { preemptions }: Decisions): string[] {
  const podOf = new Map(before.pods.map((pod) => [podKey(pod), pod]));
  const evicted = new Set<string>();
  const wrong: string[] = [];
  for (const { node, victims, ...who } of preemptions) {
    const preemptor = podOf.get(podKey(who)) as Pod;
    if (preemptor.template.preemptionPolicy === 'Never') wrong.push(`${podKey(who)} preempts against its policy`);
    if (victims.length === 0) wrong.push(`${podKey(who)} preempts nobody`);
    let previous = Number.POSITIVE_INFINITY;
    for (const reference of victims) {
      const key = podKey(reference);
      const victim = podOf.get(key);
      if (evicted.has(key)) wrong.push(`${key} is evicted twice`);
      evicted.add(key);
      if (!victim || (victim.nodeName !== '' && victim.nodeName !== node)) wrong.push(`${key} was not on ${node}`);
      const priority = victim?.template.priority ?? Number.POSITIVE_INFINITY;
      if (priority >= preemptor.template.priority) wrong.push(`${key} is as important as ${podKey(who)}`);
      if (priority > previous) wrong.push(`${key} is told after a less important victim`);
      previous = priority;
    }
  }
  return wrong;
}

/** Where a pod was placed, no resource that it asks for is overdrawn in the end, and neither are the pod slots. */
function withinCapacity(before: Snapshot, settings: Settings, { placements, preemptions }: Decisions): string[] {
  const { semantics } = settings;
  const nodeOf = finalNodes(before, placements, preemptions);
  const podsOn = Map.groupBy(
    before.pods.filter((pod) => nodeOf.has(podKey(pod))),
    (pod) => nodeOf.get(podKey(pod)) as string,
  );
  const nodeByName = new Map(before.nodes.map((node) => [node.name, node]));
  const podOf = new Map(before.pods.map((pod) => [podKey(pod), pod]));
  return placements.flatMap((placement) => {
    const pod = podOf.get(podKey(placement)) as Pod;
    const node = nodeByName.get(placement.node) as Node;
    const fit = fitOf(pod, settings);
    if (!fit) return [];
    // A pod of a profile without the rule may have come later and taken more than there was.
    const pods = (podsOn.get(node.name) ?? []).filter((other) => other.nodeName !== '' || fitOf(other, settings));
    const used = pods.map((other) => podUsage(other, semantics).requested);
    const asked = podUsage(pod, semantics).requested;
    const { ignoredResources, ignoredResourceGroups } = fit.args as { ignoredResources: string[]; ignoredResourceGroups: string[] };
    const names = ['cpu', 'memory', 'ephemeral-storage', ...asked.scalars.keys()].filter(
      (name) => !ignoredResources.includes(name) && !ignoredResourceGroups.includes(name.split('/')[0] as string),
    );
    const overdrawn = names.filter((name) => amountOf(asked, name) > 0n && total(used, name) > amountOf(node.allocatable, name));
    if (BigInt(pods.length) > node.allocatable.pods) overdrawn.push('pods');
    return overdrawn.map((name) => `${node.name} has less ${name} than its pods ask for after ${podKey(pod)}`);
  });
}

function fitOf({ template }: Pod, { profiles }: Settings): ResolvedProfile['filter'][number] | undefined {
  const profile = profiles.find(({ schedulerName }) => schedulerName === template.schedulerName);
  return profile?.filter.find(({ rule }) => rule.name === 'NodeResourcesFit');
}

/** Node by pod after the run. */
function finalNodes(
  before: Snapshot,
  placements: Decisions['placements'],
  preemptions: Decisions['preemptions'],
): ReadonlyMap<string, string> {
  const nodeOf = new Map(before.pods.filter((pod) => pod.nodeName !== '').map((pod) => [podKey(pod), pod.nodeName]));
  for (const placement of placements) nodeOf.set(podKey(placement), placement.node);
  for (const { victims } of preemptions) for (const victim of victims as readonly PodReference[]) nodeOf.delete(podKey(victim));
  return nodeOf;
}

function total(vectors: readonly ResourceVector[], name: string): Amount {
  return vectors.reduce((sum, vector) => sum + amountOf(vector, name), 0n);
}

/** The fleet's columns of sums and pod counts against the pods that are on it (invariant A2). */
export function brokenColumns(fleet: Fleet, podsOnRow: readonly (readonly Pod[])[], semantics: Semantics): string[] {
  const { core, columns } = fleet;
  const wrong: string[] = [];
  const expectSum = (what: string, column: number, row: number, sum: Amount) => {
    const want = sum > AMOUNT_MAX ? AMOUNT_MAX : sum;
    const found = core.i64[column / 8 + row] as bigint;
    if (found !== want) wrong.push(`${what} of row ${row} is ${found}, its pods add up to ${want}`);
  };
  const address = (field: number) => core.u32[(FLEET_ADDRESS + field) / 4] as number;
  podsOnRow.forEach((pods, row) => {
    const usages = pods.map((pod) => podUsage(pod, semantics));
    const names = new Set(['cpu', 'memory', 'ephemeral-storage', ...usages.flatMap(({ requested }) => [...requested.scalars.keys()])]);
    const requested = usages.map((usage) => usage.requested);
    for (const name of names) expectSum(name, columns.resource(name).used, row, total(requested, name));
    const sumOf = (amounts: readonly Amount[]) => amounts.reduce((sum, amount) => sum + amount, 0n);
    expectSum('non-zero cpu', address(FLEET_NON_ZERO_CPU), row, sumOf(usages.map(({ nonZeroCpu }) => nonZeroCpu)));
    expectSum('non-zero memory', address(FLEET_NON_ZERO_MEMORY), row, sumOf(usages.map(({ nonZeroMemory }) => nonZeroMemory)));
    const count = core.i32[address(FLEET_POD_COUNT) / 4 + row];
    if (count !== pods.length) wrong.push(`row ${row} counts ${count} pods, there are ${pods.length}`);
  });
  return wrong;
}

/** Count tables that both fleets have, cell by cell (invariant E1). Returns differences and the number of tables compared. */
export function compareTables(fleet: Fleet, fresh: Fleet): { wrong: string[]; compared: number } {
  const others = new Map([...fresh.counts.all].map((table) => [table.key, table]));
  const wrong: string[] = [];
  let compared = 0;
  for (const table of fleet.counts.all) {
    const other = others.get(table.key);
    if (!other) continue;
    compared++;
    const found = cellsOf(fleet, table);
    const want = cellsOf(fresh, other);
    const at = found.findIndex((value, i) => value !== want[i]);
    if (found.length !== want.length || at >= 0) {
      wrong.push(`table ${JSON.stringify(table.key)}: cell ${at} is ${found[at]}, counted anew ${want[at]}`);
    }
  }
  return { wrong, compared };
}

/** The cells of a table; a table of whole numbers ends with their sum. */
function cellsOf({ core }: Fleet, { address, bytes }: { address: number; bytes: number }): number[] {
  const at = core.u32[(address + TABLE_CELLS) / 4] as number;
  if (core.i32[(address + TABLE_FLOAT) / 4] === 1) return Array.from(core.f64.subarray(at / 8, (at + bytes) / 8));
  return [...core.i32.subarray(at / 4, (at + bytes) / 4), core.i32[(address + TABLE_SUM) / 4] as number];
}
