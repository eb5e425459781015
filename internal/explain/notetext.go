package explain

import (
	"fmt"
	"io"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/lang"
)

// In returns a note in a language: its texts, not its name, severity, example and flags.
func (n Note) In(in lang.Language) Note {
	n.Title, n.Allowing = in.Say(n.Title), in.Say(n.Allowing)
	n.Text, n.Remedies = sayAll(n.Text, in), sayAll(n.Remedies, in)
	return n
}

func sayAll(texts []string, in lang.Language) []string {
	said := make([]string, len(texts))
	for i, text := range texts {
		said[i] = in.Say(text)
	}
	return said
}

// WriteNote prints a note for people in a language, in lines of at most width columns.
func WriteNote(w io.Writer, n Note, in lang.Language, width int) error {
	b := page{language: in, width: width}
	head := n.Name
	if n.Severity != "" {
		head = fmt.Sprintf("%s[%s]", in.Say(n.Severity), n.Name)
	}
	if n.Title != "" {
		head += ": " + in.Say(n.Title)
	}
	b.WriteString(head + "\n")
	for _, p := range n.Text {
		b.WriteString("\n")
		b.paragraph("  ", "  ", p)
	}
	if len(n.Remedies) > 0 {
		b.heading("What to do")
	}
	for _, r := range n.Remedies {
		b.paragraph("  - ", "    ", r)
	}
	if n.Example != "" {
		head := "For example"
		if len(n.Flags) > 0 {
			head = "For example, with " + strings.Join(n.Flags, " ")
		}
		b.heading(head)
		b.WriteString(indent(n.Example))
	}
	if n.Allowing != "" {
		b.heading("Can it be allowed?")
		b.paragraph("  ", "  ", n.Allowing)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Paragraph writes a text in lines of at most width columns, the first behind one indent, the others behind another.
func Paragraph(b *strings.Builder, first, others, text string, width int) {
	line := first
	empty := true
	for word := range strings.FieldsSeq(text) {
		for i, piece := range diag.Pieces(word) {
			space := " "
			if i > 0 || empty {
				space = ""
			}
			if !empty && diag.Columns(line+space+piece) > width {
				b.WriteString(line + "\n")
				line, space = others, ""
			}
			line += space + piece
			empty = false
		}
	}
	b.WriteString(line + "\n")
}

// Setting is a key of x-kubernetes or a label that is read like one.
type Setting struct {
	Name  string `json:"name"`
	Where string `json:"where"` // the part of the compose file
	Takes string `json:"takes,omitempty"`
	Does  string `json:"does"`
	Below string `json:"below,omitempty"` // the keys directly below
}

// WriteEntries prints settings for people in a language, in lines of at most width columns.
func WriteEntries(w io.Writer, settings []Setting, in lang.Language, width int) error {
	b := page{language: in, width: width}
	for i, s := range settings {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.Name + "\n\n")
		b.field("In", s.Where)
		b.field("Takes", s.Takes)
		b.field("Does", Capital(s.Does))
		b.field("Keys below", s.Below)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
