package registry

import (
	"slices"
	"testing"
)

// What an image claims to expose and no container can have is left out: a lock with it could not be read.
func TestExposedPorts(t *testing.T) {
	for text, want := range map[string][]string{
		"80": {"80/tcp"}, "53/UDP": {"53/udp"}, "8000-8002/tcp": {"8000/tcp", "8001/tcp", "8002/tcp"}, "0-1": {"1/tcp"},
		"0": nil, "65536": nil, "x/tcp": nil, "80/icmp": nil, "80\n": nil, "2-1": nil, "": nil, "-": nil,
	} {
		if got := exposed(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
