package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/transship/transship/cluster"
)

// tree keeps one line per workload at the end of a terminal and redraws it.
type tree struct {
	out   io.Writer
	width int
	color bool
	rows  []*row
	drawn int // lines on the terminal that belong to the tree
	last  time.Time
}

type row struct {
	name, state string
	mark        string // ✓, ✗ or • for one that is under way
	began       time.Time
	took        time.Duration
}

// rarely is how often the tree is drawn at most; more is flicker.
const rarely = 80 * time.Millisecond

func (t *tree) show(e cluster.Event) {
	switch e := e.(type) {
	case cluster.Changing:
		if e.Action == cluster.Delete {
			t.set(e.Ref, "•", "removing")
		}
	case cluster.Changed:
		if t.find(e.Ref) != nil || isWorkload(e.Ref) {
			t.set(e.Ref, "•", past[e.Action])
		}
	case cluster.Waiting:
		t.set(e.Ref, "•", status(e))
	case cluster.Ready:
		t.set(e.Ref, "✓", e.State)
	case cluster.Removed:
		t.set(e.Ref, "✓", "removed")
	case cluster.Failed:
		t.set(e.Ref, "✗", e.Reason)
		t.above(failure(e))
		return
	default:
		t.above(sentence(e))
		return
	}
	if time.Since(t.last) > rarely {
		t.draw()
	}
}

func isWorkload(r cluster.Ref) bool {
	return slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"}, r.Kind)
}

func (t *tree) find(ref cluster.Ref) *row {
	for _, r := range t.rows {
		if r.name == ref.String() {
			return r
		}
	}
	return nil
}

func (t *tree) set(ref cluster.Ref, mark, state string) {
	r := t.find(ref)
	if r == nil {
		r = &row{name: ref.String(), began: time.Now()}
		t.rows = append(t.rows, r)
	}
	if mark != "•" && r.mark != mark {
		r.took = time.Since(r.began)
	}
	r.mark, r.state = mark, state
}

// above prints something that stays, over the tree.
func (t *tree) above(text string) {
	if text == "" {
		return
	}
	t.clear()
	fmt.Fprintln(t.out, text)
	t.draw()
}

func (t *tree) clear() {
	if t.drawn > 0 {
		fmt.Fprintf(t.out, "\x1b[%dA\x1b[J", t.drawn)
		t.drawn = 0
	}
}

func (t *tree) draw() {
	t.clear()
	t.last = time.Now()
	widest := 0
	for _, r := range t.rows {
		widest = max(widest, utf8.RuneCountInString(r.name))
	}
	var b strings.Builder
	for _, r := range t.rows {
		name := r.name + strings.Repeat(" ", widest-utf8.RuneCountInString(r.name))
		state := r.state
		if r.took > 0 {
			state += fmt.Sprintf(" (%.1fs)", r.took.Seconds())
		}
		line := []rune(fmt.Sprintf(" %s %s  %s", r.mark, name, state))
		if len(line) >= t.width {
			line = append(line[:t.width-2], '…')
		}
		b.WriteString(t.paint(r.mark, string(line)) + "\n")
	}
	t.drawn = len(t.rows)
	io.WriteString(t.out, b.String()) //nolint:errcheck // a display that cannot be seen is no reason to stop
}

func (t *tree) paint(mark, line string) string {
	codes := map[string]string{"✓": "32", "✗": "31"}
	if !t.color || codes[mark] == "" {
		return line
	}
	return "\x1b[" + codes[mark] + "m" + line + "\x1b[0m"
}

// finish draws the last state; what is printed from here on stays below it.
func (t *tree) finish() {
	if len(t.rows) > 0 {
		t.draw()
	}
	t.rows, t.drawn = nil, 0
}
