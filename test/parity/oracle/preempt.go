package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/defaultpreemption"
	dryrun "k8s.io/kubernetes/pkg/scheduler/framework/preemption"
)

// postFilterOutcome is what PostFilter makes of a failed attempt.
type postFilterOutcome struct {
	// node is where the pod is to go when the victims, in upstream's order, have left; "" = preemption has found nothing.
	node    string
	victims []*v1.Pod
	// info is what becomes of the pod's nomination, as the failure handler takes it.
	info *nominatingInfo
}

// postFilter runs the PostFilter plugins as the framework does, and puts their text into the error.
//
// Preemption deletes nothing here. Upstream looks at candidate nodes from a random offset on and takes any of equally good ones; here the nodes are
// looked at in request order and the first of the best is taken. Where there is no candidate the plugin itself speaks.
func (c *cluster) postFilter(f framework.Framework, state fwk.CycleState, pod *v1.Pod, fit *framework.FitError) postFilterOutcome {
	if !f.HasPostFilterPlugins() {
		return postFilterOutcome{info: &nominatingInfo{NominatingMode: modeOverride}}
	}
	var result *postFilterResult
	var reasons []string
	statuses := fit.Diagnosis.NodeToStatus
	for _, plugin := range postFilterPlugins(f) {
		var problems error
		if preemption, ok := plugin.(*defaultpreemption.DefaultPreemption); ok {
			var best dryrun.Candidate
			if best, problems = c.bestCandidate(preemption, f, state, pod, statuses); best != nil {
				info := &nominatingInfo{NominatingMode: modeOverride, NominatedNodeName: best.Name()}
				fit.Diagnosis.PostFilterMsg = foundText(best.Name(), len(best.Victims().Pods))
				return postFilterOutcome{node: best.Name(), victims: best.Victims().Pods, info: info}
			}
		}
		r, status := plugin.PostFilter(c.ctx, state, pod, statuses)
		if status.IsSuccess() {
			panic(fmt.Sprintf("pod %s: PostFilter of %s has acted", key(pod), plugin.Name()))
		}
		if status.Code() != fwk.Unschedulable {
			// An error leaves the nomination alone.
			if status.Code() != fwk.UnschedulableAndUnresolvable {
				r = nil
			}
			fit.Diagnosis.PostFilterMsg = inRequestOrder(status.Message(), problems)
			return postFilterOutcome{info: nominationOf(r)}
		}
		if r != nil && r.Mode() != modeNoop {
			result = r
		}
		reasons = append(reasons, status.Reasons()...)
	}
	fit.Diagnosis.PostFilterMsg = strings.Join(reasons, ", ")
	return postFilterOutcome{info: nominationOf(result)}
}

// inRequestOrder is the text of a preemption that failed. Upstream lists the nodes' errors from the random offset on; problems are the same errors
// in request order.
func inRequestOrder(text string, problems error) string {
	if problems == nil {
		return text
	}
	ordered := "preemption: " + problems.Error()
	for _, problem := range problems.(utilerrors.Aggregate).Errors() {
		if len(ordered) != len(text) || !strings.Contains(text, problem.Error()) {
			panic(fmt.Sprintf("upstream says %q, the nodes in order %q", text, ordered))
		}
	}
	return ordered
}

func nominationOf(result *postFilterResult) *nominatingInfo {
	if result == nil {
		return nil
	}
	return result.NominatingInfo
}

// bestCandidate is the node that preemption picks, nil when the pod may not preempt or no eviction helps, and why nodes could not be tried.
func (c *cluster) bestCandidate(
	plugin *defaultpreemption.DefaultPreemption, f framework.Framework, state fwk.CycleState, pod *v1.Pod, statuses *framework.NodeToStatus,
) (dryrun.Candidate, error) {
	if eligible, _ := plugin.PodEligibleToPreemptOthers(c.ctx, pod, statuses.Get(pod.Status.NominatedNodeName)); !eligible {
		return nil, nil
	}
	potential, err := statuses.NodesForStatusCode(f.SnapshotSharedLister().NodeInfos(), fwk.Unschedulable)
	must(err)
	if len(potential) == 0 {
		return nil, nil
	}
	slices.SortFunc(potential, func(a, b fwk.NodeInfo) int { return cmp.Compare(c.rows[a.Node().Name], c.rows[b.Node().Name]) })
	budgets, err := c.factory.Policy().V1().PodDisruptionBudgets().Lister().List(labels.Everything())
	must(err)
	candidates, problems := c.dryRun(plugin, state, pod, potential, budgets)
	if len(candidates) == 0 {
		return nil, problems
	}
	best := c.leastHarm(candidates)
	if theirs := plugin.Evaluator.SelectCandidate(c.ctx, candidates); !slices.ContainsFunc(best, func(b dryrun.Candidate) bool { return b.Name() == theirs.Name() }) {
		panic(fmt.Sprintf("pod %s: upstream would preempt on %s, the best is %s", key(pod), theirs.Name(), best[0].Name()))
	}
	return best[0], nil
}

func (c *cluster) dryRun(
	plugin *defaultpreemption.DefaultPreemption, state fwk.CycleState, pod *v1.Pod, potential []fwk.NodeInfo, budgets []*policy.PodDisruptionBudget,
) ([]dryrun.Candidate, error) {
	_, wanted := plugin.GetOffsetAndNumCandidates(int32(len(potential)))
	// An error means that some node could not be tried; the candidates found are taken all the same, and none means that the plugin reports it.
	candidates, _, err := plugin.Evaluator.DryRunPreemption(c.ctx, state, pod, potential, budgets, 0, wanted)
	return candidates, err
}

// leastHarm are the candidates that upstream's rules hold equal, in request order of their nodes.
func (c *cluster) leastHarm(candidates []dryrun.Candidate) []dryrun.Candidate {
	now := float64(time.Now().UnixNano())
	rules := []func(dryrun.Candidate) float64{
		func(x dryrun.Candidate) float64 { return float64(x.Victims().NumPDBViolations) },
		func(x dryrun.Candidate) float64 { return float64(priority(x.Victims().Pods[0])) },
		sumOfPriorities,
		func(x dryrun.Candidate) float64 { return float64(len(x.Victims().Pods)) },
		func(x dryrun.Candidate) float64 { return -earliestStart(x, now) },
	}
	best := slices.Clone(candidates)
	for _, rule := range rules {
		least := rule(slices.MinFunc(best, func(a, b dryrun.Candidate) int { return cmp.Compare(rule(a), rule(b)) }))
		best = slices.DeleteFunc(best, func(x dryrun.Candidate) bool { return rule(x) > least })
	}
	slices.SortFunc(best, func(a, b dryrun.Candidate) int { return cmp.Compare(c.rows[a.Name()], c.rows[b.Name()]) })
	return best
}

func sumOfPriorities(x dryrun.Candidate) float64 {
	sum := 0.0
	for _, pod := range x.Victims().Pods {
		sum += float64(priority(pod)) + math.MaxInt32 + 1
	}
	return sum
}

// earliestStart is the earliest start, in nanoseconds, among the victims of the highest priority. A pod that has not started
// counts as starting now.
func earliestStart(x dryrun.Candidate, now float64) float64 {
	pods := x.Victims().Pods
	earliest := math.Inf(1)
	for _, pod := range pods {
		start := now
		if pod.Status.StartTime != nil {
			start = float64(pod.Status.StartTime.UnixNano())
		}
		if priority(pod) == priority(pods[0]) {
			earliest = min(earliest, start)
		}
	}
	return earliest
}

func priority(pod *v1.Pod) int32 {
	if pod.Spec.Priority == nil {
		return 0
	}
	return *pod.Spec.Priority
}

func (c *cluster) preemptAll(names []string) []preemption {
	all := []preemption{}
	for _, name := range c.asked(names) {
		e := c.explain(name)
		victims := e.Victims
		if victims == nil {
			victims = []string{}
		}
		all = append(all, preemption{Pod: name, Error: e.Error, Node: e.Node, Nominated: e.Nominated, Victims: victims, Message: e.Message})
	}
	return all
}
