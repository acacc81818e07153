import type { Finding, ObjectReference, Severity } from '../model/snapshot-results.ts';

interface Same {
  readonly first: Finding;
  count: number;
}

/** Gathers findings so that what many objects have in common is said once, with the first object and their number. */
export class Findings {
  private readonly byKey = new Map<string, Same>();
  private readonly check: string;
  private readonly severity: Severity;

  constructor(severity: Severity, check: string) {
    this.severity = severity;
    this.check = check;
  }

  /** `key`: what makes it the same finding; default: the problem's text. */
  add(problem: string, object: ObjectReference | undefined, rest: Pick<Finding, 'path' | 'value' | 'hint'> = {}, key = problem): void {
    const known = this.byKey.get(key);
    if (known !== undefined) known.count++;
    else
      this.byKey.set(key, { count: 1, first: { severity: this.severity, check: this.check, problem, ...(object && { object }), ...rest } });
  }

  *[Symbol.iterator](): Generator<Finding> {
    for (const { first, count } of this.byKey.values()) yield count === 1 ? first : { ...first, count };
  }
}
