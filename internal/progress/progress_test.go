package progress

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/build"
	"github.com/transship/transship/cluster"
)

var (
	web    = cluster.Ref{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}
	site   = cluster.Ref{APIVersion: "v1", Kind: "ConfigMap", Name: "site"}
	events = []cluster.Event{
		cluster.Changed{Ref: site, Action: cluster.Create},
		cluster.Changing{Ref: web, Action: cluster.Create},
		cluster.Changed{Ref: web, Action: cluster.Create},
		cluster.Waiting{Ref: web, State: "starting", Ready: 0, Desired: 2},
		cluster.Waiting{Ref: web, State: "starting", Ready: 0, Desired: 2},
		cluster.Waiting{Ref: web, State: "starting", Ready: 1, Desired: 2},
		cluster.Warning{Message: "careful"},
		cluster.Ready{Ref: web, State: "ready", Desired: 2},
		cluster.Failed{Ref: web, Reason: "CrashLoopBackOff", Message: "ended", Logs: []string{"last words"}},
	}
)

func TestModes(t *testing.T) {
	cases := map[string]string{
		"plain": `configmap/site created
deployment/web created
deployment/web starting 0/2
deployment/web starting 1/2
warning: careful
deployment/web ready
deployment/web failed: CrashLoopBackOff: ended
  | last words
`,
		"quiet": `warning: careful
deployment/web failed: CrashLoopBackOff: ended
  | last words
`,
	}
	for mode, want := range cases {
		var out strings.Builder
		d := New(mode, &out, false)
		for _, e := range events {
			d.Show(e)
		}
		d.Close()
		if out.String() != want {
			t.Errorf("%s shows\n%s\nwant\n%s", mode, out.String(), want)
		}
	}
}

func TestAutoMovesNoCursorOffATerminal(t *testing.T) {
	var out strings.Builder
	d := New("auto", &out, true)
	for _, e := range events {
		d.Show(e)
	}
	d.Close()
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("escape sequences went to a file: %q", out.String())
	}
}

func TestTreeEndsWithOneLinePerWorkload(t *testing.T) {
	var out strings.Builder
	d := New("tty", &out, false)
	for _, e := range events {
		d.Show(e)
	}
	d.Close()
	shown := out.String()
	last := shown[strings.LastIndex(shown, "\x1b[J")+len("\x1b[J"):]
	if !strings.HasPrefix(last, " ✗ deployment/web  CrashLoopBackOff") || strings.Count(last, "\n") != 1 {
		t.Errorf("the tree ends as %q", last)
	}
	if !strings.Contains(shown, "warning: careful\n") || !strings.Contains(shown, "  | last words\n") {
		t.Errorf("what has to stay is not there: %q", shown)
	}
}

// TestTreeIsDoneWithWhatHasNoPods: nobody waits for more of it, and no clock is to go on.
func TestTreeIsDoneWithWhatHasNoPods(t *testing.T) {
	shown := &tree{out: &strings.Builder{}, size: func() (int, int) { return 80, 20 }}
	service := cluster.Ref{Kind: "Service", Name: "web"}
	shown.show(cluster.Waiting{Ref: service, State: "being deleted"})
	shown.show(cluster.Changed{Ref: service, Action: cluster.Recreate})
	if shown.isMoving() && !shown.stale || shown.rows[0].mark != "✓" {
		t.Errorf("%s is still under way", shown.rows[0].name)
	}
}

func TestTreeFitsTheTerminal(t *testing.T) {
	var out strings.Builder
	shown := &tree{out: &out, size: func() (int, int) { return 80, 6 }}
	for i := range 10 {
		ref := cluster.Ref{Kind: "Deployment", Name: fmt.Sprint("s", i)}
		shown.show(cluster.Waiting{Ref: ref, State: "starting"})
		if i < 8 {
			shown.show(cluster.Ready{Ref: ref, State: "ready"})
		}
	}
	out.Reset()
	shown.draw()
	lines := strings.Split(strings.TrimSpace(out.String()[strings.Index(out.String(), "\x1b[J")+len("\x1b[J"):]), "\n")
	if len(lines) != 5 || !strings.Contains(lines[3], "deployment/s9") || !strings.Contains(lines[4], "and 6 more") {
		t.Errorf("a terminal of 6 lines shows\n%s", strings.Join(lines, "\n"))
	}
	out.Reset()
	shown.finish()
	if n := strings.Count(out.String(), "\n"); n != 10 {
		t.Errorf("the last state has %d lines, want 10", n)
	}
}

func TestTreeDrawsTheLastOfManyEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		d := New("tty", &out, false)
		drawn := func() string {
			d.mu.Lock() // it draws from a timer
			defer d.mu.Unlock()
			return out.String()
		}
		d.Show(cluster.Waiting{Ref: web, State: "starting"})
		d.Show(cluster.Waiting{Ref: web, State: "pulling"}) // too soon to be drawn at once
		if strings.Contains(drawn(), "pulling") {
			t.Fatal("drawn at once")
		}
		time.Sleep(rarely) // of the bubble's clock
		synctest.Wait()
		if !strings.Contains(drawn(), "pulling") {
			t.Errorf("the last event is not drawn: %q", drawn())
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !strings.Contains(drawn(), "pulling (4s)") {
			t.Errorf("the clock stands still: %q", drawn())
		}
		d.Close()
	})
}

func TestPlanInJSONHoldsNoObjects(t *testing.T) {
	var out strings.Builder
	object := &unstructured.Unstructured{Object: map[string]any{"kind": "Secret", "data": "hidden"}}
	secret := &cluster.Step{
		Ref: cluster.Ref{APIVersion: "v1", Kind: "Secret", Name: "token"}, Action: cluster.Create, Desired: object, Live: object, Result: object,
	}
	New("json", &out, false).Show(cluster.Planned{Plan: &cluster.Plan{Project: "shop", Namespace: "shop", Steps: []*cluster.Step{secret}}})
	want := `{"type":"planned","project":"shop","namespace":"shop","steps":[{"ref":{"apiVersion":"v1","kind":"Secret","name":"token"},"action":"create"}]}` + "\n"
	if out.String() != want {
		t.Errorf("the plan is %s", out.String())
	}
}

func TestEventsInJSONHaveOneSpelling(t *testing.T) {
	var out strings.Builder
	d := New("json", &out, false)
	for _, e := range events {
		d.Show(e)
	}
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for name := range fields {
			if name[:1] != strings.ToLower(name[:1]) {
				t.Errorf("%s is spelled unlike the others in %s", name, line)
			}
		}
	}
}

func TestLogPrefixesAlign(t *testing.T) {
	var out strings.Builder
	p := &LogPrinter{Out: &out, Prefix: true}
	p.Print(cluster.LogLine{Service: "database", Pod: "database-0", Text: "one"})
	p.Print(cluster.LogLine{Service: "web", Pod: "web-6876bb7f56-94wvl", Text: "two"})
	if want := "database-0 | one\nweb-94wvl  | two\n"; out.String() != want {
		t.Errorf("lines are %q, want %q", out.String(), want)
	}
}

func TestLogPrefixesAlignWithThoseThatAreExpected(t *testing.T) {
	var out strings.Builder
	p := &LogPrinter{Out: &out, Prefix: true}
	p.Expect(cluster.Following{Service: "database", Pod: "database-0"})
	p.Print(cluster.LogLine{Service: "web", Pod: "web-6876bb7f56-94wvl", Text: "two"})
	p.Print(cluster.LogLine{Service: "database", Pod: "database-0", Text: "one"})
	if want := "web-94wvl  | two\ndatabase-0 | one\n"; out.String() != want {
		t.Errorf("lines are %q, want %q", out.String(), want)
	}
}

// TestTreeShowsActivities: images have rows beside the workloads, and what concerns all of them leaves no row behind that
// is under way.
func TestTreeShowsActivities(t *testing.T) {
	var out strings.Builder
	d := New("tty", &out, false)
	d.Show(build.Step{Service: "web", Action: "building"})
	d.Show(build.Step{Service: "job", Action: "building"})
	d.Show(build.Output{Service: "web", Text: "#5 RUN make"})
	d.Show(build.Output{Text: "a line of nobody"})
	d.Show(build.Step{Service: "job", Action: "failed"})
	d.Show(cluster.Waiting{Ref: web, State: "starting", Desired: 2})
	d.mu.Lock()
	d.tree.draw()
	d.mu.Unlock()
	if shown := out.String(); !strings.Contains(shown, " • image/web       building: #5 RUN make") || strings.Contains(shown, "nobody") {
		t.Errorf("the tree shows\n%s", shown)
	}
	d.Show(build.Step{Action: "loaded", Image: "web, job"})
	d.Close()
	shown := out.String()
	last := shown[strings.LastIndex(shown, "\x1b[J")+len("\x1b[J"):]
	if want := " ✓ image/web       loaded\n ✗ image/job       failed\n • deployment/web  starting 0/2\n"; strings.ReplaceAll(last, " (0.0s)", "") != want {
		t.Errorf("the tree ends as\n%s\nwant\n%s", last, want)
	}
}

func TestTreeMakesWayForWhatOthersPrint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		d := New("tty", &out, false)
		d.Show(cluster.Waiting{Ref: web, State: "starting"})
		for i := range 3 {
			d.Aside(func() { fmt.Fprintln(&out, "line", i) })
		}
		d.mu.Lock()
		shown := out.String()
		d.mu.Unlock()
		if !strings.HasSuffix(shown, "\x1b[1A\x1b[Jline 0\nline 1\nline 2\n") {
			t.Errorf("before the tree comes back, there is %q", shown)
		}
		time.Sleep(rarely)
		synctest.Wait()
		d.Close()
		if shown := out.String(); !strings.Contains(shown, "line 2\n • deployment/web  starting\n") {
			t.Errorf("the tree did not come back: %q", shown)
		}
	})
}
