package main

import (
	"errors"
	"time"

	v1 "k8s.io/api/core/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// popFromBackoff lets the queue hand out a pod that backs off when no other is ready. Without it the queue would wait for a clock that stands still.
const popFromBackoff = featuregate.Feature("SchedulerPopFromBackoffQ")

// attemptsPerPod bounds a run. Pods wake each other a few times; more is a run that does not come to rest.
const attemptsPerPod = 100

// runner takes pods from the queue until it has nothing more to give.
type runner struct {
	*cluster
	request *request
	out     runAnswer
	// seen tells by pod when it was last left waiting.
	seen  map[string]moment
	clock moment
}

// run answers modes sequence and follow: pods come in the real queue's order, and each placement is in the cache before the next attempt.
func (c *cluster) run(r *request) answer {
	if !utilfeature.DefaultFeatureGate.Enabled(popFromBackoff) {
		return answer{Invalid: "modes sequence and follow need the feature gate " + string(popFromBackoff)}
	}
	run := &runner{cluster: c, request: r, seen: map[string]moment{}, out: runAnswer{Order: []string{}, Attempts: []attempt{}}}
	for left := attemptsPerPod * (len(c.pending) + 1); run.ready(); left-- {
		if left == 0 {
			panic("the run does not come to rest")
		}
		info := popQueued(c)
		c.tick()
		stop := run.try(info)
		c.tick()
		if stop {
			break
		}
	}
	run.out.Unplaced = run.unplaced()
	return answer{runAnswer: &run.out}
}

// ready says whether the queue has a pod to try, after a look at what waits for nothing but time.
func (run *runner) ready() bool {
	queue := run.sched.SchedulingQueue
	if len(queue.PodsInActiveQ())+len(queue.PodsInBackoffQ()) > 0 {
		return true
	}
	run.flush()
	return len(queue.PodsInActiveQ())+len(queue.PodsInBackoffQ()) > 0
}

// try makes one attempt. True ends the run.
func (run *runner) try(info *framework.QueuedPodInfo) (stop bool) {
	pod := info.Pod
	if pod.DeletionTimestamp != nil {
		run.sched.SchedulingQueue.Done(pod.UID)
		return false
	}
	f := run.sched.Profiles[pod.Spec.SchedulerName]
	run.takeSnapshot(f)
	a := attempt{Pod: key(pod)}
	if run.request.Nodes {
		found, _ := run.examine(f, pod)
		a.Nodes = run.inRequestOrder(found.nodes)
	}
	stop = run.attempt(f, info, &a)
	run.out.Order = append(run.out.Order, a.Pod)
	run.out.Attempts = append(run.out.Attempts, a)
	return stop
}

func (run *runner) attempt(f framework.Framework, info *framework.QueuedPodInfo, a *attempt) (stop bool) {
	pod := info.Pod
	want, told := run.request.Bind[a.Pod]
	if run.request.Mode != "follow" {
		want, told = "", false
	}
	state := framework.NewCycleState()
	s := &steered{Framework: f, cluster: run.cluster, want: want}
	host, err := s.place(state, info)
	if err == nil {
		a.Tied = s.tied
		a.Disagrees = told && host != want
		if a.Disagrees {
			a.Node = host
			return true
		}
		if err = run.assume(f, state, pod, host); err == nil {
			a.Node = host
			return false
		}
	}
	run.fail(f, state, info, err, a)
	return false
}

// assume puts the pod on the node in the scheduler's memory and has plugins reserve what it needs there.
func (run *runner) assume(f framework.Framework, state fwk.CycleState, pod *v1.Pod, host string) error {
	placed := pod.DeepCopy()
	placed.Spec.NodeName = host
	cache := run.sched.Cache
	must(cache.AssumePod(run.logger, placed))
	if status := f.RunReservePluginsReserve(run.ctx, state, placed, host); !status.IsSuccess() {
		f.RunReservePluginsUnreserve(run.ctx, state, placed, host)
		must(cache.ForgetPod(run.logger, placed))
		if !status.IsRejected() {
			return status.AsError()
		}
		fit := &framework.FitError{NumAllNodes: 1, Pod: pod, Diagnosis: framework.Diagnosis{NodeToStatus: framework.NewDefaultNodeToStatus()}}
		fit.Diagnosis.NodeToStatus.Set(host, status)
		fit.Diagnosis.AddPluginStatus(status)
		return &reserveError{fit}
	}
	// Binding and the informer's report of it, which confirms the assumption.
	must(run.podStore.Update(placed))
	must(cache.AddPod(run.logger, placed))
	dequeue(run.cluster, pod)
	run.sched.SchedulingQueue.Done(pod.UID)
	run.pods[key(pod)] = placed
	delete(run.seen, key(pod))
	run.notePlaced(placed)
	return nil
}

// reserveError is a refusal after a node was found, which preemption is not asked about.
type reserveError struct{ *framework.FitError }

// fail does what upstream's failure handling does, and what the API server's answers to it would lead to.
func (run *runner) fail(f framework.Framework, state fwk.CycleState, info *framework.QueuedPodInfo, err error, a *attempt) {
	pod := info.Pod
	cleared := &nominatingInfo{NominatingMode: modeOverride}
	var fit *framework.FitError
	var reserve *reserveError
	switch {
	case errors.As(err, &reserve):
		a.Message = reserve.Error()
		run.settle(f, info, fwk.NewStatus(fwk.Unschedulable).WithError(reserve.FitError), postFilterOutcome{info: cleared})
	case errors.Is(err, scheduler.ErrNoNodesAvailable):
		a.Message = err.Error()
		run.settle(f, info, fwk.NewStatus(fwk.UnschedulableAndUnresolvable).WithError(err), postFilterOutcome{info: cleared})
	case errors.As(err, &fit):
		outcome := run.postFilter(f, state, pod, fit)
		a.Message, a.Nominated, a.Victims = fit.Error(), outcome.node, keys(outcome.victims)
		run.settle(f, info, fwk.NewStatus(fwk.Unschedulable).WithError(fit), outcome)
	default:
		// Upstream would repeat an internal error after every backoff; here it is final.
		a.Error = err.Error()
		run.sched.SchedulingQueue.Done(pod.UID)
	}
}

// settle hands the failed pod back to the queue with the real handler, and carries out the preemption.
func (run *runner) settle(f framework.Framework, info *framework.QueuedPodInfo, status *fwk.Status, outcome postFilterOutcome) {
	pod := info.Pod
	run.seen[key(pod)] = run.leave(status)
	run.sched.FailureHandler(run.ctx, f, info, status, outcome.info, time.Now())
	if outcome.info != nil && outcome.info.Mode() == modeOverride {
		run.nominate(pod, outcome.info.NominatedNodeName)
	}
	if outcome.node != "" {
		run.clearBelow(f, pod, outcome.node)
		for _, victim := range outcome.victims {
			run.evict(victim)
		}
	}
}

// unplaced are the pods that the caller has put on a node and that are on none in the end.
func (run *runner) unplaced() []string {
	var names []string
	for _, name := range run.pending {
		if pod := run.pods[name]; run.request.Bind[name] != "" && pod != nil && pod.Spec.NodeName == "" {
			names = append(names, name)
		}
	}
	return names
}
