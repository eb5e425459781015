package status

import (
	"strings"
	"testing"
)

func TestRuntimesAreQuotedInShort(t *testing.T) {
	status := map[string]any{"image": "registry.example/none:1"}
	pulled := pullMessage(status, `Back-off pulling image "registry.example/none:1": ErrImagePull: rpc error: code = NotFound desc = failed to `+
		`pull and unpack image "registry.example/none:1": failed to resolve reference "registry.example/none:1": registry.example/none:1: not found`)
	if !strings.HasPrefix(pulled, "cannot pull registry.example/none:1: registry.example/none:1: not found (") {
		t.Errorf("an image that is missing is told as %q", pulled)
	}
	scheduled := preemption.ReplaceAllString("0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes "+
		"are available: 1 Preemption is not helpful for scheduling.", "")
	if scheduled != "0/1 nodes are available: 1 Insufficient cpu" {
		t.Errorf("a Pod that fits nowhere is told as %q", scheduled)
	}
}
