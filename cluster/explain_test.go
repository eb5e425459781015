package cluster

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
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
	refused := forwardError(`error forwarding port 8080 to pod 5a7f, uid : failed to connect to localhost:8080 inside namespace "5a7f", `+
		`IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found`, 8080)
	if refused.Error() != "nothing in the container listens on port 8080" {
		t.Errorf("a port that nobody listens on is told as %q", refused)
	}
}

func TestServerThatIsAwayIsNamedWithoutTheRequest(t *testing.T) {
	c := &Client{Server: "https://cluster.example", Context: "staging"}
	cases := map[string]error{
		"nothing answers at https://cluster.example (context staging)": &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"cannot reach https://cluster.example: no such host":           errors.New("no such host"),
	}
	for want, cause := range cases {
		err := c.explain(&url.Error{Op: "Get", URL: "https://cluster.example/api/v1/pods?labelSelector=x", Err: cause}, "list Pods")
		if !strings.HasPrefix(err.Error(), "list Pods: "+want) || strings.Contains(err.Error(), "labelSelector") {
			t.Errorf("told as %q", err)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%q hides its cause", err)
		}
	}
}
