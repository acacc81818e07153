/** What the API server refuses in requests and limits (upstream `validateResourceRequirements`). Runs after LimitRanges. */
import { PlimsollError } from '../../base/errors.ts';
import { isExtendedResource, labelKeyProblem } from '../names.ts';
import { fieldError, join } from '../parse/fields.ts';
import { nameError } from '../parse/metadata.ts';
import type { PodDraft } from '../parse/pod-draft.ts';
import { formatQuantity, isWhole } from '../quantity.ts';
import { isPodLevelResource } from '../requests.ts';
import type { NanoQuantity, QuantityList } from '../resources.ts';
import { containerTotals } from './pod-static.ts';

interface Requirements {
  readonly requests?: QuantityList;
  readonly limits?: QuantityList;
}

export function validateResources(draft: PodDraft): void {
  for (const kind of ['initContainers', 'containers'] as const) {
    for (const [i, container] of draft[kind].entries())
      checkRequirements(container, `spec.${kind}[${i}].resources`, checkContainerResource);
  }
  if (draft.overhead) checkList(draft.overhead, 'spec.overhead', checkContainerResource);
  if (draft.podResources) {
    checkRequirements(draft.podResources, 'spec.resources', checkPodResource);
    checkPodLevelCovers(draft, draft.podResources.requests);
  }
}

type NameCheck = (name: string, path: string) => void;

function checkRequirements({ requests, limits }: Requirements, path: string, check: NameCheck): void {
  if (limits) checkList(limits, join(path, 'limits'), check);
  const names = [...(requests?.keys() ?? []), ...(limits?.keys() ?? [])];
  if (names.some((name) => name.startsWith('hugepages-')) && !names.includes('cpu') && !names.includes('memory')) {
    throw fieldError(path, 'huge pages require cpu or memory');
  }
  if (requests === undefined) return;
  checkList(requests, join(path, 'requests'), check);
  for (const [name, request] of requests) {
    const limit = limits?.get(name);
    if (limit !== undefined) checkLimit(name, request, limit, join(join(path, 'requests'), name));
  }
}

function checkLimit(name: string, request: NanoQuantity, limit: NanoQuantity, path: string): void {
  const exact = isExtendedResource(name) || name.startsWith('hugepages-');
  if (exact ? request === limit : request <= limit) return;
  const relation = exact ? 'equal to' : 'less than or equal to';
  throw fieldError(path, `must be ${relation} the ${name} limit of ${formatQuantity(limit)}`, formatQuantity(request));
}

function checkList(list: QuantityList, path: string, check: NameCheck): void {
  for (const [name, quantity] of list) {
    check(name, join(path, name));
    if (isExtendedResource(name) && !isWhole(quantity)) {
      throw new PlimsollError('QUANTITY', 'must be a whole number', { path: join(path, name), value: formatQuantity(quantity) });
    }
  }
}

function checkContainerResource(name: string, path: string): void {
  const problem = labelKeyProblem(name);
  if (problem !== undefined) throw nameError(path, name, problem);
  if (name.includes('/')) {
    if (!name.includes('kubernetes.io/') && !isExtendedResource(name)) {
      throw fieldError(path, "doesn't follow extended resource name standard", name);
    }
  } else if (!isPodLevelResource(name) && name !== 'ephemeral-storage') {
    throw fieldError(path, 'must be a standard resource for containers', name, 'cpu, memory, ephemeral-storage or a name with a domain');
  }
}

function checkPodResource(name: string, path: string): void {
  if (!isPodLevelResource(name)) throw fieldError(path, 'is not supported for a whole pod', name, 'cpu, memory or hugepages-<size>');
}

/** A pod's own request must cover what its containers ask together. */
function checkPodLevelCovers(draft: PodDraft, requests: QuantityList | undefined): void {
  if (requests === undefined) return;
  for (const [name, total] of containerTotals(draft, 'requests')) {
    const own = requests.get(name);
    if (own !== undefined && own < total) {
      throw fieldError(
        join('spec.resources.requests', name),
        `must be greater than or equal to the containers' total of ${formatQuantity(total)}`,
        formatQuantity(own),
      );
    }
  }
}
