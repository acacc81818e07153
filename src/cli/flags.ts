import { Option } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import { nearest } from '../engine/nearest.ts';
import { type FeatureGates, GATE_DEFAULTS, KUBE_VERSIONS, type KubeVersion } from '../model/gates.ts';

/** An option with a value that may be given once; `parse` throws PlimsollError USAGE or returns the value. */
export function single<Value>(flags: string, description: string, parse: (text: string) => Value): Option {
  let given = false;
  const option = new Option(flags, description);
  return option.argParser((text) => {
    if (given) throw usage(option, 'is given twice');
    given = true;
    try {
      return parse(text);
    } catch (error) {
      throw error instanceof PlimsollError ? usage(option, error.problem, text, error.place.hint) : error;
    }
  });
}

/** An option with a value that may be repeated; values are gathered in order. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text, previous: readonly string[] | undefined) => [...(previous ?? []), text]);
}

/** An option with a list of words, commas between them, that may be repeated. */
export function words(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((value, previous: readonly string[] | undefined) => {
    const list = value.split(',').map((word) => word.trim());
    if (list.includes('')) throw usage(option, 'must be words with commas between them', value);
    return [...(previous ?? []), ...list];
  });
}

function usage(option: Option, problem: string, ...details: [value?: string, hint?: string | undefined]): PlimsollError {
  const [value, hint] = details;
  const place = { path: option.long ?? option.flags, ...(value === undefined ? {} : { value }), ...(hint === undefined ? {} : { hint }) };
  return new PlimsollError('USAGE', problem, place);
}

/** Text that is not empty. */
export function text(value: string): string {
  if (value === '') throw new PlimsollError('USAGE', 'must not be empty');
  return value;
}

/** A whole number in decimal digits, within bounds. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^[0-9]{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new PlimsollError('USAGE', `must be a whole number from ${min} to ${max}`);
  };
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    throw new PlimsollError('USAGE', `must be ${words.join(', ')}`.replace(/, ([^,]*)$/, ' or $1'));
  };
}

/** `1.36`, also written `v1.36` or with the patch release that a cluster reports. */
export function kubeVersion(value: string): KubeVersion {
  return oneOf(KUBE_VERSIONS)(value.replace(/^v/, '').replace(/^(\d+\.\d+)\..*$/, '$1'));
}

/** `A=true,B=false`, as kube-scheduler's flag of the same name. */
export function featureGates(value: string): Partial<FeatureGates> {
  const gates: Record<string, boolean> = {};
  for (const part of value.split(',')) {
    const [, name = '', on = ''] = /^([^=]*)=(true|false)$/.exec(part.trim()) ?? [];
    if (name === '') throw new PlimsollError('USAGE', 'must be a list like GateA=true,GateB=false');
    if (!Object.hasOwn(GATE_DEFAULTS, name)) {
      const known = Object.keys(GATE_DEFAULTS);
      const similar = nearest(name, known);
      const hint = similar === undefined ? `gates that decisions depend on: ${known.join(', ')}` : `did you mean ${similar}?`;
      throw new PlimsollError('USAGE', `names a feature gate that no decision depends on: ${name}`, { hint });
    }
    gates[name] = on === 'true';
  }
  return gates;
}
