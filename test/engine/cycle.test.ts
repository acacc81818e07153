import { describe, expect, it } from 'vitest';
import { filterNode, narrowedAway, runPreFilter } from '../../src/engine/cycle.ts';
import { interPodAffinity } from '../../src/rules/inter-pod-affinity.ts';
import { nodePorts } from '../../src/rules/node-ports.ts';
import { defaultArgs as fitArgs, nodeResourcesFit } from '../../src/rules/node-resources-fit.ts';
import { type AnyPlainRule, unresolvable, unschedulable } from '../../src/rules/rule.ts';
import { affinityTerm, container, makeCluster, makeNode, makePod, say, selector } from '../support/builders.ts';
import { profileOf } from './profile-support.ts';

const cluster = makeCluster(['a', 'b', 'c'].map((name) => makeNode(name, { labels: { host: name }, has: { cpu: '1' } })));
const [a] = cluster.nodes;
if (!a) throw new Error('there is a node');
const pod = makePod('p');

function names(name: string, ...nodeNames: string[]): AnyPlainRule {
  return { name, prepareFilter: () => ({ kind: 'state', state: undefined, nodeNames: new Set(nodeNames) }), accepts: () => undefined };
}

function refusing(name: string, status: ReturnType<typeof unschedulable>): AnyPlainRule {
  return { name, prepareFilter: () => ({ kind: 'status', status }), accepts: () => undefined };
}

describe('runPreFilter', () => {
  it('leaves out the filters of rules that skip themselves', () => {
    const skipping: AnyPlainRule = {
      name: 'Skipping',
      prepareFilter: () => ({ kind: 'skip' }),
      accepts: () => unschedulable('never asked'),
    };
    const outcome = runPreFilter(pod, cluster, profileOf({ filter: [skipping] }));
    expect(outcome.filters?.check(a)).toBeUndefined();
  });

  it('stops at UnschedulableAndUnresolvable', () => {
    let asked = false;
    const later: AnyPlainRule = {
      name: 'Later',
      prepareFilter: () => {
        asked = true;
        return { kind: 'skip' };
      },
    };
    const outcome = runPreFilter(
      pod,
      cluster,
      profileOf({
        filter: [refusing('Stop', unresolvable('no'))],
        preFilter: [
          { rule: refusing('Stop', unresolvable('no')), args: undefined },
          { rule: later, args: undefined },
        ],
      }),
    );
    expect([outcome.rejection, outcome.filters, asked]).toEqual([{ plugin: 'Stop', status: unresolvable('no') }, undefined, false]);
  });

  it('remembers the last Unschedulable and prepares the rest', () => {
    const filter = [refusing('First', unschedulable('one')), refusing('Second', unschedulable('two'))];
    const outcome = runPreFilter(pod, cluster, profileOf({ filter }));
    expect(outcome.rejection).toEqual({ plugin: 'Second', status: unschedulable('two') });
    expect(outcome.filters?.check(a)?.plugin).toBe('First');
  });

  it('intersects node names and tells the nodes that are left out', () => {
    const outcome = runPreFilter(pod, cluster, profileOf({ filter: [names('Z', 'a', 'b'), names('Y', 'b', 'c')] }));
    expect([...(outcome.nodeNames ?? [])]).toEqual(['b']);
    expect(say(narrowedAway(outcome))).toBe("UU node(s) didn't satisfy plugin(s) [Y Z]");
  });

  it('refuses the cluster when no name is left', () => {
    const two = runPreFilter(pod, cluster, profileOf({ filter: [names('Z', 'a'), names('Y', 'b')] }));
    expect([two.rejection?.plugin, say(two.rejection?.status)]).toEqual(['', "UU node(s) didn't satisfy plugin(s) [Y Z] simultaneously"]);
    const one = runPreFilter(pod, cluster, profileOf({ filter: [names('Z')] }));
    expect(say(one.rejection?.status)).toBe("UU node(s) didn't satisfy plugin Z");
  });

  it('prepares a filter whose PreFilter is not enabled', () => {
    const wanted = makePod('p', { containers: [container({}, { ports: [{ hostPort: 80 }] })] });
    const outcome = runPreFilter(wanted, cluster, profileOf({ filter: [nodePorts], preFilter: [] }));
    expect(outcome.filters?.rules.map(({ rule }) => rule.name)).toEqual(['NodePorts']);
  });
});

describe('filterNode with nominated pods', () => {
  const fit = { rule: nodeResourcesFit, args: fitArgs };

  function verdict(
    given: ReturnType<typeof makePod>,
    nominated: ReturnType<typeof makePod>[],
    existing: ReturnType<typeof makePod>[] = [],
  ) {
    const own = makeCluster([makeNode('a', { labels: { host: 'a' }, has: { cpu: '1' } })], existing);
    own.nominated.set('a', nominated);
    const { filters } = runPreFilter(given, own, profileOf({ filter: [fit, interPodAffinity] }));
    const [node] = own.nodes;
    if (!filters || !node) throw new Error('PreFilter lets the pod through');
    return say(filterNode(filters, node)?.status);
  }

  const big = { requests: { cpu: '600m' } };

  it('leaves room for those of the same priority or more', () => {
    expect(verdict(makePod('p', big), [makePod('n', big)])).toBe('U Insufficient cpu');
    expect(verdict(makePod('p', { ...big, priority: 1 }), [makePod('n', big)])).toBe('ok');
    expect(verdict(makePod('p', big), [makePod('n', { ...big, priority: 1 })])).toBe('U Insufficient cpu');
  });

  it('does not count the pod against itself', () => {
    const self = makePod('p', big);
    expect(verdict(self, [self])).toBe('ok');
  });

  it('needs the node to pass without them too', () => {
    const near = makePod('p', { podAffinity: { required: [affinityTerm('host', selector('app=db'))], preferred: [] } });
    expect(verdict(near, [makePod('n', { labels: { app: 'db' } })])).toBe("UU node(s) didn't match pod affinity rules");
    expect(verdict(near, [], [makePod('db', { labels: { app: 'db' }, on: 'a' })])).toBe('ok');
  });

  it('tells no rule that has skipped itself about them', () => {
    const jealous = makePod('n', { podAntiAffinity: { required: [affinityTerm('host', selector('app=web'))], preferred: [] } });
    const web = makePod('p', { labels: { app: 'web' } });
    expect(verdict(web, [jealous])).toBe('ok');
    const concerned = { ...web.template, podAntiAffinity: { required: [affinityTerm('host', selector('none'))], preferred: [] } };
    expect(verdict({ ...web, template: concerned }, [jealous])).toBe("U node(s) didn't satisfy existing pods anti-affinity rules");
  });
});
