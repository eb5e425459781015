package streams

import (
	"testing"

	"github.com/transship/transship/cluster/resource"
)

func TestPortRange(t *testing.T) {
	for text, want := range map[string][2]int{"": {0, 0}, "80": {80, 80}, "8080-8090": {8080, 8090}} {
		if first, last, err := portRange(text); err != nil || first != want[0] || last != want[1] {
			t.Errorf("the range of %q is %d to %d, %v", text, first, last, err)
		}
	}
	if _, _, err := portRange("http"); err == nil {
		t.Error("a word passes for a port")
	}
}

func TestForwardedPortsNeverLeaveTheMachine(t *testing.T) {
	for host, want := range map[string]string{"": "127.0.0.1:80", "0.0.0.0": "127.0.0.1:80", "192.168.1.1": "127.0.0.1:80", "127.0.0.2": "127.0.0.2:80", "::1": "[::1]:80"} {
		if got := (resource.PublishedPort{HostIP: host, Published: "80"}).Address(); got != want {
			t.Errorf("host %q answers at %s", host, got)
		}
	}
}
