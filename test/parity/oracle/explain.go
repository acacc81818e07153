package main

import (
	"errors"
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// findings are what every node is to a pod, whatever upstream would have looked at.
type findings struct {
	nodes map[string]*nodeAnswer
	// feasible counts nodes that pass; scores has them with their totals.
	feasible int
	scores   []nodePluginScores
	named    sets.Set[string]
}

// asked are the pods a request is about: those it names, or all that upstream would try.
func (c *cluster) asked(names []string) []string {
	if len(names) > 0 {
		return names
	}
	var asked []string
	for _, name := range c.pending {
		if pod := c.pods[name]; len(pod.Spec.SchedulingGates) == 0 && pod.DeletionTimestamp == nil && c.sched.Profiles[pod.Spec.SchedulerName] != nil {
			asked = append(asked, name)
		}
	}
	return asked
}

func (c *cluster) explainAll(names []string) []explainedPod {
	explained := []explainedPod{}
	for _, name := range c.asked(names) {
		explained = append(explained, c.explain(name))
	}
	return explained
}

// waiting returns the pod and its framework, or why it cannot be tried.
func (c *cluster) waiting(name string) (*v1.Pod, framework.Framework, error) {
	pod := c.pods[name]
	if pod == nil {
		return nil, nil, errors.New("no such pod, or it has finished")
	}
	if pod.Spec.NodeName != "" {
		return nil, nil, fmt.Errorf("the pod is on node %s", pod.Spec.NodeName)
	}
	f := c.sched.Profiles[pod.Spec.SchedulerName]
	if f == nil {
		return nil, nil, fmt.Errorf("no profile has the scheduler name %q", pod.Spec.SchedulerName)
	}
	return pod, f, nil
}

// explain makes one attempt for the pod as the cluster is, with the scan starting at the first node.
func (c *cluster) explain(name string) explainedPod {
	out := explainedPod{Pod: name, Nodes: []nodeAnswer{}}
	pod, f, err := c.waiting(name)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	*scanStart(c.sched) = 0
	found, err := c.examine(f, pod)
	if err != nil {
		out.Error = err.Error()
	}
	out.Nodes = c.inRequestOrder(found.nodes)
	out.Feasible = found.feasible
	if len(found.scores) > 0 {
		out.Tied = c.bestOf(found.scores)
		out.Best = found.nodes[out.Tied[0]].Total
		out.Heap = heapRoot(c.inScanOrder(f, 0, found.named, found.scores))
	}
	if held := c.heldBack(f, pod); held != "" {
		out.Message = held
		return out
	}
	c.decide(f, pod, found, &out)
	return out
}

// decide adds what upstream makes of the pod as a whole and checks the findings against it.
func (c *cluster) decide(f framework.Framework, pod *v1.Pod, found findings, out *explainedPod) {
	info, err := framework.NewPodInfo(pod)
	if err != nil {
		out.Error = err.Error()
		return
	}
	state := framework.NewCycleState()
	s := &steered{Framework: f, cluster: c}
	host, err := s.place(state, &framework.QueuedPodInfo{PodInfo: info})
	if err == nil {
		if out.Error != "" && s.scored || found.nodes[host].Code != fwk.Success.String() || s.scored && s.heap != out.Heap {
			panic(fmt.Sprintf("pod %s: upstream takes %s (scored %v, best %v, heap %s), which does not follow from best %v, heap %s, error %q, code %s: %+v",
				key(pod), host, s.scored, s.tied, s.heap, out.Tied, out.Heap, out.Error, found.nodes[host].Code, out))
		}
		out.Node = host
		return
	}
	var fit *framework.FitError
	switch {
	case errors.Is(err, scheduler.ErrNoNodesAvailable):
		out.Message = err.Error()
	case errors.As(err, &fit):
		checkStatuses(fit, found, key(pod))
		post := c.postFilter(f, state, pod, fit)
		out.Message, out.Nominated, out.Victims = fit.Error(), post.node, keys(post.victims)
	default:
		out.Error = err.Error()
	}
}

// heldBack says why upstream would not try the pod at all.
func (c *cluster) heldBack(f framework.Framework, pod *v1.Pod) string {
	for _, plugin := range f.PreEnqueuePlugins() {
		if status := plugin.PreEnqueue(c.ctx, pod); !status.IsSuccess() {
			return status.Message()
		}
	}
	if pod.DeletionTimestamp != nil {
		return fmt.Sprintf("skip schedule deleting pod: %s", key(pod))
	}
	return ""
}

// examine filters and scores every node. An error is one that fails the cycle; what was found before it is kept.
func (c *cluster) examine(f framework.Framework, pod *v1.Pod) (findings, error) {
	found := findings{nodes: map[string]*nodeAnswer{}}
	snapshot := c.takeSnapshot(f)
	infos, err := snapshot.NodeInfos().List()
	must(err)
	state := framework.NewCycleState()
	result, status, plugins := f.RunPreFilterPlugins(c.ctx, state, pod)
	if !status.IsSuccess() {
		for _, info := range infos {
			found.note(info, status)
		}
		if status.IsRejected() {
			return found, nil
		}
		return found, status.AsError()
	}
	var feasible []fwk.NodeInfo
	var failure error
	for _, info := range infos {
		name := info.Node().Name
		// A promised node is tried whether PreFilter has named it or not.
		if !result.AllNodes() && !result.NodeNames.Has(name) && name != pod.Status.NominatedNodeName {
			continue
		}
		status := f.RunFilterPluginsWithNominatedPods(c.ctx, state, pod, info)
		found.note(info, status)
		if status.IsSuccess() {
			feasible = append(feasible, info)
		} else if status.Code() == fwk.Error && failure == nil {
			failure = status.AsError()
		} else if name == pod.Status.NominatedNodeName {
			plugins.Insert(status.Plugin())
		}
	}
	if !result.AllNodes() {
		found.named = result.NodeNames
		absent := fwk.NewStatus(fwk.UnschedulableAndUnresolvable, fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", sets.List(plugins)))
		for _, info := range infos {
			if found.nodes[info.Node().Name] == nil {
				found.note(info, absent)
			}
		}
	}
	found.feasible = len(feasible)
	if failure != nil || len(feasible) == 0 {
		return found, failure
	}
	found.scores, err = c.score(f, state, pod, feasible, found.nodes)
	return found, err
}

func (found *findings) note(info fwk.NodeInfo, status *fwk.Status) {
	name := info.Node().Name
	a := &nodeAnswer{Name: name, Code: status.Code().String()}
	if !status.IsSuccess() {
		a.Plugin, a.Reasons = status.Plugin(), status.Reasons()
	}
	found.nodes[name] = a
}

func (c *cluster) inRequestOrder(nodes map[string]*nodeAnswer) []nodeAnswer {
	answers := []nodeAnswer{}
	for _, node := range c.nodes {
		if a := nodes[node.Name]; a != nil {
			answers = append(answers, *a)
		}
	}
	return answers
}

// checkStatuses: what upstream's own cycle has found about the nodes is what the examination has.
func checkStatuses(fit *framework.FitError, found findings, pod string) {
	if found.feasible > 0 {
		panic(fmt.Sprintf("pod %s: upstream finds no node, %d pass", pod, found.feasible))
	}
	for name, ours := range found.nodes {
		theirs := fit.Diagnosis.NodeToStatus.Get(name)
		same := theirs.Code().String() == ours.Code && theirs.Plugin() == ours.Plugin && sameSet(theirs.Reasons(), ours.Reasons)
		if !same {
			panic(fmt.Sprintf("pod %s on %s: upstream says %+v, the examination %+v", pod, name, theirs, ours))
		}
	}
}

// sameSet compares reasons; those of extended resources come in map order.
func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func keys(pods []*v1.Pod) []string {
	var names []string
	for _, pod := range pods {
		names = append(names, key(pod))
	}
	return names
}
