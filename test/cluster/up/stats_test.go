package up_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/test/cluster/harness"
)

// TestStatsReadTheMetricsAPI that a real metrics server answers for, with what the kubelet measures.
func TestStatsReadTheMetricsAPI(t *testing.T) {
	c := consoleAlone(t, harness.Node, `
name: measured
services:
  busy: {image: "busybox:1.37", command: [sh, -c, "while :; do :; done"], deploy: {resources: {limits: {memory: 64M, cpus: "0.2"}}}}
  idle: {image: "busybox:1.37", command: [sleep, "3600"], init: true}
`)
	c.run(0, "", "up", "-d", "--wait")
	_, said := c.run(1, "", "stats", "--no-stream")
	c.says(said, "this cluster has no metrics API")

	harness.Start(t, harness.Node).StartMetrics(t)
	harness.Eventually(t, "both containers are measured, and the busy one is busy", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "stats", "--no-stream", "--format", "{{.Container}} {{.CPUPerc}} {{.MemUsage}} {{.MemPerc}}")
		found := map[string][]string{}
		for line := range strings.Lines(out) {
			fields := strings.Fields(line)
			found[strings.SplitN(fields[0], "-", 2)[0]] = fields
		}
		busy, idle := found["busy"], found["idle"]
		if len(busy) != 6 || len(idle) != 6 {
			return false, fmt.Errorf("stats says %q", out)
		}
		if busy[1] == "--" || idle[1] == "--" {
			return false, fmt.Errorf("not measured yet: %q", out)
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(busy[1], "%"), 64)
		if err != nil || !strings.HasSuffix(busy[2], "iB") || busy[4] != "64MiB" || !strings.HasSuffix(busy[5], "%") || idle[5] != "--" {
			t.Fatalf("stats says %q", out)
		}
		return percent > 2 && percent < 40, fmt.Errorf("busy takes %s", busy[1])
	})
	out, _ := c.run(0, "", "stats", "--no-stream", "busy")
	if c.says(out, "CPU %"); strings.Contains(out, "idle") {
		t.Errorf("stats of one service lists\n%s", out)
	}

	// A metrics server that is away takes nothing else with it.
	_, err := harness.Start(t, harness.Node).Dynamic.Resource(schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}).
		Patch(context.Background(), "v1beta1.metrics.k8s.io", types.MergePatchType, []byte(`{"spec":{"service":{"name":"nobody"}}}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, "the metrics API is away", func(context.Context) (bool, error) {
		_, said := c.try("stats", "--no-stream")
		return strings.Contains(said, "the metrics API of this cluster does not answer"), errors.New(said)
	})
	c.run(0, "", "up", "-d", "--force-recreate", "idle")
	c.run(0, "", "ps")
}
