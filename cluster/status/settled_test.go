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
