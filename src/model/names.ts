/**
 * The text rules for names: label keys and values, object names, resource names. Patterns, lengths and wording are those of
 * apimachinery `pkg/api/validate/content`, because a selector that fails to parse carries them into pod events.
 */

const NAME_PART_MAX = 63;
const SUBDOMAIN_MAX = 253;

const LABEL_FMT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FMT = `${LABEL_FMT}(\\.${LABEL_FMT})*`;
const KEY_FMT = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const VALUE_FMT = `(${KEY_FMT})?`;

const LABEL = new RegExp(`^${LABEL_FMT}$`);
const SUBDOMAIN = new RegExp(`^${SUBDOMAIN_FMT}$`);
const KEY = new RegExp(`^${KEY_FMT}$`);
const VALUE = new RegExp(`^${VALUE_FMT}$`);

const KEY_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_EXAMPLE = `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${KEY_FMT}')`;
const VALUE_RULE = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${VALUE_FMT}')`;
const SUBDOMAIN_RULE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN_FMT}')`;
const LABEL_RULE = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL_FMT}')`;

/** Good texts seen, so that the same keys and values cost one lookup; cleared when full. */
class Accepted {
  private readonly texts = new Set<string>();
  private readonly check: (text: string) => readonly string[];

  constructor(check: (text: string) => readonly string[]) {
    this.check = check;
  }

  problem(text: string): string | undefined {
    if (this.texts.has(text)) return undefined;
    const problems = this.check(text);
    if (problems.length > 0) return problems.join('; ');
    if (this.texts.size >= 65_536) this.texts.clear();
    this.texts.add(text);
    return undefined;
  }
}

const keys = new Accepted(checkLabelKey);
const values = new Accepted(checkLabelValue);

/** Why the text is no label key (an optional DNS subdomain, '/', a name), or undefined. */
export function labelKeyProblem(text: string): string | undefined {
  return keys.problem(text);
}

/** Why the text is no label value, or undefined. */
export function labelValueProblem(text: string): string | undefined {
  return values.problem(text);
}

/** Why the text is no object name (RFC 1123 subdomain), or undefined. */
export function nameProblem(text: string): string | undefined {
  const problems = checkSubdomain(text);
  return problems.length > 0 ? problems.join('; ') : undefined;
}

/** Why the text is no namespace or container name (RFC 1123 label), or undefined. */
export function dnsLabelProblem(text: string): string | undefined {
  const problems: string[] = [];
  if (text.length > NAME_PART_MAX) problems.push(tooLong(NAME_PART_MAX));
  if (!LABEL.test(text)) problems.push(SUBDOMAIN.test(text) ? 'must not contain dots' : LABEL_RULE);
  return problems.length > 0 ? problems.join('; ') : undefined;
}

function checkLabelKey(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2)
    return [`a valid label key ${KEY_RULE} ${KEY_EXAMPLE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const problems: string[] = [];
  const name = parts[parts.length - 1] as string;
  if (parts.length === 2) {
    const prefix = parts[0] as string;
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...checkSubdomain(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > NAME_PART_MAX) problems.push(`name part ${tooLong(NAME_PART_MAX)}`);
  if (!KEY.test(name)) problems.push(`name part ${KEY_RULE} ${KEY_EXAMPLE}`);
  return problems;
}

function checkLabelValue(text: string): readonly string[] {
  const problems: string[] = [];
  if (text.length > NAME_PART_MAX) problems.push(tooLong(NAME_PART_MAX));
  if (!VALUE.test(text)) problems.push(VALUE_RULE);
  return problems;
}

function checkSubdomain(text: string): readonly string[] {
  const problems: string[] = [];
  if (text.length > SUBDOMAIN_MAX) problems.push(tooLong(SUBDOMAIN_MAX));
  if (!SUBDOMAIN.test(text)) problems.push(SUBDOMAIN_RULE);
  return problems;
}

function tooLong(max: number): string {
  return `must be no more than ${max} bytes`;
}

/** A resource name outside Kubernetes' own domain, such as `nvidia.com/gpu` (upstream IsExtendedResourceName). */
export function isExtendedResource(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/') || name.startsWith('requests.')) return false;
  return labelKeyProblem(`requests.${name}`) === undefined;
}

/** A resource that the scheduler counts beside cpu, memory and ephemeral-storage (upstream IsScalarResourceName). */
export function isScalarResource(name: string): boolean {
  return (
    name.startsWith('hugepages-') || name.includes('kubernetes.io/') || name.startsWith('attachable-volumes-') || isExtendedResource(name)
  );
}
