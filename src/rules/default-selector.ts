import { compileSelector, mapSelectorMatches } from '../model/match.ts';
import type { PodTemplate } from '../model/pod.ts';
import type { LabelSelector, Requirement } from '../model/selector.ts';
import type { ClusterObjects, MapSelectorObject } from '../model/snapshot.ts';

const servicesByNamespace = new WeakMap<readonly MapSelectorObject[], ReadonlyMap<string, readonly MapSelectorObject[]>>();

function servicesIn(services: readonly MapSelectorObject[], namespace: string): readonly MapSelectorObject[] {
  let index = servicesByNamespace.get(services);
  if (!index) {
    index = Map.groupBy(services, (service) => service.namespace);
    servicesByNamespace.set(services, index);
  }
  return index.get(namespace) ?? [];
}

/**
 * The selector of default spreading (upstream helper.DefaultSelector): the selectors of all Services that select the pod,
 * merged, and that of its controller, found by name in the pod's namespace. Undefined when it comes out empty: no default
 * spreading. Of the controllers only ReplicationController, ReplicaSet and StatefulSet count.
 */
export function defaultSelector(template: PodTemplate, objects: ClusterObjects): LabelSelector | undefined {
  const merged = new Map<string, string>();
  for (const { selector } of servicesIn(objects.services, template.namespace)) {
    if (selector && mapSelectorMatches(selector, template.labels)) merge(merged, selector);
  }
  const { owner } = template;
  const key = owner && `${template.namespace}/${owner.name}`;
  let own: readonly Requirement[] = [];
  switch (owner && `${owner.apiVersion} ${owner.kind}`) {
    case 'v1 ReplicationController':
      merge(merged, objects.replicationControllers.get(key as string)?.selector);
      break;
    case 'apps/v1 ReplicaSet':
      own = validRequirements(objects.replicaSets.get(key as string)?.selector);
      break;
    case 'apps/v1 StatefulSet':
      own = validRequirements(objects.statefulSets.get(key as string)?.selector);
      break;
  }
  const requirements = [...[...merged].map(([label, value]) => ({ key: label, operator: 'In', values: [value] })), ...own];
  return requirements.length === 0 ? undefined : { requirements };
}

function merge(into: Map<string, string>, selector: ReadonlyMap<string, string> | undefined): void {
  for (const [key, value] of selector ?? []) into.set(key, value);
}

/** None for a selector that does not parse, as upstream passes over the error. */
function validRequirements(selector: LabelSelector | undefined): readonly Requirement[] {
  return selector === undefined || compileSelector(selector).invalid !== undefined ? [] : selector.requirements;
}
