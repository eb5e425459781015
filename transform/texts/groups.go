package texts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// group matches the head of a block that gives a group of servers a name, as nginx writes it.
// Source: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#upstream
var group = pattern.New(`(?:^|[\s;{}])upstream\s+([^\s;{}]+)\s*\{`)

// quotes are those that nginx takes off its words.
const quotes = `"'`

// passed matches where requests are sent on. Sources: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass and the pages of
// fastcgi_pass, uwsgi_pass, scgi_pass, grpc_pass and memcached_pass.
var passed = pattern.New(`\b(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass\s+["']?(?:(https?)://)?([\w.-]+)[;/\s"'$]`).Holding("_pass")

// groups are the groups of servers of a text.
type groups struct {
	list []serverGroup  // in the order of the text
	at   map[string]int // by lower-case name
}

// serverGroup is a block with the servers of a group. Such a group is often called like the service whose Pods it lists. Where the text says the name it means
// the group, with the ports of its servers, whatever the name is in the DNS.
type serverGroup struct {
	start, end int    // of the block
	scheme     string // http or https, by which all requests are sent to it
}

// groupsOf returns the groups of servers that a text defines.
func groupsOf(text string) groups {
	all := groups{}
	if !strings.Contains(text, "upstream") {
		return all
	}
	all.at = map[string]int{}
	for _, m := range group.FindAllStringSubmatchIndex(text, -1) {
		g := serverGroup{start: m[1], end: len(text)}
		if end := strings.IndexByte(text[m[1]:], '}'); end >= 0 {
			g.end = m[1] + end
		}
		all.at[strings.ToLower(strings.Trim(text[m[2]:m[3]], quotes))] = len(all.list)
		all.list = append(all.list, g)
	}
	schemes := map[string]string{}
	for _, m := range passed.FindAllStringSubmatch(text, -1) {
		name, scheme := strings.ToLower(m[2]), m[1]
		if before, known := schemes[name]; known && before != scheme {
			scheme = ""
		}
		schemes[name] = scheme
	}
	for name, i := range all.at {
		all.list[i].scheme = schemes[name]
	}
	return all
}

// schemeAt returns the scheme by which requests are sent to the group in whose block an offset lies, "" if it lies in none.
func (all groups) schemeAt(offset int) string {
	i, _ := slices.BinarySearchFunc(all.list, offset, func(g serverGroup, offset int) int { return cmp.Compare(g.start, offset) })
	if i == 0 || offset >= all.list[i-1].end {
		return ""
	}
	return all.list[i-1].scheme
}

// isGroup reports whether a mention is that of a group and not that of one of its servers.
func (m Mention) isGroup(text string, all groups) bool {
	_, isGroup := all.at[strings.ToLower(m.Name)]
	return isGroup && m.Port == 0 && !isServer(text[:m.Start])
}

// isServer reports whether the directive stands before a name that makes it a server of a group.
func isServer(before string) bool {
	if last := len(before) - 1; last >= 0 && strings.IndexByte(quotes, before[last]) >= 0 {
		before = before[:last]
	}
	trimmed := strings.TrimRight(before, " \t")
	rest, found := strings.CutSuffix(trimmed, "server")
	return found && len(trimmed) < len(before) && (rest == "" || strings.IndexByte(" \t\r\n{;", rest[len(rest)-1]) >= 0)
}
