//go:build !kube137

package main

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// popQueued takes the next pod from the queue; it blocks when there is none.
func popQueued(c *cluster) *framework.QueuedPodInfo {
	info, err := c.sched.SchedulingQueue.Pop(c.logger)
	must(err)
	return info
}

func dequeue(c *cluster, pod *v1.Pod) { c.sched.SchedulingQueue.Delete(pod) }

// foundText is what PostFilter of DefaultPreemption says with success.
func foundText(string, int) string { return "" }
