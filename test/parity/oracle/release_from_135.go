//go:build !kube134

package main

import fwk "k8s.io/kube-scheduler/framework"

// Types that moved out of pkg/scheduler/framework with 1.35.
type (
	nodePluginScores = fwk.NodePluginScores
	nodeScore        = fwk.NodeScore
	nodeScoreList    = fwk.NodeScoreList
	nominatingInfo   = fwk.NominatingInfo
	postFilterPlugin = fwk.PostFilterPlugin
	postFilterResult = fwk.PostFilterResult
	preFilterResult  = fwk.PreFilterResult
	scorePlugin      = fwk.ScorePlugin
)

const (
	modeNoop     = fwk.ModeNoop
	modeOverride = fwk.ModeOverride
)

// randomTies: the host among equals is the root of a heap over the scores, which nothing but the scores decides.
const randomTies = false
