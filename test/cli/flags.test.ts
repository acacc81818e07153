import { Command, type Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { featureGates, kubeVersion, oneOf, repeated, single, text, wholeNumber } from '../../src/cli/flags.ts';
import { addEngineFlags } from '../../src/cli/run-options.ts';

function parse(option: Option, ...args: string[]): Record<string, unknown> {
  return new Command().exitOverride().addOption(option).parse(args, { from: 'user' }).opts();
}

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PlimsollError) return error.message;
    throw error;
  }
  return '';
}

describe('a whole number', () => {
  const parser = wholeNumber(0, 9007199254740991);

  it.each(['0', '1', '007', '9007199254740991'])('may be %s', (value) => {
    expect(parser(value)).toBe(Number(value));
  });

  it.each(['', ' ', 'abc', '-1', '+1', '1.5', '1e9', 'NaN', 'Infinity', '0x2', '1_000', '１', '9007199254740992', '36893488147419103232'])(
    'is not %j',
    (value) => {
      expect(messageOf(() => parser(value))).toBe('USAGE: must be a whole number from 0 to 9007199254740991');
    },
  );

  it('keeps its bounds', () => {
    expect(messageOf(() => wholeNumber(1, 3)('0'))).toBe('USAGE: must be a whole number from 1 to 3');
    expect(messageOf(() => wholeNumber(1, 3)('4'))).not.toBe('');
  });
});

describe('feature gates', () => {
  it('are read as kube-scheduler reads them', () => {
    expect(featureGates('PodLevelResources=false, SidecarContainers=true')).toEqual({ PodLevelResources: false, SidecarContainers: true });
  });

  it.each([
    ['PodLevelResources', 'USAGE: must be a list like GateA=true,GateB=false'],
    ['PodLevelResources=yes', 'USAGE: must be a list like'],
    ['=true', 'USAGE: must be a list like'],
    ['', 'USAGE: must be a list like'],
    [
      'PodLevelResource=true',
      'USAGE: names a feature gate that no decision depends on: PodLevelResource (did you mean PodLevelResources?)',
    ],
    ['__proto__=true', 'USAGE: names a feature gate that no decision depends on: __proto__'],
    ['CSINodeExpandSecret=true', 'USAGE: names a feature gate that no decision depends on: CSINodeExpandSecret (gates that'],
  ])('%j is refused', (value, message) => {
    expect(messageOf(() => featureGates(value)).slice(0, message.length)).toBe(message);
  });
});

describe('words', () => {
  it('a Kubernetes release may carry a v and a patch number', () => {
    for (const value of ['1.35', 'v1.35', '1.35.9', 'v1.35.0-alpha.1']) expect(kubeVersion(value)).toBe('1.35');
    for (const value of ['1.33', '1.3', '1', '', '1.355', 'latest'])
      expect(messageOf(() => kubeVersion(value))).toBe('USAGE: must be 1.34, 1.35, 1.36 or 1.37');
  });

  it('are one of a few, and text is not empty', () => {
    expect(oneOf(['a', 'b'])('b')).toBe('b');
    expect(messageOf(() => oneOf(['a', 'b'])('B'))).toBe('USAGE: must be a or b');
    expect(text(' ')).toBe(' ');
    expect(messageOf(() => text(''))).toBe('USAGE: must not be empty');
  });
});

describe('an option', () => {
  it('with one value refuses a second and names itself and the value', () => {
    expect(parse(single('--seed <n>', '', wholeNumber(0, 9)), '--seed', '5')).toEqual({ seed: 5 });
    expect(messageOf(() => parse(single('--seed <n>', '', wholeNumber(0, 9)), '--seed', '1', '--seed=1'))).toBe(
      'USAGE: --seed: is given twice',
    );
    expect(messageOf(() => parse(single('-s, --seed <n>', '', wholeNumber(0, 9)), '-s', 'x\n'))).toBe(
      'USAGE: --seed: must be a whole number from 0 to 9, got "x\\n"',
    );
  });

  it('that repeats keeps the order', () => {
    expect(parse(repeated('-f, --filename <file>', ''), '-f', 'a', '--filename=b', '-f', '-')).toEqual({ filename: ['a', 'b', '-'] });
  });

  it('of the engine is absent unless it is given', () => {
    expect(addEngineFlags(new Command()).parse([], { from: 'user' }).opts()).toEqual({});
  });
});
