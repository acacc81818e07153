package main

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"sort"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// steered is a framework that takes note of the scores of one attempt and settles which of the best nodes wins.
//
// Upstream's own pick is kept where it is a function of the scores: from 1.35 on the root of a heap over the nodes in scan order. It is steered, by
// one point more for the winner, to the same root where upstream would draw (1.34) or scans in map order (after PreFilter has named nodes), and to
// the node that the caller wants when that is one of the best.
type steered struct {
	framework.Framework
	cluster *cluster
	// want is the node the caller would take among equals; "" = the heap's.
	want string

	// start is where the scan begins; by the time of scoring upstream has moved its own index on.
	start int
	// named are the nodes that PreFilter leaves; nil = all.
	named sets.Set[string]
	// scored is set when there was more than one feasible node to choose from.
	scored bool
	tied   []string
	heap   string
	pick   string
}

func (s *steered) RunPreFilterPlugins(ctx context.Context, state fwk.CycleState, pod *v1.Pod) (*preFilterResult, *fwk.Status, sets.Set[string]) {
	result, status, plugins := s.Framework.RunPreFilterPlugins(ctx, state, pod)
	if status.IsSuccess() && !result.AllNodes() {
		s.named = result.NodeNames
	}
	return result, status, plugins
}

// HasScorePlugins: without scores upstream takes the first node that passes, as if it were the only one. To a caller who wants another all that
// pass are equal.
func (s *steered) HasScorePlugins() bool { return s.want != "" || s.Framework.HasScorePlugins() }

func (s *steered) RunScorePlugins(ctx context.Context, state fwk.CycleState, pod *v1.Pod, nodes []fwk.NodeInfo) ([]nodePluginScores, *fwk.Status) {
	scores, status := s.Framework.RunScorePlugins(ctx, state, pod, nodes)
	if !status.IsSuccess() {
		return scores, status
	}
	s.scored = true
	s.tied = s.cluster.bestOf(scores)
	s.heap = heapRoot(s.cluster.inScanOrder(s.Framework, s.start, s.named, scores))
	s.pick = s.heap
	if s.want != "" && slices.Contains(s.tied, s.want) {
		s.pick = s.want
	}
	if randomTies || s.named != nil || s.pick != s.heap {
		at := slices.IndexFunc(scores, func(n nodePluginScores) bool { return n.Name == s.pick })
		scores[at].TotalScore++
	}
	return scores, status
}

// place runs upstream's SchedulePod. The start index of the scan moves on as upstream moves it.
func (s *steered) place(state fwk.CycleState, info *framework.QueuedPodInfo) (host string, err error) {
	s.start = *scanStart(s.cluster.sched)
	result, err := schedulePod(s.cluster.ctx, s.cluster.sched, s, state, info)
	if err != nil {
		return "", err
	}
	if !s.scored {
		s.tied = []string{result.SuggestedHost}
	} else if result.SuggestedHost != s.pick {
		panic(fmt.Sprintf("pod %s: upstream takes %s where %s has won", key(info.Pod), result.SuggestedHost, s.pick))
	}
	return result.SuggestedHost, nil
}

// bestOf returns the nodes with the best total in request order.
func (c *cluster) bestOf(scores []nodePluginScores) []string {
	best := slices.MaxFunc(scores, func(a, b nodePluginScores) int { return int(a.TotalScore - b.TotalScore) }).TotalScore
	var tied []string
	for _, n := range scores {
		if n.TotalScore == best {
			tied = append(tied, n.Name)
		}
	}
	c.sortByRow(tied)
	return tied
}

func (c *cluster) sortByRow(names []string) {
	sort.Slice(names, func(i, j int) bool { return c.rows[names[i]] < c.rows[names[j]] })
}

// inScanOrder sorts scores as a scan from the start index finds the nodes. Where PreFilter has named nodes upstream scans them in map
// order; the order of the node list stands in for it.
func (c *cluster) inScanOrder(f framework.Framework, start int, named sets.Set[string], scores []nodePluginScores) []nodePluginScores {
	infos, err := f.SnapshotSharedLister().NodeInfos().List()
	must(err)
	var names []string
	for _, info := range infos {
		if name := info.Node().Name; named == nil || named.Has(name) {
			names = append(names, name)
		}
	}
	at := make(map[string]int, len(names))
	first := start % len(names)
	for i, name := range names {
		at[name] = (i - first + len(names)) % len(names)
	}
	sorted := slices.Clone(scores)
	sort.SliceStable(sorted, func(i, j int) bool { return at[sorted[i].Name] < at[sorted[j].Name] })
	return sorted
}

// totals is a heap of scored nodes, the greatest total at the root.
type totals []nodePluginScores

func (t totals) Len() int           { return len(t) }
func (t totals) Less(i, j int) bool { return t[i].TotalScore > t[j].TotalScore }
func (t totals) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *totals) Push(any)          { panic("the heap only shrinks") }
func (t *totals) Pop() any          { panic("the root is read, not taken") }

// heapRoot is the node at the root of a heap made of the scores in the given order, upstream's pick from 1.35 on.
func heapRoot(scores []nodePluginScores) string {
	h := totals(slices.Clone(scores))
	heap.Init(&h)
	return h[0].Name
}
