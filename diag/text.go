package diag

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// TextOptions are the choices of [WriteText].
type TextOptions struct {
	// SourceLine returns a line (1-based) of a file that findings name. Nil, or false, leaves the snippet out.
	SourceLine func(file string, line int) (string, bool)
	// MaskLine masks the secrets in a source line that a finding about path shows; false means that the line had better not
	// be shown at all. Nil shows lines as they are.
	MaskLine func(path Path, line string) (string, bool)
	Infos    bool // show infos as well
	// Shown tells of which codes infos are shown all the same. Nil is none.
	Shown   func(code string) bool
	Verbose bool // show every place; implies Infos
	Color   bool
	// Say translates messages, help and the few words around them. Nil leaves everything in English. It is given what is
	// masked already, and what it returns is escaped like everything else.
	Say func(text string) string
	// Width is how many columns a line may have; 0 means any number. Source lines are cut at a width of their own.
	Width int
}

// WriteText writes findings for people: errors first, then warnings, then infos, each group in the order of the list.
// A finding shows the line it is about with what is meant underlined, and what to do. Findings of one code are one entry: the
// first in full, the others with a line each, of which only the first few are shown unless o.Verbose asks for all. There,
// findings of one code with different advice are entries of their own.
func WriteText(w io.Writer, findings List, o TextOptions) error {
	var b strings.Builder
	if o.Say == nil {
		o.Say = func(text string) string { return text }
	}
	t := textWriter{out: &b, options: o}
	findings = translated(findings, o.Say)
	for _, severity := range []Severity{Error, Warning, Info} {
		t.group(slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Severity != severity || !o.shows(f) }))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	return nil
}

// translated returns the findings with messages and help in the language of the reader.
func translated(findings List, say func(string) string) List {
	out := slices.Clone(findings)
	for i := range out {
		out[i].Message, out[i].Help = say(out[i].Message), say(out[i].Help)
	}
	return out
}

// shows reports whether a finding is shown.
func (o TextOptions) shows(f Finding) bool {
	return f.Severity != Info || o.Verbose || o.Infos || o.Shown != nil && o.Shown(f.Code)
}

type textWriter struct {
	out     *strings.Builder
	options TextOptions
}

// statement is what findings that are shown together have in common. Two findings of one code that give the same advice
// are about the same thing, even if each names its own subject.
type statement struct{ code, help string }

// mostPlaces is how many places of a code are shown unless everything is asked for. Errors are to be mended one by one.
var mostPlaces = map[Severity]int{Error: 10, Warning: 3, Info: 3}

func (t textWriter) group(findings List) {
	entries := map[statement]List{}
	var order []statement
	for _, f := range findings {
		s := statement{code: f.Code}
		if t.options.Verbose || f.Code == "" {
			s.help = f.Help
		}
		if _, ok := entries[s]; !ok {
			order = append(order, s)
		}
		entries[s] = append(entries[s], f)
	}
	for _, s := range order {
		t.entry(entries[s])
	}
}

// entry writes findings of one code.
func (t textWriter) entry(all List) {
	first := all[0]
	t.headline(first)
	if first.Severity != Info || t.options.Infos || t.options.Verbose { // what is shown unasked is short
		t.snippet(first)
	}
	oneHelp := !slices.ContainsFunc(all, func(f Finding) bool { return f.Help != first.Help })
	if !oneHelp {
		t.help(first.Help)
	}
	shown := 1
	further := further(first, all[1:])
	for _, l := range t.shown(first.Severity, further, first.Help) {
		t.line(t.options.Say("also: "), l.text(t.options))
		shown += len(l.paths)
		if !oneHelp && l.help != first.Help {
			t.help(l.help)
		}
	}
	if more := len(all) - shown; more > 0 {
		t.line("", t.options.Say(fmt.Sprintf("and %d more (-v)", more)))
	}
	if oneHelp {
		t.help(first.Help)
	}
}

func (t textWriter) help(text string) {
	if text != "" {
		t.line(t.options.Say("help: "), text)
	}
}

// alsoLine is a further place of a finding, with its message where it is not the one of the first. What an anchor or a merge
// brings to many services stands at one place and is said in one line.
type alsoLine struct {
	at, message, help string
	paths             []string
}

func further(first Finding, rest List) []alsoLine {
	type key struct{ at, message, help string }
	index := map[key]int{}
	var lines []alsoLine
	for _, f := range rest {
		k := key{at: place(f.Range), help: f.Help}
		if f.Message != first.Message {
			k.message = f.Message
		}
		i, ok := index[k]
		if !ok {
			i = len(lines)
			index[k] = i
			lines = append(lines, alsoLine{at: k.at, message: k.message, help: k.help})
		}
		lines[i].paths = append(lines[i].paths, f.Path.String())
	}
	return lines
}

// shown returns the further places that are shown: as many as there is room for, those that give advice of their own first,
// in the order of the list.
func (t textWriter) shown(severity Severity, lines []alsoLine, firstHelp string) []alsoLine {
	room := mostPlaces[severity] - 1
	if t.options.Verbose || len(lines) <= room {
		return lines
	}
	wanted := map[int]bool{}
	said := map[string]bool{firstHelp: true}
	for _, onlyNew := range []bool{true, false} {
		for i, l := range lines {
			if len(wanted) < room && !wanted[i] && (!onlyNew || !said[l.help]) {
				wanted[i], said[l.help] = true, true
			}
		}
	}
	var out []alsoLine
	for i, l := range lines {
		if wanted[i] {
			out = append(out, l)
		}
	}
	return out
}

// text renders the line.
func (l alsoLine) text(o TextOptions) string {
	paths := slices.Clone(l.paths)
	for i, p := range paths {
		paths[i] = OneLine(p)
	}
	text := strings.TrimSpace(l.at + " " + enumeration(paths, o))
	switch message := OneLine(l.message); {
	case message == "":
	case startsWith(message, paths[0]):
		text = strings.TrimSpace(l.at + " " + message)
	default:
		text = strings.TrimSpace(strings.TrimSuffix(text, ":") + ": " + message)
	}
	return strings.TrimSuffix(text, ":")
}

// mostPaths is how many paths a line names unless everything is asked for.
const mostPaths = 4

func enumeration(paths []string, o TextOptions) string {
	if more := len(paths) - mostPaths; more > 1 && !o.Verbose {
		return o.Say(fmt.Sprintf("%s and %d more (-v)", strings.Join(paths[:mostPaths], ", "), more))
	}
	return strings.Join(paths, ", ")
}

func (t textWriter) headline(f Finding) {
	head := t.options.Say(f.Severity.String())
	if f.Code != "" {
		head += "[" + f.Code + "]"
	}
	var line []part
	if at := place(f.Range); at != "" {
		line = append(line, part{at, bold}, part{" ", ""})
	}
	line = append(line, part{OneLine(head), severityColor[f.Severity]}, part{" ", ""})
	message, path := OneLine(f.Message), OneLine(f.Path.String())
	switch {
	case startsWith(message, path): // said once is enough
		line = append(line, part{path, bold}, part{strings.TrimPrefix(message, path), ""})
	case path != "":
		line = append(line, part{path + ":", bold}, part{" " + message, ""})
	default:
		line = append(line, part{message, ""})
	}
	t.write(line, margin)
}

// startsWith reports whether a message speaks of its path in its first words.
func startsWith(message, path string) bool { return path != "" && strings.HasPrefix(message, path+" ") }

// place renders a range with a colon at its end, or nothing.
func place(r Range) string {
	if r.File == "" {
		return ""
	}
	s := OneLine(r.File) + ":"
	if r.Line > 0 {
		s += strconv.Itoa(r.Line) + ":"
		if r.Column > 0 {
			s += strconv.Itoa(r.Column) + ":"
		}
	}
	return s
}

const (
	bold  = "1"
	faint = "2"
)

var severityColor = map[Severity]string{Error: "1;31", Warning: "1;33", Info: "1;36"}
