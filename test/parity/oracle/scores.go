package main

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// score fills raw, normalized and weighted scores and totals of the feasible nodes, which answers holds by name, and returns the totals in the
// given order. Plugins that PreScore skips do not score.
//
// Every step is taken plugin by plugin and must add up to what the framework's own RunScorePlugins says.
func (c *cluster) score(
	f framework.Framework, state fwk.CycleState, pod *v1.Pod, nodes []fwk.NodeInfo, answers map[string]*nodeAnswer,
) ([]nodePluginScores, error) {
	if !f.HasScorePlugins() {
		return allOnes(nodes, answers), nil
	}
	if status := f.RunPreScorePlugins(c.ctx, state, pod, nodes); !status.IsSuccess() {
		return nil, status.AsError()
	}
	theirs, status := f.RunScorePlugins(c.ctx, state, pod, nodes)
	if !status.IsSuccess() {
		return nil, status.AsError()
	}
	weights := map[string]int64{}
	for _, enabled := range f.ListPlugins().Score.Enabled {
		weights[enabled.Name] = int64(enabled.Weight)
	}
	for _, node := range nodes {
		a := answers[node.Node().Name]
		a.Raw, a.Normalized, a.Weighted, a.Total = map[string]int64{}, map[string]int64{}, map[string]int64{}, new(int64)
	}
	for _, plugin := range scorePlugins(f) {
		if state.GetSkipScorePlugins().Has(plugin.Name()) {
			continue
		}
		if err := c.scoreWith(plugin, weights[plugin.Name()], state, pod, nodes, answers); err != nil {
			return nil, err
		}
	}
	for _, node := range theirs {
		checkScores(node, answers[node.Name], key(pod))
	}
	return theirs, nil
}

// allOnes is what upstream gives nodes when no plugin scores.
func allOnes(nodes []fwk.NodeInfo, answers map[string]*nodeAnswer) []nodePluginScores {
	scores := make([]nodePluginScores, len(nodes))
	for i, node := range nodes {
		scores[i] = nodePluginScores{Name: node.Node().Name, TotalScore: 1}
		answers[node.Node().Name].Total = &scores[i].TotalScore
	}
	return scores
}

func (c *cluster) scoreWith(
	plugin scorePlugin, weight int64, state fwk.CycleState, pod *v1.Pod, nodes []fwk.NodeInfo, answers map[string]*nodeAnswer,
) error {
	scores := make(nodeScoreList, len(nodes))
	for i, node := range nodes {
		raw, status := plugin.Score(c.ctx, state, pod, node)
		if !status.IsSuccess() {
			return status.AsError()
		}
		scores[i] = nodeScore{Name: node.Node().Name, Score: raw}
		answers[scores[i].Name].Raw[plugin.Name()] = raw
	}
	if normalizer := plugin.ScoreExtensions(); normalizer != nil {
		if status := normalizer.NormalizeScore(c.ctx, state, pod, scores); !status.IsSuccess() {
			return status.AsError()
		}
	}
	for _, s := range scores {
		a := answers[s.Name]
		a.Normalized[plugin.Name()] = s.Score
		a.Weighted[plugin.Name()] = s.Score * weight
		*a.Total += s.Score * weight
	}
	return nil
}

func checkScores(theirs nodePluginScores, ours *nodeAnswer, pod string) {
	same := theirs.TotalScore == *ours.Total && len(theirs.Scores) == len(ours.Weighted)
	for _, s := range theirs.Scores {
		weighted, scored := ours.Weighted[s.Name]
		same = same && scored && weighted == s.Score
	}
	if !same {
		panic(fmt.Sprintf("pod %s on %s: the framework scores %+v, plugin by plugin it is %v = %d", pod, theirs.Name, theirs, ours.Weighted, *ours.Total))
	}
}
