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
		place := ""
		if k.Place != "" {
			place = " (" + diag.OneLine(k.Place) + ")"
		}
		explain.Paragraph(&b, "  "+diag.OneLine(k.Key)+place+" → ", "      ", in.Say(k.Kubernetes), width)
		for i, field := range k.Sets {
			if i == shownFields && len(k.Sets) > shownFields+1 {
				fmt.Fprintf(&b, "      %s\n", in.Say(fmt.Sprintf("and %d more", len(k.Sets)-i)))
				break
			}
			fmt.Fprintf(&b, "      %s: %s\n", in.Say("here"), diag.OneLine(field))
		}
		switch {
		case k.Silent:
			fmt.Fprintf(&b, "      %s: %s\n", in.Say("here"), in.Say("changes nothing"))
		case len(k.Sets) == 0 && len(k.Prevents) > 0:
			explain.Paragraph(&b, "      "+in.Say("here")+": ", "        ", in.Say("without it, there would be "+diag.OneLine(some(k.Prevents))), width)
		case len(k.Sets) == 0 && len(k.Findings) > 0:
			explain.Paragraph(&b, "      "+in.Say("here")+": ", "        ", in.Say("changes no manifest, only findings: "+strings.Join(k.Findings, ", ")), width)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shownFields is how many fields are listed for a key; a list that is one longer is shown as a whole.
const shownFields = 3

// some names the first fields of a list.
func some(fields []string) string {
	if len(fields) > shownFields+1 {
		return strings.Join(fields[:shownFields], ", ") + fmt.Sprintf(" and %d more", len(fields)-shownFields)
	}
	return strings.Join(fields, ", ")
}

// writeLines prints which lines are there because of a key.
func writeLines(w io.Writer, k convert.KeyLines, in lang.Language, width int) error {
	var b strings.Builder
	b.WriteString(diag.OneLine(k.Key))
	if k.Place != "" {
		b.WriteString(" (" + diag.OneLine(k.Place) + ")")
	}
	switch {
	case k.Silent:
		b.WriteString(in.Say(" changes nothing in this project"))
	case len(k.Objects) == 0 && len(k.Prevents) > 0:
		b.WriteString(in.Say(" keeps something away in this project: without it, there would be " + diag.OneLine(some(k.Prevents))))
	case len(k.Objects) == 0:
		b.WriteString(in.Say(" changes no manifest in this project, only findings: " + strings.Join(k.Findings, ", ")))
	default:
		b.WriteString(in.Say(" makes in this project"))
	}
	b.WriteString("\n\n")
	for _, o := range k.Objects {
		if o.Whole {
			explain.Paragraph(&b, "  "+diag.OneLine(o.Object)+"  ", "    ", in.Say("the whole object"), width)
			continue
		}
		fmt.Fprintf(&b, "  %s\n", diag.OneLine(o.Object))
		for _, line := range o.Lines {
			fmt.Fprintf(&b, "    | %s\n", diag.OneLine(line))
		}
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
