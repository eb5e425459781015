package progress

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/diag"
)

// tree keeps one line per workload at the end of a terminal and redraws it.
type tree struct {
	out   io.Writer
	size  func() (width, height int)
	color bool
	clean func(string) string // what may be shown of a text
	rows  []*row
	drawn int // lines on the terminal that belong to the tree
	last  time.Time
	stale bool // something is not drawn yet
}

type row struct {
	name, state string
	mark        string // ✓, ✗ or • for one that is under way
	began       time.Time
	took        time.Duration
}

// underWay marks what is not done yet.
const underWay = "•"

// rarely is how often the tree is drawn at most; more is flicker.
const rarely = 80 * time.Millisecond

// show takes an event in, and reports whether all there is to see has been drawn.
func (t *tree) show(e cluster.Event) (isDrawn bool) {
	switch e := e.(type) {
	case cluster.Changing:
		if e.Action == cluster.Delete {
			t.set(e.Ref, underWay, "removing")
		}
	case cluster.Changed:
		switch {
		case isWorkload(e.Ref):
			t.set(e.Ref, underWay, past[e.Action])
		case t.find(e.Ref) != nil:
			t.set(e.Ref, "✓", past[e.Action]) // nothing else becomes ready
		}
	case cluster.Waiting:
		t.set(e.Ref, underWay, status(e))
	case cluster.Ready:
		t.set(e.Ref, "✓", e.State)
	case cluster.Removed:
		t.set(e.Ref, "✓", "removed")
	case cluster.Failed:
		t.set(e.Ref, "✗", e.Reason)
		t.above(failure(e))
		return true
	case activity:
		t.setActivity(e.Row())
	default:
		t.above(sentence(e))
		return true
	}
	if t.stale = time.Since(t.last) <= rarely; !t.stale {
		t.draw()
	}
	return !t.stale
}

// isMoving reports whether the tree changes without an event: something is not drawn, or a clock runs.
func (t *tree) isMoving() bool {
	return t.stale || slices.ContainsFunc(t.rows, func(r *row) bool { return r.mark == underWay })
}

func isWorkload(r cluster.Ref) bool {
	return slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"}, r.Kind)
}

// activity is an event about something that goes on beside the cluster, such as the build of an image. Row returns the
// name of its row, what that says, and whether it has ended: 1 well, -1 badly, 0 not yet. A name that ends in a slash stands
// for all rows that begin so and are under way, an empty one for none.
type activity interface {
	Row() (name, state string, end int)
}

func (t *tree) setActivity(name, state string, end int) {
	mark := map[int]string{0: underWay, 1: "✓", -1: "✗"}[end]
	switch {
	case strings.HasSuffix(name, "/"):
		for _, r := range t.rows {
			if strings.HasPrefix(r.name, name) && r.mark == underWay {
				t.setRow(r.name, mark, state)
			}
		}
	case name != "":
		t.setRow(name, mark, state)
	}
}

func (t *tree) find(ref cluster.Ref) *row { return t.row(ref.String()) }

func (t *tree) row(name string) *row {
	for _, r := range t.rows {
		if r.name == name {
			return r
		}
	}
	return nil
}

func (t *tree) set(ref cluster.Ref, mark, state string) { t.setRow(ref.String(), mark, state) }

func (t *tree) setRow(name, mark, state string) {
	r := t.row(name)
	if r == nil {
		r = &row{name: name, began: time.Now()}
		t.rows = append(t.rows, r)
	}
	if mark != underWay && r.mark != mark {
		r.took = time.Since(r.began)
	}
	r.mark, r.state = mark, diag.OneLine(t.cleaned(state))
}

func (t *tree) cleaned(text string) string {
	if t.clean == nil {
		return text
	}
	return t.clean(text)
}

// above prints something that stays, over the tree.
func (t *tree) above(text string) {
	if text == "" {
		return
	}
	t.clear()
	fmt.Fprintln(t.out, t.cleaned(text))
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
	t.last, t.stale = time.Now(), false
	width, height := t.size()
	rows, hidden := t.fitting(height)
	widest := 0
	for _, r := range rows {
		widest = max(widest, utf8.RuneCountInString(r.name))
	}
	var b strings.Builder
	for _, r := range rows {
		name := diag.OneLine(r.name) + strings.Repeat(" ", widest-utf8.RuneCountInString(r.name))
		line := []rune(fmt.Sprintf(" %s %s  %s", r.mark, name, r.state+r.time()))
		if len(line) >= width {
			line = append(line[:width-2], '…')
		}
		b.WriteString(t.paint(r.mark, string(line)) + "\n")
	}
	t.drawn = len(rows)
	if hidden > 0 {
		fmt.Fprintf(&b, "   and %d more\n", hidden)
		t.drawn++
	}
	io.WriteString(t.out, b.String()) //nolint:errcheck // a display that cannot be seen is no reason to stop
}

// fitting returns the rows that the terminal has room for, and how many it has not: what has scrolled out of it cannot
// be drawn again. What is done makes way first.
func (t *tree) fitting(height int) (rows []*row, hidden int) {
	const spare = 2 // the line of the cursor, and the one that counts the others
	room := max(height-spare, 1)
	if len(t.rows) <= room {
		return t.rows, 0
	}
	surplus := len(t.rows) - room
	rows = slices.Clone(t.rows)
	for _, mark := range []string{"✓", underWay, "✗"} {
		rows = slices.DeleteFunc(rows, func(r *row) bool {
			goes := r.mark == mark && surplus > 0
			if goes {
				surplus--
			}
			return goes
		})
	}
	return rows, len(t.rows) - len(rows)
}

// time says how long a row took, or how long it has been under way if that is longer than people like to wait.
func (r *row) time() string {
	const patience = 3 * time.Second
	switch since := time.Since(r.began); {
	case r.took > 0:
		return fmt.Sprintf(" (%.1fs)", r.took.Seconds())
	case r.mark == underWay && since > patience:
		return fmt.Sprintf(" (%ds)", int(since.Seconds()))
	}
	return ""
}

func (t *tree) paint(mark, line string) string {
	codes := map[string]string{"✓": "32", "✗": "31"}
	if !t.color || codes[mark] == "" {
		return line
	}
	return "\x1b[" + codes[mark] + "m" + line + "\x1b[0m"
}

// finish draws the last state, all of it: what is printed from here on stays below it.
func (t *tree) finish() {
	if len(t.rows) > 0 {
		t.clear()
		size := t.size
		t.size = func() (int, int) { width, _ := size(); return width, math.MaxInt }
		t.draw()
		t.size = size
	}
	t.rows, t.drawn = nil, 0
}
