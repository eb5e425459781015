package explain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/lang"
	"github.com/transship/transship/transform/keys"
)

// verdicts say in one line what a class means.
var verdicts = map[keys.Class]string{
	keys.Exact:   "carried over: the same behaviour on Kubernetes",
	keys.Close:   "carried over, with a difference",
	keys.Hint:    "no equivalent: reported, nothing is emitted unless said below",
	keys.Local:   "concerns the build or the developer's machine, not the cluster",
	keys.Meta:    "read by the converter itself",
	keys.Refused: "cannot be honoured safely: an error unless allowed",
}

// Verdict returns what a class means, in one line.
func Verdict(c keys.Class) string { return verdicts[c] }

// In returns a topic in a language.
func (t Topic) In(in lang.Language) Topic {
	rows := make([]Entry, len(t.Rows))
	for i, r := range t.Rows {
		r.Docker = in.Say(Capital(r.Docker))
		if in != lang.English {
			r.Kubernetes, r.Difference, r.Advice = in.Say(r.Kubernetes), in.Say(Capital(r.Difference)), in.Say(Capital(r.Advice))
		}
		rows[i] = r
	}
	t.Rows = rows
	return t
}

// WriteText prints a topic for people in a language, in lines of at most width columns.
func WriteText(w io.Writer, t Topic, in lang.Language, width int) error {
	b := page{language: in, width: width}
	for i, r := range t.rows {
		name := t.Key
		if i > 0 {
			b.WriteString("\n")
			if r.Kubernetes == t.rows[0].Kubernetes { // one of its names, about which there is nothing more to say
				b.field("Each of them", Capital(r.Docker))
				continue
			}
			name += ".<name>"
		}
		fmt.Fprintf(&b, "%s: %s\n\n", name, in.Say(Verdict(r.Class)))
		b.field("On Docker", Capital(r.Docker))
		b.field("Kubernetes", r.Kubernetes)
		b.field("Difference", Capital(r.Difference))
		b.field("Instead", Capital(r.Advice))
		if r.Code != "" {
			b.field("Reported as", r.Code)
		}
		if !r.Example.IsZero() {
			b.WriteString("\n" + in.Say("For example") + "\n\n" + indent(r.Example.In) + "\n" + in.Say("becomes") + "\n\n" + indent(r.Example.Out))
		}
	}
	if len(t.Below) > 0 {
		b.WriteString("\n")
		b.field("Keys below", strings.Join(t.Below, ", "))
	}
	if len(t.Also) > 0 {
		b.WriteString("\n")
		b.field("See also", strings.Join(t.Also, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const labelWidth = 13

// field writes a labelled text, wrapped and aligned; an empty one not at all.
func (p *page) field(label, text string) {
	if text == "" {
		return
	}
	label = p.language.Say(label)
	column := labelWidth + 2
	first := "  " + label + strings.Repeat(" ", max(0, labelWidth-diag.Columns(label)))
	Paragraph(&p.Builder, first, strings.Repeat(" ", column), p.language.Say(text), max(p.width, column+20))
}

// page is a text that is being written in a language, in lines of at most width columns.
type page struct {
	strings.Builder
	language lang.Language
	width    int
}

// paragraph writes a text behind an indent.
func (p *page) paragraph(first, others, text string) {
	Paragraph(&p.Builder, first, others, p.language.Say(text), p.width)
}

// heading writes a line of its own.
func (p *page) heading(text string) { p.WriteString("\n" + p.language.Say(text) + "\n\n") }

// Capital begins a clause of the table with a capital letter, "is the name" as "The name".
func Capital(text string) string {
	text = strings.TrimPrefix(text, "is ")
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}
