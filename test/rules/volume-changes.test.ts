import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../src/model/volume.ts';
import { nodeVolumeLimits } from '../../src/rules/node-volume-limits.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';
import { volumeBinding } from '../../src/rules/volume-binding.ts';
import {
  ask,
  boundTo,
  makeClaim,
  makeClass,
  makeCluster,
  makeNode,
  makePod,
  makeVolume,
  pairs,
  reservedFor,
  term,
  useClaim,
} from './volume-support.ts';

const NODES = ['n0', 'n1', 'n2', 'n3'];
const CLAIMS = Array.from({ length: 8 }, (_, i) => `c${i}`);
const DRIVER = 'local.csi';

function drawVolume(prng: Prng, name: string): PersistentVolume {
  const nodeAffinity = [term({ key: [prng.pick(NODES)] }), term({ key: [prng.pick(NODES)] })].slice(prng.below(3));
  return makeVolume(name, {
    storageClassName: prng.pick(['wait', 'wait', 'make']),
    size: prng.pick(['1Gi', '2Gi', '3Gi']),
    ...(prng.below(4) === 0 ? {} : { nodeAffinity }),
    ...(prng.below(2) === 0 ? {} : { csi: { driver: DRIVER, volumeHandle: name } }),
    ...(prng.below(5) === 0 ? reservedFor(makeClaim(prng.pick(CLAIMS))) : {}),
  });
}

function drawClaim(prng: Prng, name: string): PersistentVolumeClaim {
  const more = prng.below(4) === 0 ? boundTo(`v${prng.below(12)}`) : {};
  return makeClaim(name, { storageClassName: prng.pick(['wait', 'wait', 'make']), size: prng.pick(['1Gi', '2Gi']), ...more });
}

function draw(prng: Prng): ClusterView {
  return makeCluster({
    nodes: NODES.map((name) => makeNode(name, { key: name })),
    volumes: Array.from({ length: 10 }, (_, i) => drawVolume(prng, `v${i}`)),
    claims: CLAIMS.map((name) => drawClaim(prng, name)),
    classes: [makeClass('wait', { provisioner: 'kubernetes.io/no-provisioner' }), makeClass('make', { provisioner: DRIVER })],
    csiNodes: NODES.map((name) => ({ name, annotations: pairs(), drivers: [{ name: DRIVER, count: 1 + prng.below(3) }] })),
  });
}

/** The same cluster as if it had just been read. */
function fresh(live: ClusterView): ClusterView {
  const objects = {
    ...live.objects,
    persistentVolumes: new Map(live.persistentVolumes),
    persistentVolumeClaims: new Map(live.persistentVolumeClaims),
  };
  const copy = new ClusterView(
    live.nodes.map(({ node }) => node),
    objects,
    live.semantics,
  );
  for (const [row, view] of live.nodes.entries()) for (const pod of view.pods) copy.nodes[row]?.addPod(pod);
  return copy;
}

function change(prng: Prng, live: ClusterView, step: number): void {
  const view = prng.pick(live.nodes);
  const volumeName = `v${prng.below(12)}`;
  const claim = prng.pick(CLAIMS);
  const pod = makePod(`p${step}`, useClaim(claim, prng.pick(CLAIMS)));
  switch (prng.below(6)) {
    case 0:
      live.persistentVolumes.set(volumeName, drawVolume(prng, volumeName));
      break;
    case 1:
      live.persistentVolumes.delete(volumeName);
      break;
    case 2:
      live.persistentVolumeClaims.set(`default/${claim}`, drawClaim(prng, claim));
      break;
    case 3:
      if (view.pods.length > 0) view.removePod(prng.pick(view.pods));
      break;
    default:
      volumeBinding.reserve?.(pod, view as NodeView, live, {});
      view.addPod(pod);
  }
}

describe('what the volume rules remember', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed))('follows placements and changed objects (seed %i)', (seed) => {
    const prng = new Prng(seed);
    const live = draw(prng);
    for (let step = 0; step < 40; step++) {
      change(prng, live, step);
      const copy = fresh(live);
      for (const name of CLAIMS) {
        const pod = makePod('asked', useClaim(name));
        expect(ask(volumeBinding, pod, live), `step ${step}`).toEqual(ask(volumeBinding, pod, copy));
        expect(ask(nodeVolumeLimits, pod, live), `step ${step}`).toEqual(ask(nodeVolumeLimits, pod, copy));
      }
    }
  });
});
