package explain

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteNote prints a note for people, in lines of at most width characters.
func WriteNote(w io.Writer, n Note, width int) error {
	var b strings.Builder
	head := n.Name
	if n.Severity != "" {
		head = fmt.Sprintf("%s[%s]", n.Severity, n.Name)
	}
	if n.Title != "" {
		head += ": " + n.Title
	}
	b.WriteString(head + "\n")
	for _, p := range n.Text {
		b.WriteString("\n")
		Paragraph(&b, "  ", "  ", p, width)
	}
	if len(n.Remedies) > 0 {
		b.WriteString("\nWhat to do\n\n")
	}
	for _, r := range n.Remedies {
		Paragraph(&b, "  - ", "    ", r, width)
	}
	if n.Example != "" {
		head := "For example"
		if len(n.Flags) > 0 {
			head += ", with " + strings.Join(n.Flags, " ")
		}
		b.WriteString("\n" + head + "\n\n" + indent(n.Example))
	}
	if n.Allowing != "" {
		b.WriteString("\nCan it be allowed?\n\n")
		Paragraph(&b, "  ", "  ", n.Allowing, width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Paragraph writes a text in lines of at most width characters, the first behind one indent, the others behind another.
func Paragraph(b *strings.Builder, first, others, text string, width int) {
	line := first
	empty := true
	for _, word := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = others, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	b.WriteString(line + "\n")
}

// Setting is a key of x-kubernetes or a label that is read like one.
type Setting struct {
	Name  string `json:"name"`
	Where string `json:"where"` // the part of the compose file
	Takes string `json:"takes,omitempty"`
	Does  string `json:"does"`
}

// WriteEntries prints settings for people, in lines of at most width characters.
func WriteEntries(w io.Writer, settings []Setting, width int) error {
	var b strings.Builder
	for i, s := range settings {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.Name + "\n\n")
		field(&b, "In", s.Where, width)
		field(&b, "Takes", s.Takes, width)
		field(&b, "Does", Capital(s.Does), width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
