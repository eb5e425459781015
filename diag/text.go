package diag

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// TextOptions are the choices of [WriteText].
type TextOptions struct {
	// SourceLine returns a line (1-based) of a file that findings name. Nil, or false, leaves the snippet out.
	SourceLine func(file string, line int) (string, bool)
	Verbose    bool // show infos as well
	Color      bool
}

// WriteText writes findings for people: errors first, then warnings, then infos, each group in the order of the list.
// A finding shows the line it is about with what is meant underlined, and what to do. Findings of one code with the same
// advice are shown together: the first in full, the others with a line each.
func WriteText(w io.Writer, findings List, o TextOptions) error {
	var b strings.Builder
	t := textWriter{out: &b, options: o}
	for _, severity := range []Severity{Error, Warning, Info} {
		if severity == Info && !o.Verbose {
			continue
		}
		t.group(slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Severity != severity }))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	return nil
}

type textWriter struct {
	out     *strings.Builder
	options TextOptions
}

// statement is what findings that are shown together have in common. Two findings of one code that give the same advice
// are about the same thing, even if each names its own subject.
type statement struct{ code, help string }

func (t textWriter) group(findings List) {
	places := map[statement]List{}
	var order []statement
	for _, f := range findings {
		s := statement{f.Code, f.Help}
		if _, ok := places[s]; !ok {
			order = append(order, s)
		}
		places[s] = append(places[s], f)
	}
	for _, s := range order {
		all := places[s]
		t.headline(all[0])
		t.snippet(all[0])
		t.others(all[0], all[1:])
		if s.help != "" {
			t.line("help: ", s.help)
		}
	}
}

// others writes one line for each further place, with its message where it is not the one of the first. What an
// anchor or a merge brings to many services stands at one place and is said in one line.
func (t textWriter) others(first Finding, rest List) {
	type line struct{ at, message string }
	paths := map[line][]string{}
	var order []line
	for _, f := range rest {
		l := line{at: place(f.Range)}
		if f.Message != first.Message {
			l.message = f.Message
		}
		if _, ok := paths[l]; !ok {
			order = append(order, l)
		}
		paths[l] = append(paths[l], f.Path.String())
	}
	for _, l := range order {
		text := strings.TrimSpace(l.at + " " + t.enumeration(paths[l]))
		switch {
		case l.message == "":
		case startsWith(l.message, paths[l][0]):
			text = strings.TrimSpace(l.at + " " + l.message)
		default:
			text = strings.TrimSpace(strings.TrimSuffix(text, ":") + ": " + l.message)
		}
		t.line("also: ", strings.TrimSuffix(text, ":"))
	}
}

// mostPaths is how many paths a line names unless everything is asked for.
const mostPaths = 4

func (t textWriter) enumeration(paths []string) string {
	if more := len(paths) - mostPaths; more > 1 && !t.options.Verbose {
		return strings.Join(paths[:mostPaths], ", ") + fmt.Sprintf(" and %d more (-v)", more)
	}
	return strings.Join(paths, ", ")
}

func (t textWriter) headline(f Finding) {
	head := f.Severity.String()
	if f.Code != "" {
		head += "[" + f.Code + "]"
	}
	if at := place(f.Range); at != "" {
		t.out.WriteString(t.paint(bold, at) + " ")
	}
	t.out.WriteString(t.paint(severityColor[f.Severity], head) + " ")
	message := printable(f.Message)
	if path := f.Path.String(); startsWith(f.Message, path) { // said once is enough
		message = t.paint(bold, path) + strings.TrimPrefix(message, printable(path))
	} else if path != "" {
		message = t.paint(bold, path+":") + " " + message
	}
	t.out.WriteString(message + "\n")
}

// startsWith reports whether a message speaks of its path in its first words.
func startsWith(message, path string) bool { return path != "" && strings.HasPrefix(message, path+" ") }

// place renders a range with a colon at its end, or nothing.
func place(r Range) string {
	if r.File == "" {
		return ""
	}
	s := r.File + ":"
	if r.Line > 0 {
		s += strconv.Itoa(r.Line) + ":"
		if r.Column > 0 {
			s += strconv.Itoa(r.Column) + ":"
		}
	}
	return s
}

// longestLine is how much of a source line is searched for secrets, in bytes. Looking through megabytes takes seconds.
const longestLine = 16 << 10

// snippet writes the source line and the carets.
func (t textWriter) snippet(f Finding) {
	if t.options.SourceLine == nil || !f.Range.IsKnown() {
		return
	}
	text, ok := t.options.SourceLine(f.Range.File, f.Range.Line)
	if !ok {
		return
	}
	if len(text) > longestLine {
		if f.Range.Column > longestLine/utf8.UTFMax {
			return // what stands before it tells whether it is a secret
		}
		text = strings.ToValidUTF8(text[:longestLine], "")
	}
	text, ok = withoutSecrets(f.Path, strings.TrimRight(text, " \t\r\n"))
	if !ok || text == "" {
		return
	}
	number := fmt.Sprintf("%5d", f.Range.Line)
	shown, indent, length := window(text, f.Range)
	fmt.Fprintf(t.out, "%s %s\n", t.paint(faint, number+" |"), shown)
	if length > 0 {
		margin := strings.Repeat(" ", len(number))
		carets := t.paint(severityColor[f.Severity], strings.Repeat("^", length))
		fmt.Fprintf(t.out, "%s %s%s\n", t.paint(faint, margin+" |"), strings.Repeat(" ", indent), carets)
	}
}

func (t textWriter) line(label, text string) {
	const margin = "   "
	below := "\n" + margin + strings.Repeat(" ", len(label))
	t.out.WriteString(margin + t.paint(bold, label) + strings.ReplaceAll(printable(text), "\n", below) + "\n")
}

const (
	bold  = "1"
	faint = "2"
)

var severityColor = map[Severity]string{Error: "1;31", Warning: "1;33", Info: "1;36"}

func (t textWriter) paint(color, s string) string {
	s = printable(s)
	if !t.options.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}
