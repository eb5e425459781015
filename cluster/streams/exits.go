package streams

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// Exits tells each end of a container of a project as [event.Exited], once, until the context ends: those since a time, so
// that none is missed that ends before the watch begins. Containers of run commands are not the project's.
func Exits(ctx context.Context, c *api.Conn, project, namespace string, since time.Time, sink event.Sink) error {
	state, err := status.Watch(ctx, c, project, namespace)
	if err != nil {
		return err
	}
	e := newExitTeller(state, since, sink)
	return state.Await(ctx, func() bool {
		e.tell()
		return false
	})
}

// exitTeller tells ends of containers, each once.
type exitTeller struct {
	state *status.LiveState
	since time.Time
	sink  event.Sink
	told  map[string]bool
}

func newExitTeller(state *status.LiveState, since time.Time, sink event.Sink) *exitTeller {
	const unit = time.Second // of which the cluster tells whole ones only
	return &exitTeller{state: state, since: since.Truncate(unit), sink: sink, told: map[string]bool{}}
}

// tell tells what has ended since the last call. The lock of the live state is held.
func (t *exitTeller) tell() {
	pods := t.state.All("Pod")
	for _, name := range resource.SortedKeys(pods) {
		if resource.IsOneOff(pods[name]) {
			continue
		}
		for _, report := range resource.Items(pods[name].Object, "status", "containerStatuses") {
			for _, when := range []string{"lastState", "state"} {
				t.tellEnd(pods[name], report, when)
			}
		}
	}
}

func (t *exitTeller) tellEnd(pod *unstructured.Unstructured, report map[string]any, when string) {
	container, _ := report["name"].(string)
	ended, found, _ := unstructured.NestedMap(report, when, "terminated")
	key := fmt.Sprint(pod.GetUID(), container, ended["containerID"], ended["finishedAt"])
	text, _ := ended["finishedAt"].(string)
	at, err := time.Parse(time.RFC3339, text)
	if !found || t.told[key] || err != nil || at.Before(t.since) {
		return
	}
	t.told[key] = true
	code, _ := ended["exitCode"].(int64)
	t.sink.Tell(event.Exited{Service: t.state.ServiceOf(pod, container), Pod: pod.GetName(), Container: container, ExitCode: code})
}
