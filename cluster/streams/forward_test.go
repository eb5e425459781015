package streams

import (
	"testing"
)

func TestPortThatNobodyListensOnIsToldInShort(t *testing.T) {
	t.Parallel()
	refused := forwardError(`error forwarding port 8080 to pod 5a7f, uid : failed to connect to localhost:8080 inside namespace "5a7f", `+
		`IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found`, 8080)
	if refused.Error() != "nothing in the container listens on port 8080" {
		t.Errorf("a port that nobody listens on is told as %q", refused)
	}
}
