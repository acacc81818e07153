/** What the input asks for and the engine does not do, or does on an assumption: one sentence each, with its count. */
import type { Collected } from './kinds.ts';
import type { PodCollector } from './pod-collector.ts';
import type { Content } from './template-source.ts';

export function notModelled(collected: Collected, pods: PodCollector): readonly string[] {
  const sentences: string[] = [];
  const say = (count: number, one: string, many: string, rest: string) => {
    if (count > 0) sentences.push(`${count} ${count === 1 ? one : many} ${rest}`);
  };
  const { policies } = collected;
  const names = new Set(collected.nodes.map((node) => node.name));
  let homeless = 0;
  for (const pod of pods.pods) if (pod.nodeName !== '' && !names.has(pod.nodeName)) homeless++;
  const isNew = (condition: (draft: NonNullable<Content['draft']>) => boolean) =>
    collected.defaults ? pods.count(({ draft }) => draft !== undefined && condition(draft)) : 0;
  say(homeless, 'pod is', 'pods are', 'bound to nodes that are not in the snapshot: they hold nothing.');
  say(
    pods.count(({ template }) => template.resourceClaims.length > 0),
    'pod uses',
    'pods use',
    'resourceClaims: dynamic resource allocation is not modelled.',
  );
  say(
    pods.count(({ grouped }) => grouped),
    'pod belongs',
    'pods belong',
    'to a scheduling group: gang scheduling is not modelled.',
  );
  say(
    isNew((draft) => draft.priorityClassName !== '' && !policies.priorityClasses.has(draft.priorityClassName)),
    'pod names',
    'pods name',
    'a PriorityClass that is not in the snapshot: their own priority or 0 is used.',
  );
  say(
    isNew((draft) => draft.runtimeClassName !== '' && !policies.runtimeClasses.has(draft.runtimeClassName)),
    'pod names',
    'pods name',
    'a RuntimeClass that is not in the snapshot: no overhead is added.',
  );
  say(collected.overstatedNodes, 'node offers', 'nodes offer', 'more allocatable than capacity: allocatable is used.');
  return sentences;
}
