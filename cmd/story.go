package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/explain"
)

// writeStory prints what became of a service.
func writeStory(w io.Writer, s convert.Story, width int) error {
	var b strings.Builder
	b.WriteString(s.Service)
	if s.Place != "" {
		b.WriteString(" (" + diag.OneLine(s.Place) + ")")
	}
	if len(s.Objects) == 0 {
		b.WriteString(" becomes no object")
	} else {
		b.WriteString(" becomes")
	}
	b.WriteString("\n\n")
	for _, o := range s.Objects {
		explain.Paragraph(&b, "  "+o.Name+"  ", "    ", diag.OneLine(o.Says), width)
	}
	writeNotes(&b, "Why", s.Reasons, width)
	writeNotes(&b, "What is different, or missing", s.Problems, width)
	if len(s.Keys) > 0 {
		b.WriteString("\nIts keys\n\n")
	}
	for _, k := range s.Keys {
		explain.Paragraph(&b, "  "+diag.OneLine(k.Key)+" → ", "      ", k.Kubernetes, width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeNotes(b *strings.Builder, heading string, notes []convert.FindingNote, width int) {
	if len(notes) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n\n", heading)
	for _, n := range notes {
		explain.Paragraph(b, "  - ", "    ", fmt.Sprintf("%s (%s)", diag.OneLine(n.Message), n.Code), width)
	}
}
