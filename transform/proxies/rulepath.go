package proxies

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// restOfPath matches what stands for the rest of a path, whatever it is, at the end of a path of version 2 and of a regular expression.
var (
	restOfPath   = pattern.New(`\{\w+:(?:\.\*|\.\+|\(\.\*\))\}$`).Holding("{")
	restOfRegexp = pattern.New(`(?:\(?\.[*+]\)?\$?)?$`)
)

// pathMatch returns what a matcher of paths takes: "path", "pathprefix" or "pathregexp". It reports whether a path and prefixes can say that.
func pathMatch(matcher, value string) (m match, isRead bool) {
	isWhole, signs := matcher == "path", "{}"
	if matcher == "pathregexp" {
		from, isAnchored := strings.CutPrefix(value, "^")
		if !isAnchored {
			return match{}, false
		}
		value = from[:restOfRegexp.FindStringSubmatchIndex(from)[0]]
		value, isWhole = strings.CutSuffix(value, "$")
		signs = `.*+?()[]{}|\$^`
	} else if at := restOfPath.FindStringSubmatchIndex(value); at != nil {
		value, isWhole = value[:at[0]], false
	}
	if strings.ContainsAny(value, signs) {
		return match{}, false
	}
	return match{path: "/" + strings.TrimPrefix(value, "/"), isWhole: isWhole}, true
}
