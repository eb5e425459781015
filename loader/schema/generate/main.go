// Command generate writes the rules of package schema: compose-go's JSON schema as a table that needs no work at run time.
// A test fails when the table is not what this command would write.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/schema"
)

func main() {
	out := flag.String("out", "loader/schema/rules.go", "the file to write")
	flag.Parse()
	source, err := compile(schema.Schema)
	if err == nil {
		err = os.WriteFile(*out, source, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// compiler makes rules of a schema. The first fault is kept; what comes after it means nothing.
type compiler struct {
	root  map[string]any
	rules []string       // as Go source
	same  map[string]int // rules by their source
	known map[string]int // rules by $ref
	err   error
}

func (c *compiler) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}
