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

// Hosts are the names of hosts of a project that are looked for in the sources of its images. Each build context is read once, whoever has it.
type Hosts struct {
	names map[string]bool
	found map[string][]source.NamedHost // by context, sources and what is left out of it
}

// NewHosts returns the names to look for; none are no work.
func NewHosts(names []string) *Hosts {
	h := &Hosts{names: map[string]bool{}, found: map[string][]source.NamedHost{}}
	for _, name := range names {
		h.names[name] = true
	}
	return h
}

// in returns where the sources in a build context name one of the hosts: behind a scheme, or before a port.
func (h *Hosts) in(c buildContext, sources []string) []source.NamedHost {
	if h == nil || len(h.names) == 0 || c.dir == "" {
		return nil
	}
	key := c.key(sources)
	if list, known := h.found[key]; known {
		return list
	}
	var list []source.NamedHost
	c.eachSource(sources, isNaming, func(rel, text string) (goOn bool) {
		for at := 0; len(list) < maxNamedHosts; {
			start, name := h.next(text, at)
			if name == "" {
				break
			}
			at = start + len(name)
			if isHostAt(text, start, at) {
				line := strings.LastIndexByte(text[:start], '\n') + 1
				words, _, _ := strings.Cut(text[line:min(len(text), at+maxLineBefore)], "\n")
				list = append(list, source.NamedHost{Name: name, File: rel, Line: 1 + strings.Count(text[:line], "\n"), Variables: asVariable.FindAllString(words, maxNamedHosts)})
			}
		}
		return len(list) < maxNamedHosts
	})
	h.found[key] = list
	return list
}

// key tells the part of a build context that sources of copies have from others.
func (c buildContext) key(sources []string) string {
	return strings.Join(slices.Concat([]string{c.dir}, sources, c.patterns()), "\x00")
}

// isNaming reports whether a file of a build context may say to a program which hosts it calls, by the name of the file.
func isNaming(name string) bool {
	return (envfile.IsSource(name) || namingFile.MatchString(name)) && !notNaming.MatchString(name)
}

// next returns the first word of a text from an offset on that is one of the hosts, "" if there is none.
func (h *Hosts) next(text string, from int) (start int, name string) {
	for i := from; i < len(text); i++ {
		if !continuesName(text[i:]) {
			continue
		}
		end := i
		for end < len(text) && continuesName(text[end:]) {
			end++
		}
		if word := text[i:end]; h.names[word] {
			return i, word
		}
		i = end
	}
	return len(text), ""
}

// isHostAt reports whether the word between two offsets of a text is a host. A line that only remarks something does not count.
func isHostAt(text string, start, end int) bool {
	before, after := text[max(0, start-maxLineBefore):start], text[end:] // a line may be as long as the file
	line := before[strings.LastIndexByte(before, '\n')+1:]
	switch {
	case isRemark(before):
		return false
	case strings.HasSuffix(before, "://"), strings.HasSuffix(before, "@") && strings.Contains(line, "://"):
		return true
	}
	return len(after) > 2 && after[0] == ':' && isDigit(after[1]) && isDigit(after[2])
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
