package main

import "encoding/json"

// greeting is the first line of output: which upstream release answers.
type greeting struct {
	Version string `json:"version"`
	Go      string `json:"go"`
}

// request is one line of input: a cluster and what is asked about it.
type request struct {
	ID   json.RawMessage `json:"id"`
	Mode string          `json:"mode"`
	// Config is a KubeSchedulerConfiguration v1; absent = upstream's defaults.
	Config json.RawMessage `json:"config"`
	// Objects are all API objects of the cluster with the API server's defaults. Nodes are added and pods arrive in this order.
	Objects []json.RawMessage `json:"objects"`
	// Pods are the pending pods to explain as namespace/name; absent = all that are neither gated nor being deleted.
	Pods []string `json:"pods"`
	// Bind is, for mode follow, the node where the caller wants each pod; "" = expected to be left without a node.
	Bind map[string]string `json:"bind"`
	// Nodes asks modes sequence and follow for answers by node too.
	Nodes bool `json:"nodes"`
	// UntilStable makes sequence and follow retry pods that a placement may help, as upstream does in time.
	UntilStable bool `json:"untilStable"`
	// Runs are, for mode bench, the ways to decide the same cluster.
	Runs []benchRun `json:"runs"`
}

// benchRun is one way to decide all waiting pods.
type benchRun struct {
	// PercentageOfNodesToScore is as in a configuration: 0 lets upstream choose by the number of nodes.
	PercentageOfNodesToScore int32 `json:"percentageOfNodesToScore"`
	// Parallelism is the number of goroutines.
	Parallelism int32 `json:"parallelism"`
	// Seconds of deciding after which no other pod is begun.
	Seconds float64 `json:"seconds"`
}

// benchedRun has the decisions of one run in their order.
type benchedRun struct {
	Decisions []benchedDecision `json:"decisions"`
}

type benchedDecision struct {
	Pod string `json:"pod"`
	// Node is "" where the pod found none.
	Node        string `json:"node"`
	Nanoseconds int64  `json:"nanoseconds"`
}

// nodeAnswer is what one node is to a pod.
type nodeAnswer struct {
	Name       string           `json:"name"`
	Code       string           `json:"code"`
	Plugin     string           `json:"plugin,omitempty"`
	Reasons    []string         `json:"reasons,omitempty"`
	Raw        map[string]int64 `json:"raw,omitempty"`
	Normalized map[string]int64 `json:"normalized,omitempty"`
	Weighted   map[string]int64 `json:"weighted,omitempty"`
	Total      *int64           `json:"total,omitempty"`
}

// explainedPod is one attempt against the cluster as given.
type explainedPod struct {
	Pod      string       `json:"pod"`
	Error    string       `json:"error,omitempty"`
	Nodes    []nodeAnswer `json:"nodes"`
	Feasible int          `json:"feasible"`
	Best     *int64       `json:"best,omitempty"`
	// Tied are the nodes with the best total in request order; Heap is the one at the root of upstream's heap.
	Tied []string `json:"tied,omitempty"`
	Heap string   `json:"heap,omitempty"`
	// Node is where upstream's SchedulePod puts the pod; it differs from Heap for a pod that is promised a node.
	Node      string   `json:"node,omitempty"`
	Message   string   `json:"message,omitempty"`
	Nominated string   `json:"nominated,omitempty"`
	Victims   []string `json:"victims,omitempty"`
}

// attempt is one scheduling attempt of a run.
type attempt struct {
	Pod string `json:"pod"`
	// Node is "" where the pod found none.
	Node      string       `json:"node"`
	Error     string       `json:"error,omitempty"`
	Message   string       `json:"message,omitempty"`
	Nominated string       `json:"nominated,omitempty"`
	Victims   []string     `json:"victims,omitempty"`
	Tied      []string     `json:"tied,omitempty"`
	Disagrees bool         `json:"disagrees,omitempty"`
	Nodes     []nodeAnswer `json:"nodes,omitempty"`
}

// preemption is what preemption would do for one pod.
type preemption struct {
	Pod       string   `json:"pod"`
	Error     string   `json:"error,omitempty"`
	Node      string   `json:"node,omitempty"`
	Nominated string   `json:"nominated"`
	Victims   []string `json:"victims"`
	Message   string   `json:"message"`
}

// answer is one line of output. Which fields are set depends on the mode.
type answer struct {
	ID json.RawMessage `json:"id,omitempty"`
	// Invalid says why upstream itself cannot take the request.
	Invalid string `json:"invalid,omitempty"`
	// Pods holds explainedPod or preemption values.
	Pods any `json:"pods,omitempty"`
	// Runs are the answer to mode bench, in the order of the request.
	Runs []benchedRun `json:"runs,omitempty"`
	*runAnswer
}

// runAnswer is the answer to modes sequence and follow.
type runAnswer struct {
	Order    []string  `json:"order"`
	Attempts []attempt `json:"attempts"`
	// Unplaced are the pods that mode follow should have put on a node and never could.
	Unplaced []string `json:"unplaced,omitempty"`
}
