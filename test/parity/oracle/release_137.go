//go:build kube137

package main

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// popQueued takes the next pod from the queue; it blocks when there is none. Groups of pods are queued only with gates that are off by default.
func popQueued(c *cluster) *framework.QueuedPodInfo {
	entity, err := c.sched.SchedulingQueue.Pop(c.logger)
	must(err)
	return entity.(*framework.QueuedPodInfo)
}

func dequeue(c *cluster, pod *v1.Pod) { c.sched.SchedulingQueue.Delete(c.logger, pod) }

// foundText is what PostFilter of DefaultPreemption says with success, which only its Preempt, which evicts, puts together.
func foundText(node string, victims int) string {
	return fmt.Sprintf("preemption: found a potential placement for pod on node %v, preempting %d victims", node, victims)
}
