package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/transship/transship/cmd"
)

// cliPage is what --help prints for every command.
func cliPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Command line\n\nWhat `--help` prints for every command.\n")
	fmt.Fprintf(&b, "\n## transship\n\n```text\n%s```\n", help())
	for _, name := range cmd.Names() {
		fmt.Fprintf(&b, "\n## transship %s\n\n```text\n%s```\n", name, help(name))
	}
	return b.Bytes()
}

func help(args ...string) string {
	var out bytes.Buffer
	cmd.Main(context.Background(), append(args, "--help"), cmd.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String()
}
