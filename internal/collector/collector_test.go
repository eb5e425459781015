package collector_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/internal/collector"
)

// The first collection ends the time of a small heap.
func TestPercentages(t *testing.T) {
	if !collector.Tuned {
		t.Skip("GOGC or GOMEMLIMIT is set")
	}
	percent := func() int {
		now := debug.SetGCPercent(100)
		debug.SetGCPercent(now)
		return now
	}
	deadline := time.Now().Add(10 * time.Second)
	for percent() != 200 {
		if time.Now().After(deadline) {
			t.Fatalf("the percentage is %d after a collection", percent())
		}
		runtime.GC()
	}
}

// The program tunes the collector before the package that allocates most is initialized, and before any collection.
func TestOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/transship").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := exec.CommandContext(t.Context(), program, "version")
	c.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "GOGC=") || strings.HasPrefix(s, "GOMEMLIMIT=")
	}), "GODEBUG=inittrace=1,gctrace=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	trace := string(out)
	tuned := strings.Index(trace, "init github.com/transship/transship/internal/collector ")
	schema := strings.Index(trace, "init github.com/santhosh-tekuri/jsonschema")
	if schema < 0 || tuned > schema { // what takes no time is not traced
		t.Errorf("the collector is tuned after the JSON schemas are compiled, or these are not traced:\n%s", trace)
	}
	if strings.Contains(trace, "gc 1 @") {
		t.Errorf("version causes a collection:\n%s", trace)
	}
}
