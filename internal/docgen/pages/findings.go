package pages

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/build"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/transform/extension"
)

// findingsPage lists every code that a finding can have, and explains each as `transship explain` does.
func findingsPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Findings\n\n")
	b.WriteString("Every finding has a code. An **error** means that going on would endanger data, security or traffic, or that the project cannot be\n")
	b.WriteString("read: nothing is written. `--allow=CODE` turns an error into a warning where going on is possible, and a warning into an info.\n")
	b.WriteString("A **warning** tells what the service lacks or does differently; `--strict` makes warnings fail that nobody accepts. An **info** tells of\n")
	b.WriteString("a harmless difference; `-v` shows it. `x-kubernetes: {accept: [{code, path, because}]}` accepts single findings in the project,\n")
	b.WriteString("`--baseline=FILE` all warnings of a list that `--update-baseline` writes. `transship explain CODE` says what stands here.\n")
	for _, severity := range []diag.Severity{diag.Error, diag.Warning, diag.Info} {
		fmt.Fprintf(&b, "\n## %ss\n\n| Code | What it is about |\n|---|---|\n", map[diag.Severity]string{diag.Error: "Error", diag.Warning: "Warning", diag.Info: "Info"}[severity])
		for _, c := range allCodes() {
			if c.Severity == severity {
				fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", c.Name, c.Name, escape(c.Title))
			}
		}
	}
	b.WriteString("\n## All of them\n")
	for _, c := range allCodes() {
		known := explain.Code{Code: c, CanAllow: convert.CanAllow(c), Changes: slices.Contains(convert.AllowedEffects, c.Name)}
		if slices.Contains(build.Codes, c) {
			known = explain.Code{Code: c, CanAllow: build.CanAllow(c), Live: true}
		}
		writeFinding(&b, explain.OfCode(known))
	}
	return b.Bytes()
}

// allCodes are those of a conversion and those of building and delivering images, sorted by name.
func allCodes() []diag.Code {
	all := slices.Concat(convert.Codes(), build.Codes)
	slices.SortStableFunc(all, func(a, b diag.Code) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func writeFinding(b *bytes.Buffer, n explain.Note) {
	fmt.Fprintf(b, "\n### %s\n\n**%s**: %s.\n", n.Name, n.Severity, escape(n.Title))
	for _, p := range n.Text {
		fmt.Fprintf(b, "\n%s\n", escape(p))
	}
	if len(n.Remedies) > 0 {
		b.WriteString("\n")
	}
	for _, r := range n.Remedies {
		fmt.Fprintf(b, "- %s\n", r)
	}
	if n.Example != "" {
		fmt.Fprintf(b, "\n```yaml\n%s```\n", n.Example)
	}
	if len(n.Flags) > 0 {
		fmt.Fprintf(b, "\nwith `%s`\n", n.Flags[0])
	}
	if n.Allowing != "" {
		fmt.Fprintf(b, "\nCan it be allowed? %s\n", n.Allowing)
	}
}

func schemaPage() []byte {
	text, err := extension.Schema()
	if err != nil { // the types of this program, which its tests marshal
		panic(err)
	}
	return text
}
