package pages

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
	writeDifferences(&b)
	return b.Bytes()
}

// writeDifferences lists what is different to docker compose, by command.
func writeDifferences(b *bytes.Buffer) {
	b.WriteString("\n## Differences to docker compose\n\n")
	b.WriteString("Commands and flags are those of docker compose v5. What a cluster gives no meaning is refused with the reason, and not ignored;\n")
	b.WriteString("these are all commands and flags that are, and what commands do otherwise.\n")
	last := "none"
	for _, d := range cmd.Differences() {
		if d.Command != last {
			fmt.Fprintf(b, "\n**%s**\n\n", strings.TrimSpace("transship "+d.Command))
			last = d.Command
		}
		if d.Flag != "" {
			fmt.Fprintf(b, "- `%s` is refused: %s\n", d.Flag, d.What)
		} else {
			fmt.Fprintf(b, "- %s\n", d.What)
		}
	}
}

func help(args ...string) string {
	var out bytes.Buffer
	cmd.Main(context.Background(), append(args, "--help"), cmd.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String()
}
