package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	v1 "k8s.io/api/core/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// warmUps are decisions that are made before the clock starts and thrown away: the first snapshot is made in the first one.
const warmUps = 20

// bench answers mode bench: it decides the waiting pods one by one as each of the runs says, every time from the same start.
func bench(r *request) answer {
	runs := make([]benchedRun, len(r.Runs))
	for i, how := range r.Runs {
		var err error
		if runs[i], err = benchOnce(r, how); err != nil {
			return answer{Invalid: err.Error()}
		}
	}
	return answer{Runs: runs}
}

func benchOnce(r *request, how benchRun) (benchedRun, error) {
	c, err := newCluster(r, pace{percentage: how.PercentageOfNodesToScore, parallelism: how.Parallelism})
	if err != nil {
		return benchedRun{}, err
	}
	defer c.close()
	waiting := len(c.sched.SchedulingQueue.PodsInActiveQ())
	out := benchedRun{Decisions: make([]benchedDecision, 0, waiting)}
	var spent time.Duration
	for i := 0; i < waiting && spent.Seconds() < how.Seconds; i++ {
		info := popQueued(c)
		if i == 0 {
			c.warmUp(info)
		}
		host, took, err := c.timedAttempt(info)
		if err != nil {
			return benchedRun{}, fmt.Errorf("pod %s: %w", key(info.Pod), err)
		}
		spent += took
		out.Decisions = append(out.Decisions, benchedDecision{Pod: key(info.Pod), Node: host, Nanoseconds: took.Nanoseconds()})
	}
	return out, nil
}

// warmUp leaves the scheduler as it was, but for the snapshot.
func (c *cluster) warmUp(info *framework.QueuedPodInfo) {
	f := c.sched.Profiles[info.Pod.Spec.SchedulerName]
	for range warmUps {
		c.takeSnapshot(f)
		// What becomes of the pod is told by the decision that counts.
		_, _ = schedulePod(c.ctx, c.sched, f, framework.NewCycleState(), info)
	}
	*scanStart(c.sched) = 0
	runtime.GC()
}

// timedAttempt makes one attempt. The time is that from the queue's hand to the scheduler's memory; what would happen in other goroutines or on events
// afterwards is done after the clock has stopped.
func (c *cluster) timedAttempt(info *framework.QueuedPodInfo) (host string, took time.Duration, err error) {
	f := c.sched.Profiles[info.Pod.Spec.SchedulerName]
	begun := time.Now()
	state := framework.NewCycleState()
	c.takeSnapshot(f)
	result, err := schedulePod(c.ctx, c.sched, f, state, info)
	if err != nil {
		preempts := c.benchPostFilter(f, state, info.Pod, err)
		took = time.Since(begun)
		c.sched.SchedulingQueue.Done(info.Pod.UID)
		return "", took, preempts
	}
	placed := info.DeepCopy().Pod
	placed.Spec.NodeName = result.SuggestedHost
	must(c.sched.Cache.AssumePod(c.logger, placed))
	took = time.Since(begun)
	return result.SuggestedHost, took, c.settlePlaced(f, state, info.Pod, placed)
}

func (c *cluster) settlePlaced(f framework.Framework, state fwk.CycleState, pod, placed *v1.Pod) error {
	if status := f.RunReservePluginsReserve(c.ctx, state, placed, placed.Spec.NodeName); !status.IsSuccess() {
		return status.AsError()
	}
	must(c.podStore.Update(placed))
	must(c.sched.Cache.AddPod(c.logger, placed))
	dequeue(c, pod)
	c.sched.SchedulingQueue.Done(pod.UID)
	return nil
}

// benchPostFilter lets upstream's preemption look for help. A cluster in which it finds some is none for the bench: evictions are the API server's.
func (c *cluster) benchPostFilter(f framework.Framework, state fwk.CycleState, pod *v1.Pod, failure error) error {
	var fit *framework.FitError
	if !errors.As(failure, &fit) {
		if errors.Is(failure, scheduler.ErrNoNodesAvailable) {
			return nil
		}
		return failure
	}
	if !f.HasPostFilterPlugins() {
		return nil
	}
	switch _, status := f.RunPostFilterPlugins(c.ctx, state, pod, fit.Diagnosis.NodeToStatus); {
	case status.IsSuccess():
		return errors.New("would evict others, which mode bench does not do")
	case status.Code() == fwk.Error:
		return status.AsError()
	}
	return nil
}
