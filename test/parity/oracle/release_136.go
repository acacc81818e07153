//go:build !kube137

package main

import "k8s.io/kubernetes/pkg/scheduler/framework"

// popQueued takes the next pod from the queue; it blocks when there is none.
func popQueued(c *cluster) *framework.QueuedPodInfo {
	info, err := c.sched.SchedulingQueue.Pop(c.logger)
	must(err)
	return info
}
