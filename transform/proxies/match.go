package proxies

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// match is one of the alternatives of a rule: hosts, none for every host, and a path, "" for every path.
type match struct {
	hosts   []string
	path    string
	isWhole bool   // whether path is the whole path, not a prefix
	unread  string // why hosts and path are not all that it says, "" if they are
}

// and returns what takes requests that both of two alternatives take. It reports whether there are any.
func (m match) and(other match) (match, bool) {
	both := match{hosts: m.hosts, path: m.path, isWhole: m.isWhole, unread: m.unread}
	if both.unread == "" {
		both.unread = other.unread
	}
	switch {
	case len(m.hosts) == 0:
		both.hosts = other.hosts
	case len(other.hosts) > 0:
		both.hosts = slices.DeleteFunc(slices.Clone(m.hosts), func(host string) bool { return !slices.Contains(other.hosts, host) })
		if len(both.hosts) == 0 {
			return both, false
		}
	}
	switch {
	case other.takes(m):
	case m.takes(other):
		both.path, both.isWhole = other.path, other.isWhole
	default:
		return both, false
	}
	return both, true
}

// takes reports whether the path of an alternative takes every request that the path of another one takes.
func (m match) takes(other match) bool {
	return m.path == "" || m.path == other.path && (!m.isWhole || other.isWhole) || !m.isWhole && strings.HasPrefix(other.path, m.path)
}

// unique leaves out what stands there already.
func unique(list []match) []match {
	var out []match
	for _, m := range list {
		if !slices.ContainsFunc(out, func(have match) bool {
			return slices.Equal(have.hosts, m.hosts) && have.path == m.path && have.isWhole == m.isWhole && have.unread == m.unread
		}) {
			out = append(out, m)
		}
	}
	return out
}

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
