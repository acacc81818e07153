//go:build !kube134 && !kube135

package main

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// schedulePod is upstream's SchedulePod, which takes the queue's record of the pod from 1.36 on.
func schedulePod(
	ctx context.Context, s *scheduler.Scheduler, f framework.Framework, state fwk.CycleState, info *framework.QueuedPodInfo,
) (scheduler.ScheduleResult, error) {
	return s.SchedulePod(ctx, f, state, info)
}

func enqueue(c *cluster, pod *v1.Pod) { c.sched.SchedulingQueue.Add(c.ctx, pod) }

func updateQueued(c *cluster, before, after *v1.Pod) {
	c.sched.SchedulingQueue.Update(c.ctx, before, after)
}

// recorder makes recorders that forget every event.
func recorder(string) events.EventRecorderLogger { return &events.FakeRecorder{} }
