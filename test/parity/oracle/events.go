package main

import (
	"errors"
	"time"

	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// flushTime is more than the five minutes after which upstream retries pods whatever they wait for.
const flushTime = 10 * time.Minute

// companions are the plugins whose refusals a placement may mend although no queueing hint says so.
var companions = []string{"InterPodAffinity", "PodTopologySpread", "VolumeBinding", "VolumeZone"}

// moment is a point in the run: how much has happened.
type moment struct {
	placements, departures int
	// company is set when a placement may help the pod that was left waiting then.
	company bool
}

// leave is the present moment for a pod that is left waiting with the status.
func (run *runner) leave(status *fwk.Status) moment {
	now := run.clock
	var fit *framework.FitError
	if !errors.As(status.AsError(), &fit) || len(fit.Diagnosis.UnschedulablePlugins) == 0 {
		now.company = true
		return now
	}
	now.company = fit.Diagnosis.UnschedulablePlugins.HasAny(companions...)
	return now
}

// flush lets time pass until upstream would retry everything that waits, and retries what can have changed since its last attempt: a pod that
// waits for room after a departure, and with untilStable one that waits for company after a placement. Repeating the others changes nothing.
func (run *runner) flush() {
	run.cluster.clock.Step(flushTime)
	run.sched.SchedulingQueue.MoveAllToActiveOrBackoffQueue(run.logger, framework.EventUnschedulableTimeout, nil, nil, func(pod *v1.Pod) bool {
		then, waits := run.seen[key(pod)]
		if !waits {
			return false
		}
		return then.departures < run.clock.departures || run.request.UntilStable && then.company && then.placements < run.clock.placements
	})
	run.tick()
}

// notePlaced is the event of a pod that has come to a node. Only with untilStable does it wake others.
func (run *runner) notePlaced(pod *v1.Pod) {
	run.clock.placements++
	if run.request.UntilStable {
		run.sched.SchedulingQueue.MoveAllToActiveOrBackoffQueue(run.logger, framework.EventAssignedPodAdd, nil, pod, nil)
	}
}

// nominate is the update of a waiting pod's nominatedNodeName. To pods of no more priority,
// giving one up is the departure of a pod.
func (run *runner) nominate(pod *v1.Pod, node string) {
	before := run.pods[key(pod)]
	if before.Status.NominatedNodeName == node {
		return
	}
	after := before.DeepCopy()
	after.Status.NominatedNodeName = node
	run.pods[key(pod)] = after
	must(run.podStore.Update(after))
	updateQueued(run.cluster, before, after)
	if before.Status.NominatedNodeName == "" {
		return
	}
	run.sched.SchedulingQueue.MoveAllToActiveOrBackoffQueue(run.logger, framework.EventAssignedPodDelete, before, nil, func(other *v1.Pod) bool {
		return priority(other) <= priority(before)
	})
}

// clearBelow takes the node from pods of less priority that it was promised to.
func (run *runner) clearBelow(f framework.Framework, pod *v1.Pod, node string) {
	for _, other := range f.NominatedPodsForNode(node) {
		if lower := other.GetPod(); priority(lower) < priority(pod) {
			run.clock.departures++
			run.nominate(lower, "")
		}
	}
}

// evict is the deletion of a pod that preemption has chosen, and what the disruption controller makes of it.
func (run *runner) evict(victim *v1.Pod) {
	pod := run.pods[key(victim)]
	must(run.sched.Cache.RemovePod(run.logger, pod))
	must(run.podStore.Delete(pod))
	delete(run.pods, key(pod))
	run.charge(pod)
	run.clock.departures++
	run.tick()
	run.sched.SchedulingQueue.MoveAllToActiveOrBackoffQueue(run.logger, framework.EventAssignedPodDelete, pod, nil, nil)
}

// charge takes the disruption from the budgets of the pod. One that was going anyway has been charged before.
func (run *runner) charge(pod *v1.Pod) {
	if pod.DeletionTimestamp != nil || len(pod.Labels) == 0 {
		return
	}
	store := run.factory.Policy().V1().PodDisruptionBudgets().Informer().GetIndexer()
	for _, object := range store.List() {
		budget := object.(*policy.PodDisruptionBudget)
		selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector)
		if budget.Namespace != pod.Namespace || err != nil || selector.Empty() || !selector.Matches(labels.Set(pod.Labels)) {
			continue
		}
		if _, charged := budget.Status.DisruptedPods[pod.Name]; charged || budget.Status.DisruptionsAllowed <= 0 {
			continue
		}
		after := budget.DeepCopy()
		after.Status.DisruptionsAllowed--
		must(store.Update(after))
	}
}
