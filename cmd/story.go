package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
)

// writeStory prints what became of a service.
func writeStory(w io.Writer, s convert.Story, in lang.Language, width int) error {
	var b strings.Builder
	b.WriteString(s.Service)
	if s.Place != "" {
		b.WriteString(" (" + diag.OneLine(s.Place) + ")")
	}
	if len(s.Objects) == 0 {
		b.WriteString(in.Say(" becomes no object"))
	} else {
		b.WriteString(in.Say(" becomes"))
	}
	b.WriteString("\n\n")
	for _, o := range s.Objects {
		explain.Paragraph(&b, "  "+o.Name+"  ", "    ", diag.OneLine(in.Say(o.Says)), width)
	}
	writeNotes(&b, "Why", s.Reasons, in, width)
	writeNotes(&b, "What is different, or missing", s.Problems, in, width)
	if len(s.Keys) > 0 {
		b.WriteString("\n" + in.Say("Its keys") + "\n\n")
	}
	for _, k := range s.Keys {
		explain.Paragraph(&b, "  "+diag.OneLine(k.Key)+" → ", "      ", in.Say(k.Kubernetes), width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeNotes(b *strings.Builder, heading string, notes []convert.FindingNote, in lang.Language, width int) {
	if len(notes) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n\n", in.Say(heading))
	for _, n := range notes {
		explain.Paragraph(b, "  - ", "    ", fmt.Sprintf("%s (%s)", diag.OneLine(in.Say(n.Message)), n.Code), width)
	}
}
