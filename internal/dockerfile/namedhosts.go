package dockerfile

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/envfile"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

const (
	maxNamedHosts = 20   // places of one program
	maxLineBefore = 1000 // bytes before a name that tell what it is
)

var (
	// namingFile matches settings that are built in beside the code of a program, and notNaming what names services for others: the files of Compose, tests,
	// locks and documents.
	namingFile = pattern.New(`(?i)\.(ya?ml|json|toml|properties|ini|cfg|conf|env)$|^\.env(\.[\w-]+)?$`)
	notNaming  = pattern.New(`(?i)^(docker-)?compose[\w.-]*\.ya?ml$|(^|[._-])(tests?|spec|stories|lock|example|sample|template|dist)([._-]|$)`)
	// asVariable matches the names of variables of the environment.
	asVariable = pattern.New(`\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b`)
)

// namedHosts returns where the sources in the build context name one of some services as a host: behind a scheme, or before a port.
func (c buildContext) namedHosts(sources, names []string) []source.NamedHost {
	if len(names) == 0 {
		return nil
	}
	isNaming := func(name string) bool {
		return (envfile.IsSource(name) || namingFile.MatchString(name)) && !notNaming.MatchString(name)
	}
	var list []source.NamedHost
	c.eachSource(sources, isNaming, func(rel, text string) (goOn bool) {
		for _, name := range names {
			for at := hostAt(text, name, 0); at >= 0 && len(list) < maxNamedHosts; at = hostAt(text, name, at+len(name)) {
				start := strings.LastIndexByte(text[:at], '\n') + 1
				line, _, _ := strings.Cut(text[start:min(len(text), at+maxLineBefore)], "\n")
				list = append(list, source.NamedHost{Name: name, File: rel, Line: 1 + strings.Count(text[:start], "\n"), Variables: asVariable.FindAllString(line, maxNamedHosts)})
			}
		}
		return len(list) < maxNamedHosts
	})
	return list
}

// hostAt returns where a text has a name as a host, from an offset on, -1 if it nowhere does. A line that only remarks something does not count.
func hostAt(text, name string, from int) int {
	for {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return -1
		}
		at := from + i
		from = at + len(name)
		before, after := text[max(0, at-maxLineBefore):at], text[from:] // a line may be as long as the file
		line := strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:])
		isRemark := slices.ContainsFunc([]string{"#", "//", "*", "--"}, func(sign string) bool { return strings.HasPrefix(line, sign) })
		if !isRemark && (strings.HasSuffix(before, "://") || strings.HasSuffix(before, "@") && strings.Contains(line, "://")) && !continuesName(after) {
			return at
		}
		if !isRemark && len(after) > 2 && after[0] == ':' && isDigit(after[1]) && isDigit(after[2]) && (before == "" || !continuesName(before[len(before)-1:])) {
			return at
		}
	}
}

// continuesName reports whether a text begins with what may be a part of the name of a host.
func continuesName(text string) bool {
	if text == "" {
		return false
	}
	c := text[0]
	return c == '_' || c == '-' || c == '.' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
