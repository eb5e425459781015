package status

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestWhatHasCrashedRunsForLongerBeforeItCountsAsReady: a busy kubelet tells of the next crash seconds after it.
func TestWhatHasCrashedRunsForLongerBeforeItCountsAsReady(t *testing.T) {
	for name, c := range map[string]struct {
		last map[string]any
		want bool
	}{
		"first start":        {nil, true},
		"ended well before":  {map[string]any{"terminated": map[string]any{"exitCode": int64(0)}}, true},
		"crashed before":     {map[string]any{"terminated": map[string]any{"exitCode": int64(4)}}, false},
		"killed by a signal": {map[string]any{"terminated": map[string]any{"exitCode": int64(137)}}, false},
	} {
		status := map[string]any{
			"name": "web", "restartCount": int64(1),
			"state": map[string]any{"running": map[string]any{"startedAt": time.Now().Add(-6 * time.Second).UTC().Format(time.RFC3339)}},
		}
		if c.last != nil {
			status["lastState"] = c.last
		}
		pod := &unstructured.Unstructured{Object: map[string]any{
			"metadata": map[string]any{"uid": "u"},
			"spec":     map[string]any{"containers": []any{map[string]any{"name": "web"}}},
			"status":   map[string]any{"containerStatuses": []any{status}},
		}}
		live := &LiveState{noticed: map[string]time.Time{"uweb1": time.Now().Add(-5 * time.Second)}}
		if got := live.isSettled(pod); got != c.want {
			t.Errorf("%s: settled is %t, want %t", name, got, c.want)
		}
	}
}

// TestALateKubeletIsGivenTime: who told of the start ten seconds late tells of the end ten seconds late.
func TestALateKubeletIsGivenTime(t *testing.T) {
	ago := func(seconds int) time.Time { return time.Now().Add(-time.Duration(seconds) * time.Second) }
	for name, c := range map[string]struct {
		seen, started, told time.Time
		want                bool
	}{
		"told at once":             {ago(20), ago(5), ago(4), true},
		"told at once, new":        {ago(20), ago(3), ago(2), false},
		"told late":                {ago(20), ago(14), ago(4), false},
		"told late, long ago":      {ago(60), ago(40), ago(30), true},
		"older than the watch":     {ago(1), ago(14), ago(1), true},
		"as late as clocks differ": {ago(400), ago(400), ago(23), true},
	} {
		pod := &unstructured.Unstructured{Object: map[string]any{
			"metadata": map[string]any{"uid": "u"},
			"spec":     map[string]any{"containers": []any{map[string]any{"name": "web"}}},
			"status": map[string]any{"containerStatuses": []any{map[string]any{
				"name": "web", "restartCount": int64(0), "state": map[string]any{"running": map[string]any{"startedAt": c.started.UTC().Format(time.RFC3339)}},
			}}},
		}}
		live := &LiveState{noticed: map[string]time.Time{"uweb0": c.told, "seen u": c.seen}}
		if got := live.isSettled(pod); got != c.want {
			t.Errorf("%s: settled is %t, want %t", name, got, c.want)
		}
	}
}
