package convert_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

// TestRunning: whoever shares a Pod with a part of a project runs with it, and needs an image.
func TestRunning(t *testing.T) {
	dir := t.TempDir()
	text := `
services:
  web: {build: ., network_mode: "service:vpn"}
  vpn: {build: ., cap_add: [NET_ADMIN]}
  other: {build: .}
`
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string][]string{"": nil, "vpn": {"vpn", "web"}, "other": {"other"}} {
		o := convert.Options{Load: loader.Options{WorkingDirectory: dir}}
		if asked != "" {
			o.Load.Services = []string{asked}
		}
		result, err := convert.Convert(context.Background(), o)
		if err != nil || result.Err() != nil {
			t.Fatal(err, result.Err())
		}
		whole, services := result.Running(nil)
		if !slices.Equal(services, want) || len(whole.Services) != 3 {
			t.Errorf("with %q, %v of %d services run, want %v", asked, services, len(whole.Services), want)
		}
	}
}
