import { describe, expect, it } from 'vitest';
import type { FailedAttempt } from '../../src/engine/cycle.ts';
import { PreparedFilters } from '../../src/engine/cycle.ts';
import { fitErrorMessage, postFilterMessage } from '../../src/engine/message.ts';
import { PREEMPTION_ARGS_DEFAULT } from '../../src/engine/resolved-profile.ts';
import { unresolvable, unschedulable } from '../../src/rules/rule.ts';
import { makeCluster, makePod } from '../support/builders.ts';
import { profileOf } from './profile-support.ts';

describe('fitErrorMessage', () => {
  it('counts each reason, sorted as text', () => {
    const statuses = [
      ...Array.from({ length: 10 }, () => unschedulable('Insufficient cpu')),
      ...Array.from({ length: 2 }, () => unresolvable('Insufficient memory', 'Too many pods')),
    ];
    expect(fitErrorMessage({ nodeCount: 12, statuses })).toBe(
      '0/12 nodes are available: 10 Insufficient cpu, 2 Insufficient memory, 2 Too many pods.',
    );
  });

  it('adds the status of absent nodes for all that are not covered', () => {
    const statuses = [unresolvable('node(s) were unschedulable')];
    const absent = unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");
    expect(fitErrorMessage({ nodeCount: 3, statuses, absent })).toBe(
      "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
    expect(fitErrorMessage({ nodeCount: 1, statuses, absent })).toBe('0/1 nodes are available: 1 node(s) were unschedulable.');
  });

  it('has the text of PreFilter in place of the reasons, and that of PostFilter at the end', () => {
    const statuses = [unschedulable('x')];
    expect(fitErrorMessage({ nodeCount: 2, preFilter: 'pod affinity terms conflict', statuses, postFilter: 'not found' })).toBe(
      '0/2 nodes are available: pod affinity terms conflict. not found',
    );
    expect(fitErrorMessage({ nodeCount: 2, statuses: [], postFilter: 'preemption: no.' })).toBe('0/2 nodes are available: preemption: no.');
    expect(fitErrorMessage({ nodeCount: 0, statuses: [] })).toBe('0/0 nodes are available:');
  });
});

describe('postFilterMessage', () => {
  const cluster = makeCluster([]);
  const pod = makePod('p');
  const preemption = { plugin: 'DefaultPreemption', args: PREEMPTION_ARGS_DEFAULT } as const;
  const attempt: FailedAttempt = {
    pod,
    cluster,
    profile: profileOf({ postFilter: [{ plugin: 'DynamicResources' }, preemption] }),
    filters: new PreparedFilters(pod, cluster, []),
    rejections: new Map(),
    absent: unresolvable(),
  };
  const refuses = () => ({ message: 'preemption: 0/0 nodes are available:' });

  it('joins the texts of the plugins', () => {
    expect(postFilterMessage(attempt, refuses)).toBe('no new claims to deallocate, preemption: 0/0 nodes are available:');
    expect(postFilterMessage({ ...attempt, profile: profileOf({ postFilter: [preemption] }) }, refuses)).toBe(
      'preemption: 0/0 nodes are available:',
    );
    expect(postFilterMessage({ ...attempt, profile: profileOf({}) }, refuses)).toBe('');
  });

  it('says nothing of claims where DynamicResources is silent', () => {
    const profile = profileOf({ postFilter: [{ plugin: 'DynamicResources', silent: true }, preemption] });
    expect(postFilterMessage({ ...attempt, profile }, refuses)).toBe('preemption: 0/0 nodes are available:');
    const { filters: _none, ...stopped } = attempt;
    expect(postFilterMessage({ ...stopped, profile }, refuses)).toBe('not found');
  });

  it('is what preemption alone says when pods are evicted', () => {
    expect(postFilterMessage(attempt, () => ({ node: 'n', message: '' }))).toBe('');
    expect(postFilterMessage(attempt, () => ({ node: 'n', message: 'preemption: found' }))).toBe('preemption: found');
  });

  it('is the error of DynamicResources when PreFilter stopped early', () => {
    const { filters: _none, ...stopped } = attempt;
    expect(postFilterMessage(stopped, refuses)).toBe('not found');
  });
});
