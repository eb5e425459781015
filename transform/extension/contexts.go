package extension

import (
	"regexp"
	"slices"
	"strings"
)

// contexts refuses names that say nothing, of a variable that is not set for example: the project would be allowed everywhere.
func (r *refusal) contexts(p *Project) {
	const help = "write the name of a kubeconfig context, or leave the key out"
	if p.Context != nil && *p.Context == "" {
		r.refuse(r.at.Key("context"), help, "no context is named")
	}
	if p.AllowedContexts != nil && len(p.AllowedContexts) == 0 {
		r.refuse(r.at.Key("allowedContexts"), help, "no context is named")
	}
	for i, name := range p.AllowedContexts {
		if name == "" {
			r.refuse(r.at.Key("allowedContexts").Index(i), help, "no context is named")
		}
	}
	if p.Context != nil && p.AllowedContexts != nil {
		r.refuse(r.at.Key("context"), "leave out one of the two", "context and allowedContexts contradict each other: context is the only one that is allowed")
	}
}

// Contexts returns the contexts that a project may go to, the key that says so, and whether they are limited at all.
func (p *Project) Contexts() (allowed []string, key string, limited bool) {
	switch {
	case p.Context != nil:
		return []string{*p.Context}, "context", true
	case p.AllowedContexts != nil:
		return p.AllowedContexts, "allowedContexts", true
	}
	return nil, "", false
}

// AllowsContext reports whether a project may go to a context. The star that stands for any text is one of allowedContexts: it
// may be part of a name, too.
func (p *Project) AllowsContext(name string) bool {
	if p.Context != nil {
		return *p.Context == name
	}
	return p.AllowedContexts == nil || slices.ContainsFunc(p.AllowedContexts, func(pattern string) bool {
		anything := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
		return regexp.MustCompile("^(?s:" + anything + ")$").MatchString(name)
	})
}
