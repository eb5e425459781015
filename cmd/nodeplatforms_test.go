package cmd

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

func TestJudgeImage(t *testing.T) {
	amd, arm := "linux/amd64", "linux/arm64"
	for _, c := range []struct {
		name       string
		key        string // platform of the service
		platform   string // of the lock
		offers     []string
		nodes      []string
		want, help string
	}{
		{name: "the same", platform: amd, offers: []string{amd}, nodes: []string{amd}},
		{name: "nodes that may not be read", platform: arm, offers: []string{arm}},
		{name: "nowhere", platform: amd, offers: []string{amd}, nodes: []string{arm}, want: "build-platform", help: "name an image that exists for the nodes"},
		{name: "on some nodes", platform: amd, offers: []string{amd}, nodes: []string{amd, arm}, want: "build-platform", help: "write `platform: linux/amd64`, which chooses the nodes as well"},
		{name: "the key has chosen", key: amd, platform: amd, offers: []string{amd}, nodes: []string{amd, arm}},
		{name: "a lock of another platform", platform: amd, offers: []string{amd, "linux/arm64/v8"}, nodes: []string{arm}, want: "lock-platform"},
		{name: "a lock of one of two", platform: amd, offers: []string{amd, arm}, nodes: []string{amd, arm}},
		{name: "read from an engine", platform: amd, nodes: []string{arm}, want: "lock-platform"},
	} {
		spec := &types.ContainerSpec{Image: "a", Platform: c.key}
		got, found := judgeImage(spec, source.ImageFacts{Locked: true, Platform: c.platform, Platforms: c.offers}, c.nodes)
		if found != (c.want != "") || got.Code != c.want || len(got.Help) < len(c.help) || got.Help[:len(c.help)] != c.help {
			t.Errorf("%s: got %v, want %q", c.name, got, c.want)
		}
	}
}
