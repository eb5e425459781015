// Package progress shows people, or programs, what happens on a cluster. It is a consumer of the events of package
// cluster like any other.
package progress

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/terminal"
)

// Modes are the forms of the display; the first one chooses between tty and plain.
var Modes = []string{"auto", "tty", "plain", "json", "quiet"}

// Display shows events.
type Display struct {
	out   io.Writer
	mode  string
	color bool
	mask  func(string) string // takes secrets out of a text; nil for none

	mu   sync.Mutex
	tree *tree
	next *time.Timer       // draws the tree again
	said map[string]string // the last plain line about a workload, so that nothing is said twice
}

// New returns a display of the given mode that writes to out.
func New(mode string, out io.Writer, color bool) *Display {
	if mode == "auto" {
		mode = "plain"
		if terminal.IsTerminal(out) {
			mode = "tty"
		}
	}
	d := &Display{out: out, mode: mode, color: color, said: map[string]string{}}
	if mode == "tty" {
		d.tree = &tree{out: out, size: func() (int, int) { return terminal.Width(out), terminal.Height(out) }, color: color, clean: d.clean}
	}
	return d
}

// redrawIn sees to it that what the tree has not drawn yet is drawn, and that its clocks go on. The lock is held.
func (d *Display) redrawIn(pause time.Duration) {
	if d.next != nil {
		d.next.Stop()
	}
	if d.next = nil; !d.tree.isMoving() {
		return
	}
	d.next = time.AfterFunc(pause, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.next != nil { // it was not closed meanwhile
			d.tree.draw()
			d.redrawIn(time.Second)
		}
	})
}

// Show is the sink for events.
func (d *Display) Show(e cluster.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.mode {
	case "json":
		d.showJSON(e)
	case "quiet":
		switch e.(type) {
		case cluster.Warning, cluster.Failed:
			d.print(sentence(e))
		}
	case "tty":
		if d.tree.show(e) {
			d.redrawIn(time.Second)
		} else {
			d.redrawIn(rarely)
		}
	default:
		d.showPlain(e)
	}
}

// Aside lets somebody else print to the terminal that the display may be on: the tree makes way, and comes back below.
func (d *Display) Aside(show func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tree == nil || len(d.tree.rows) == 0 {
		show()
		return
	}
	d.tree.clear()
	show()
	if !d.tree.stale { // else it is going to be drawn already
		d.tree.stale = true
		d.redrawIn(rarely)
	}
}

// Close leaves the terminal as it should be for whatever is printed next.
func (d *Display) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.next != nil {
		d.next.Stop()
		d.next = nil
	}
	if d.tree != nil {
		d.tree.finish()
	}
}

func (d *Display) print(line string) {
	if line != "" {
		fmt.Fprintln(d.out, d.clean(line))
	}
}

// showPlain prints a line for each event that is news.
func (d *Display) showPlain(e cluster.Event) {
	line := sentence(e)
	switch e := e.(type) {
	case cluster.Changing:
		return
	case cluster.Waiting:
		if d.said[e.Ref.String()] == line {
			return
		}
		d.said[e.Ref.String()] = line
	case cluster.Ready:
		if d.said[e.Ref.String()] == line {
			return
		}
		d.said[e.Ref.String()] = line
	}
	d.print(line)
}

// showJSON prints an event as one line of JSON: its type, and its fields.
func (d *Display) showJSON(e cluster.Event) {
	var shown any = e
	if planned, isPlan := e.(cluster.Planned); isPlan {
		shown = planned.Plan
	}
	encoded, err := json.Marshal(shown)
	if err != nil {
		return
	}
	fields := strings.TrimPrefix(string(d.maskedJSON(encoded)), "{")
	if fields != "}" {
		fields = "," + fields
	}
	fmt.Fprintf(d.out, "{\"type\":%q%s\n", e.Type(), fields)
}

// sentence is what people read of an event; empty if there is nothing to say.
func sentence(e cluster.Event) string {
	switch e := e.(type) {
	case cluster.Planned:
		return summary(e.Plan)
	case cluster.Changed:
		return fmt.Sprintf("%s %s", e.Ref, past[e.Action])
	case cluster.Removed:
		return fmt.Sprintf("%s removed", e.Ref)
	case cluster.Waiting:
		return fmt.Sprintf("%s %s", e.Ref, status(e))
	case cluster.Ready:
		return fmt.Sprintf("%s %s", e.Ref, e.State)
	case cluster.Failed:
		return failure(e)
	case cluster.Exited:
		return fmt.Sprintf("%s exited with code %d", e.Pod, e.ExitCode)
	case cluster.Warning:
		return "warning: " + e.Message
	case cluster.Forwarding:
		return fmt.Sprintf("%s: http://%s → port %d", e.Service, e.Address, e.Target)
	case fmt.Stringer:
		return e.String() // an event of a command, or of a builder
	}
	return ""
}

var past = map[cluster.Action]string{
	cluster.Create: "created", cluster.Update: "updated", cluster.Recreate: "created again",
	cluster.Restart: "restarted", cluster.Begin: "started", cluster.Delete: "removed",
}

func status(w cluster.Waiting) string {
	var b strings.Builder
	b.WriteString(w.State)
	if w.Desired > 0 {
		fmt.Fprintf(&b, " %d/%d", w.Ready, w.Desired)
	}
	if w.Reason != "" {
		b.WriteString(": " + firstLine(w.Reason))
	}
	return b.String()
}

func failure(f cluster.Failed) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s failed: %s: %s", f.Ref, f.Reason, f.Message)
	for _, line := range f.Logs {
		b.WriteString("\n  | " + line)
	}
	return b.String()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// summary says in one line, or a few, what a plan does.
func summary(p *cluster.Plan) string {
	counts := map[cluster.Action]int{}
	var reasons []string
	for _, s := range p.Steps {
		counts[s.Action]++
		if s.Reason != "" {
			reasons = append(reasons, fmt.Sprintf("  %s %s: %s", s.Action, s.Ref, s.Reason))
		}
	}
	var parts []string
	for _, a := range []cluster.Action{cluster.Create, cluster.Update, cluster.Recreate, cluster.Restart} {
		if counts[a] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", counts[a], a))
		}
	}
	if p.RemovesOrphans && len(p.Orphans) > 0 {
		parts = append(parts, fmt.Sprintf("%d to remove", len(p.Orphans)))
	}
	if len(parts) == 0 && len(p.Steps) == 0 { // what create leaves as it is stands in no plan
		return "nothing to change"
	}
	if len(parts) == 0 && len(p.Steps) == 1 {
		return "nothing to change: the only object is as the project wants it"
	}
	if len(parts) == 0 {
		return fmt.Sprintf("nothing to change: all %d objects are as the project wants them", len(p.Steps))
	}
	if counts[cluster.Unchanged] > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", counts[cluster.Unchanged]))
	}
	return strings.Join(append([]string{strings.Join(parts, ", ")}, reasons...), "\n")
}
