package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"time"

	v1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/validation"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/profile"
	testingclock "k8s.io/utils/clock/testing"
)

// syncTimeout bounds the wait for informers over a clientset in memory, which takes milliseconds.
const syncTimeout = 30 * time.Second

// instant is how far the clock moves between two things that happen: enough to order them, never enough to end a backoff.
const instant = time.Microsecond

// pace is how much of the cluster upstream looks at for a pod, and with how many goroutines.
type pace struct{ percentage, parallelism int32 }

// repeatable is the pace at which answers repeat.
var repeatable = pace{percentage: 100, parallelism: 1}

// cluster is a real scheduler over the objects of one request.
//
// Pods and nodes are handed to the scheduler's cache and queue and to the informers' stores as its event handlers would do it, because a watch
// would deliver them in no certain order; every other object reaches the plugins through informers over a fake clientset.
type cluster struct {
	ctx    context.Context
	close  context.CancelFunc
	logger klog.Logger
	clock  *testingclock.FakeClock
	sched  *scheduler.Scheduler

	factory  informers.SharedInformerFactory
	podStore cache.Indexer

	// nodes are in request order, which rows tells by name.
	nodes []*v1.Node
	rows  map[string]int
	// pods are those that have not finished, by namespace/name as they are now; pending are keys in request order.
	pods    map[string]*v1.Pod
	pending []string
}

func key(pod *v1.Pod) string { return pod.Namespace + "/" + pod.Name }

func newCluster(r *request, p pace) (*cluster, error) {
	cfg, err := loadConfig(r.Config)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	c := &cluster{rows: map[string]int{}, pods: map[string]*v1.Pod{}}
	bound, others, err := c.sortObjects(r.Objects)
	if err != nil {
		return nil, err
	}
	c.ctx, c.close = context.WithCancel(context.Background())
	c.logger = klog.FromContext(c.ctx)
	if err := c.start(cfg, p, others); err != nil {
		c.close()
		return nil, err
	}
	if err := c.fill(bound); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// loadConfig decodes, defaults and validates as the kube-scheduler command does.
func loadConfig(raw []byte) (*config.KubeSchedulerConfiguration, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return latest.Default()
	}
	object, kind, err := scheme.Codecs.UniversalDecoder().Decode(raw, nil, nil)
	if err != nil {
		return nil, err
	}
	cfg, ok := object.(*config.KubeSchedulerConfiguration)
	if !ok {
		return nil, fmt.Errorf("couldn't decode as KubeSchedulerConfiguration, got %s", kind)
	}
	cfg.TypeMeta.APIVersion = kind.GroupVersion().String()
	if err := validation.ValidateKubeSchedulerConfiguration(cfg); err != nil {
		return nil, err
	}
	return cfg, nil
}

// sortObjects decodes the objects. Finished pods are left out, as the scheduler's informer leaves them out.
func (c *cluster) sortObjects(raws []json.RawMessage) (bound []*v1.Pod, others []apiruntime.Object, err error) {
	decoder := clientscheme.Codecs.UniversalDeserializer()
	for i, raw := range raws {
		object, _, err := decoder.Decode(raw, nil, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("objects[%d]: %w", i, err)
		}
		if meta, err := apimeta.Accessor(object); err == nil && meta.GetResourceVersion() == "" {
			// An API server gives one to every object, and the caches of volumes and claims do not work without.
			meta.SetResourceVersion("1")
		}
		switch o := object.(type) {
		case *v1.Node:
			c.rows[o.Name] = len(c.nodes)
			c.nodes = append(c.nodes, o)
		case *v1.Pod:
			if o.Status.Phase == v1.PodSucceeded || o.Status.Phase == v1.PodFailed {
				continue
			}
			if o.UID == "" {
				o.UID = types.UID(key(o))
			}
			c.pods[key(o)] = o
			if o.Spec.NodeName == "" {
				c.pending = append(c.pending, key(o))
			} else {
				bound = append(bound, o)
			}
		default:
			others = append(others, object)
		}
	}
	return bound, others, nil
}

// start makes the scheduler and fills its informers with everything that is neither pod nor node.
func (c *cluster) start(cfg *config.KubeSchedulerConfiguration, p pace, others []apiruntime.Object) error {
	client := fake.NewSimpleClientset(others...)
	// Statuses that the failure handler writes are kept in podStore; the API has nothing to say to them.
	client.PrependReactor("patch", "pods", func(clienttesting.Action) (bool, apiruntime.Object, error) { return true, &v1.Pod{}, nil })
	c.factory = informers.NewSharedInformerFactory(client, 0)
	c.clock = testingclock.NewFakeClock(time.Unix(1000, 0))
	for i := range cfg.Profiles {
		cfg.Profiles[i].PercentageOfNodesToScore = nil
	}
	sched, err := scheduler.New(c.ctx, client, c.factory, nil, profile.RecorderFactory(recorder),
		scheduler.WithComponentConfigVersion(cfg.TypeMeta.APIVersion),
		scheduler.WithProfiles(cfg.Profiles...),
		scheduler.WithExtenders(cfg.Extenders...),
		scheduler.WithPodInitialBackoffSeconds(cfg.PodInitialBackoffSeconds),
		scheduler.WithPodMaxBackoffSeconds(cfg.PodMaxBackoffSeconds),
		scheduler.WithPercentageOfNodesToScore(&p.percentage),
		scheduler.WithParallelism(p.parallelism),
		scheduler.WithClock(c.clock))
	if err != nil {
		return err
	}
	c.sched = sched
	c.podStore = c.factory.Core().V1().Pods().Informer().GetIndexer()
	c.factory.Policy().V1().PodDisruptionBudgets().Informer()
	c.factory.Start(c.ctx.Done())
	return c.waitForSync()
}

// waitForSync polls every millisecond: upstream's own waits look every 100 ms, which is most of the time of a small request.
func (c *cluster) waitForSync() error {
	deadline := time.Now().Add(syncTimeout)
	for !c.synced() {
		if time.Now().After(deadline) {
			return errors.New("informers do not sync")
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

func (c *cluster) synced() bool {
	// A wait that is over before it begins still looks once.
	over, cancel := context.WithCancel(c.ctx)
	cancel()
	for _, synced := range c.factory.WaitForCacheSync(over.Done()) {
		if !synced {
			return false
		}
	}
	return c.sched.WaitForHandlersSync(over) == nil && delivered(c.factory)
}

// fill adds the nodes, the pods on them, and then the pending pods to the queue by creation time and request order.
func (c *cluster) fill(bound []*v1.Pod) error {
	nodeStore := c.factory.Core().V1().Nodes().Informer().GetIndexer()
	for _, node := range c.nodes {
		if err := nodeStore.Add(node); err != nil {
			return err
		}
		c.sched.Cache.AddNode(c.logger, node)
	}
	for _, pod := range c.pods {
		if err := c.podStore.Add(pod); err != nil {
			return err
		}
	}
	for _, pod := range bound {
		if err := c.sched.Cache.AddPod(c.logger, pod); err != nil {
			return err
		}
	}
	arrivals := make([]*v1.Pod, 0, len(c.pending))
	for _, name := range c.pending {
		if pod := c.pods[name]; c.sched.Profiles[pod.Spec.SchedulerName] != nil {
			arrivals = append(arrivals, pod)
		}
	}
	sort.SliceStable(arrivals, func(i, j int) bool { return arrivals[i].CreationTimestamp.Before(&arrivals[j].CreationTimestamp) })
	for _, pod := range arrivals {
		enqueue(c, pod)
		c.tick()
	}
	return nil
}

func (c *cluster) tick() { c.clock.Step(instant) }

// takeSnapshot shows the plugins the cache as it is now, as the start of a cycle does.
func (c *cluster) takeSnapshot(f framework.Framework) *internalcache.Snapshot {
	snapshot := f.SnapshotSharedLister().(*internalcache.Snapshot)
	must(c.sched.Cache.UpdateSnapshot(c.logger, snapshot))
	return snapshot
}

// must ends the process: the oracle's own world has broken, and no answer of it would mean anything.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
