import { describe, expect, it } from 'vitest';
import {
  dnsLabelProblem,
  isExtendedResource,
  isScalarResource,
  labelKeyProblem,
  labelValueProblem,
  nameProblem,
} from '../../src/model/names.ts';

describe('label keys', () => {
  it.each(['a', 'A_b.c-d', '1', 'example.com/x', 'constructor', 'toString', `${'a'.repeat(253)}/x`, 'k'.repeat(63)])('%s is one', (key) => {
    expect(labelKeyProblem(key)).toBeUndefined();
    expect(labelKeyProblem(key)).toBeUndefined();
  });

  it.each([
    ['', 'name part must be non-empty; name part must consist of'],
    ['a/b/c', 'a valid label key must consist of'],
    ['/a', 'prefix part must be non-empty'],
    ['Example.com/x', 'prefix part a lowercase RFC 1123 subdomain must consist of'],
    ['k'.repeat(64), 'name part must be no more than 63 bytes'],
    ['__proto__', 'name part must consist of'],
    ['a\n', 'name part must consist of'],
  ])('%j is none', (key, problem) => {
    expect(labelKeyProblem(key)?.slice(0, problem.length)).toBe(problem);
  });
});

it('label values may be empty', () => {
  expect(['', 'a', 'A.b_c-1', 'v'.repeat(63)].map(labelValueProblem)).toEqual([undefined, undefined, undefined, undefined]);
  expect(['-a', 'a b', 'é', 'v'.repeat(64)].every((text) => labelValueProblem(text) !== undefined)).toBe(true);
});

it('object names are subdomains, namespaces and containers labels', () => {
  expect(['a', 'a.b', 'a-1', 'a'.repeat(253)].map(nameProblem)).toEqual([undefined, undefined, undefined, undefined]);
  expect(['', 'A', 'a_b', 'a..b', 'a.', '-a', 'a'.repeat(254), 'a\u202eb'].every((text) => nameProblem(text) !== undefined)).toBe(true);
  expect(dnsLabelProblem('a-b')).toBeUndefined();
  expect(dnsLabelProblem('a.b')).toBe('must not contain dots');
  expect(dnsLabelProblem('a'.repeat(64))).toBe('must be no more than 63 bytes');
});

it('knows which resources the scheduler counts', () => {
  expect(['nvidia.com/gpu', 'a.b/c'].map(isExtendedResource)).toEqual([true, true]);
  expect(['gpu', 'kubernetes.io/x', 'requests.a.b/c', 'a/b/c', 'A_B/c'].map(isExtendedResource)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(['hugepages-1Gi', 'kubernetes.io/x', 'attachable-volumes-x', 'nvidia.com/gpu'].map(isScalarResource)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['storage', 'foo', 'pods', 'requests.a.b/c'].map(isScalarResource)).toEqual([false, false, false, false]);
});
