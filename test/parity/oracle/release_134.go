//go:build kube134

package main

import "k8s.io/kubernetes/pkg/scheduler/framework"

// Types that 1.35 moved to k8s.io/kube-scheduler/framework.
type (
	nodePluginScores = framework.NodePluginScores
	nodeScore        = framework.NodeScore
	nodeScoreList    = framework.NodeScoreList
	nominatingInfo   = framework.NominatingInfo
	postFilterPlugin = framework.PostFilterPlugin
	postFilterResult = framework.PostFilterResult
	preFilterResult  = framework.PreFilterResult
	scorePlugin      = framework.ScorePlugin
)

const (
	modeNoop     = framework.ModeNoop
	modeOverride = framework.ModeOverride
)

// randomTies: the host is drawn from the nodes with the best score.
const randomTies = true
