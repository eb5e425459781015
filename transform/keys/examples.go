package keys

import (
	"bytes"
	_ "embed" // for the examples
	"fmt"
	"strings"
	"sync"
)

// examples.txt holds the examples that explain and the reference show: blocks that begin with "# <expanded path>", the
// Compose project, a line "---", and the part of the objects that the key makes.
//
//go:embed examples.txt
var exampleText []byte

var examples = sync.OnceValue(func() map[string]Example {
	found, err := parseExamples(exampleText)
	if err != nil { // the file is part of the program, and a test reads it
		panic(err)
	}
	return found
})

func parseExamples(text []byte) (map[string]Example, error) {
	found := map[string]Example{}
	for i, block := range bytes.Split(append([]byte("\n"), text...), []byte("\n# ")) {
		if i == 0 {
			continue
		}
		path, rest, _ := strings.Cut(string(block), "\n")
		in, out, ok := strings.Cut(rest, "---\n")
		if !ok {
			return nil, fmt.Errorf("the example of %s has no line --- between project and objects", path)
		}
		if _, twice := found[path]; twice {
			return nil, fmt.Errorf("%s has two examples", path)
		}
		found[path] = Example{In: in, Out: strings.TrimRight(out, "\n") + "\n"}
	}
	return found, nil
}
