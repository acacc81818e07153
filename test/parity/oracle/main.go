// Command oracle answers what the real kube-scheduler framework decides about a cluster that is described in JSON.
//
// Requests are read as one JSON object per line from stdin and answered in order, one line each, on stdout; protocol.go has the fields.
// Everything but mode bench runs at parallelism 1 with all nodes scored, so that answers repeat. A broken assumption of the oracle itself is a panic.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"
)

// batching reuses scores of earlier cycles for half a second of wall-clock time; answers must not depend on that, so it is off unless asked for.
const batching = featuregate.Feature("OpportunisticBatching")

func main() {
	gates := flag.String("feature-gates", "", "comma-separated list of Name=true|false that differ from the release's defaults")
	flag.Parse()
	klog.SetSlogLogger(slog.New(slog.DiscardHandler))
	if err := setGates(*gates); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(2)
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func setGates(gates string) error {
	mutable := utilfeature.DefaultMutableFeatureGate
	if _, known := mutable.GetAll()[batching]; known {
		if err := mutable.SetFromMap(map[string]bool{string(batching): false}); err != nil {
			return err
		}
	}
	if gates == "" {
		return nil
	}
	return mutable.Set(gates)
}

func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	writer := bufio.NewWriterSize(out, 1<<20)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(greeting{Version: kubernetesVersion(), Go: runtime.Version()}); err != nil {
		return err
	}
	for {
		if err := writer.Flush(); err != nil {
			return err
		}
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := encoder.Encode(reply(line)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return writer.Flush()
		}
		if err != nil {
			return err
		}
	}
}

func reply(line []byte) answer {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return answer{Invalid: fmt.Sprintf("request: %v", err)}
	}
	result := ask(&r)
	result.ID = r.ID
	return result
}

func ask(r *request) answer {
	if r.Mode == "bench" {
		return bench(r)
	}
	c, err := newCluster(r, repeatable)
	if err != nil {
		return answer{Invalid: err.Error()}
	}
	defer c.close()
	switch r.Mode {
	case "explain":
		return answer{Pods: c.explainAll(r.Pods)}
	case "preempt":
		return answer{Pods: c.preemptAll(r.Pods)}
	case "sequence", "follow":
		return c.run(r)
	default:
		return answer{Invalid: fmt.Sprintf("mode %q is none of explain, preempt, sequence, follow, bench", r.Mode)}
	}
}

// kubernetesVersion is the version of k8s.io/kubernetes that this binary was linked with.
func kubernetesVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == "k8s.io/kubernetes" {
			return dep.Version
		}
	}
	return "unknown"
}
