package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// group matches the head of a block that gives a group of servers a name, as nginx writes it.
// Source: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#upstream
var group = pattern.New(`(?:^|[\s;{}])upstream\s+([^\s;{}]+)\s*\{`)

// quotes are those that nginx takes off its words.
const quotes = `"'`

// groups returns the names, in lower case, that a text gives to groups of servers. Such a group is often called like the
// service whose Pods it lists. Where the text says the name it means the group, with the ports of its servers, whatever the
// name is in the DNS.
func groups(text string) map[string]bool {
	if !strings.Contains(text, "upstream") {
		return nil
	}
	names := map[string]bool{}
	for _, m := range group.FindAllStringSubmatch(text, -1) {
		names[strings.ToLower(strings.Trim(m[1], quotes))] = true
	}
	return names
}

// isGroup reports whether a mention is that of a group and not that of one of its servers.
func (m Mention) isGroup(text string, names map[string]bool) bool {
	return m.Port == 0 && names[strings.ToLower(m.Name)] && !isServer(text[:m.Start])
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
