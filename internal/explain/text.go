package explain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

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

// WriteText prints a topic for people, in lines of at most width characters.
func WriteText(w io.Writer, t Topic, width int) error {
	var b strings.Builder
	for i, r := range t.rows {
		name := t.Key
		if i > 0 {
			b.WriteString("\n")
			if r.Kubernetes == t.rows[0].Kubernetes { // one of its names, about which there is nothing more to say
				field(&b, "Each of them", Capital(r.Docker), width)
				continue
			}
			name += ".<name>"
		}
		fmt.Fprintf(&b, "%s: %s\n\n", name, Verdict(r.Class))
		field(&b, "On Docker", Capital(r.Docker), width)
		field(&b, "Kubernetes", r.Kubernetes, width)
		field(&b, "Difference", Capital(r.Difference), width)
		field(&b, "Instead", Capital(r.Advice), width)
		if r.Code != "" {
			field(&b, "Reported as", r.Code, width)
		}
		if !r.Example.IsZero() {
			b.WriteString("\nFor example\n\n" + indent(r.Example.In) + "\nbecomes\n\n" + indent(r.Example.Out))
		}
	}
	if len(t.Below) > 0 {
		b.WriteString("\n")
		field(&b, "Keys below", strings.Join(t.Below, ", "), width)
	}
	if len(t.Also) > 0 {
		b.WriteString("\n")
		field(&b, "See also", strings.Join(t.Also, ", "), width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const labelWidth = 13

// field writes a labelled text, wrapped and aligned; an empty one not at all.
func field(b *strings.Builder, label, text string, width int) {
	if text == "" {
		return
	}
	column := labelWidth + 2
	fmt.Fprintf(b, "  %-*s", labelWidth, label)
	at := column
	for i, word := range strings.Fields(text) {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+length > max(width, column+20):
			b.WriteString("\n" + strings.Repeat(" ", column))
			at = column
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += length
	}
	b.WriteString("\n")
}

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
