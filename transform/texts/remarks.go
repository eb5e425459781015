package texts

import (
	"strings"
	"sync"

	"github.com/transship/transship/internal/pattern"
)

// classOfScript matches the beginning of a class in JavaScript, in which a line that begins with # is a private field.
var classOfScript = pattern.New(`(?m)^\s*(?:export\s+)?(?:default\s+)?class\s+\w[^\n]*\{\s*$`).Holding("class")

// Remarks returns a function that reports whether a place of a text of several lines stands in one that begins with #, which is a remark to nginx,
// HAProxy and shells, and in YAML, INI, TOML and .env files.
func Remarks(text string) func(at int) bool {
	hasRemarks := sync.OnceValue(func() bool { return strings.Contains(text, "\n") && !classOfScript.MatchString(text) })
	return func(at int) bool {
		line := text[strings.LastIndexByte(text[:at], '\n')+1:]
		return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") && hasRemarks()
	}
}
