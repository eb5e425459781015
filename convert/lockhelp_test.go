package convert

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/source"
)

// A finding points to the lock where the lock may tell what it misses, and about the image that it is about.
func TestFindingsPointToTheLock(t *testing.T) {
	loaded := &loader.Loaded{
		Project: &types.Project{Services: types.Services{"known": {Name: "known"}, "open": {Name: "open"}}},
		Images:  map[string]source.ImageFacts{"known": {ConfigKnown: true, Locked: true}, "open": {}},
	}
	at := diag.At
	for _, c := range []struct {
		code string
		path diag.Path
		want string
	}{
		{"headless", at("services", "open"), "reads it from the image"},
		{"headless", at("services", "known"), ""},
		{"volume-owner", at("services", "open", "volumes"), "reads it from the image"},
		{"healthcheck-unknown", at("services", "open", "healthcheck"), "reads it from the image"},
		{"healthcheck-unknown", at("services", "open", "healthcheck", "test"), ""},
		{"no-healthcheck", at("services", "known", "depends_on", "open", "condition"), "whether the image has one"},
		{"no-healthcheck", at("services", "open", "depends_on", "known", "condition"), ""},
		{"restart-unclear", at("services"), "whether the image has ports"},
		{"bind-data", at("services", "open", "volumes"), ""},
	} {
		got := pointToLock(diag.List{{Code: c.code, Path: c.path, Help: "do this"}}, loaded)[0].Help
		if !strings.HasPrefix(got, "do this") || c.want == "" && got != "do this" || !strings.Contains(got, c.want) {
			t.Errorf("%s at %s: %q, want %q in it", c.code, c.path, got, c.want)
		}
	}
	loaded.Images["open"] = source.ImageFacts{ConfigKnown: true, Locked: true}
	if got := pointToLock(diag.List{{Code: "restart-unclear", Path: at("services")}}, loaded)[0].Help; got != "" {
		t.Errorf("with all images locked: %q", got)
	}
}
