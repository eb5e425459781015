package main

import (
	"bytes"
	"fmt"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
)

// findingsPage lists every code that a conversion can report.
func findingsPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Findings\n\n")
	b.WriteString("Every finding has a code. An **error** means that going on would endanger data, security or traffic, or that the project cannot be\n")
	b.WriteString("read: nothing is written. `--allow=CODE` turns an error into a warning where going on is possible. A **warning** tells what the\n")
	b.WriteString("service lacks or does differently; `--strict` makes warnings fail. An **info** tells of a harmless difference; `-v` shows it.\n")
	for _, severity := range []diag.Severity{diag.Error, diag.Warning, diag.Info} {
		fmt.Fprintf(&b, "\n## %ss\n\n| Code | What it is about |\n|---|---|\n", map[diag.Severity]string{diag.Error: "Error", diag.Warning: "Warning", diag.Info: "Info"}[severity])
		for _, c := range convert.Codes() {
			if c.Severity == severity {
				fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, c.Title)
			}
		}
	}
	return b.Bytes()
}

func schemaPage() []byte {
	text, err := extension.Schema()
	if err != nil { // the types of this program, which its tests marshal
		panic(err)
	}
	return text
}
