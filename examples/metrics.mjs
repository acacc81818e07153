// For `plimsoll compare --metrics`: metrics beside those of the table. A metric is a name, a unit, one sentence and a function of how a run ended.
export const metrics = [
  {
    name: 'idleNodes',
    unit: 'nodes',
    better: 'more',
    description: 'Nodes without any pod.',
    of({ ground, pods }) {
      const used = new Set(pods.map((pod) => pod.nodeName));
      return ground.nodes.filter((node) => !used.has(node.name)).length;
    },
  },
  {
    name: 'placedBy',
    unit: 'pods',
    description: 'Pods on nodes, by namespace.',
    absent: 0,
    of({ pods }) {
      const counts = new Map();
      for (const { namespace, nodeName } of pods) if (nodeName !== '') counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
      return counts;
    },
  },
];
