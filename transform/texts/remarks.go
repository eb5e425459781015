package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// classOfScript matches the beginning of a class in JavaScript, in which a line that begins with # is a private field.
var classOfScript = pattern.New(`(?m)^\s*(?:export\s+)?(?:default\s+)?class\s+\w[^\n]*\{\s*$`).Holding("class")

// InRemark reports whether a place of a text of several lines stands in one that begins with #, which is a remark to nginx, HAProxy and shells, and in YAML,
// INI, TOML and .env files.
func InRemark(text string, at int) bool {
	line := text[strings.LastIndexByte(text[:at], '\n')+1:]
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") && strings.Contains(text, "\n") && !classOfScript.MatchString(text)
}
