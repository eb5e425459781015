package texts

import (
	"regexp"
	"strings"
)

// hostVariable matches the names of variables whose values are hosts: GHOST and SECURITY are no such names.
var hostVariable = regexp.MustCompile(`(?i)(^|[^g])host|[a-z]ghost|addr|url|uris?([^a-z]|$)|server|endpoint|broker|(^|[^a-z])(nodes?|peers?|ip|bind|listen(ers?)?)([^a-z]|$)`)

// otherVariable matches the names of variables that say what they hold of a host: PEER_ID, SERVER_DB.
var otherVariable = regexp.MustCompile(`(?i)(^|[^a-z])(id|db|database|user(name)?|pass(word|wd)?|port|path|dir|file|version|type|mode|key|token|secret)$`)

// SaysHost reports whether the name of a variable says that its value is a host, or a list of them.
func SaysHost(variable string) bool {
	return hostVariable.MatchString(variable) && !otherVariable.MatchString(variable)
}

// isValue reports whether the name at start is the whole value of a variable for hosts, or an item of a value that is
// nothing but a list of hosts.
func isValue(text string, start, end int, variable string) bool {
	if SaysHost(variable) && len(text) <= longest && isHostList(text) {
		return true
	}
	from := start
	for from > max(0, start-longest) && isListByte(text[from-1]) {
		from--
	}
	assignment := strings.TrimRight(text[:from], `"'`)
	if !strings.HasSuffix(assignment, "=") || len(text[:from])-len(assignment) > 1 {
		return false
	}
	assignment = strings.TrimSuffix(assignment, "=")
	key := len(assignment)
	for key > max(0, from-longest) && isNameByte(assignment[key-1]) {
		key--
	}
	if !SaysHost(assignment[key:]) {
		return false
	}
	to := end
	for to < min(len(text), end+longest) && isListByte(text[to]) {
		to++
	}
	return isHostList(text[from:to]) && (to == len(text) || strings.IndexByte(" \t\r\n\"'`;&|)", text[to]) >= 0)
}

func isListByte(c byte) bool { return isNameByte(c) || c == ',' || c == ':' }

// isHostList reports whether a value consists of nothing but names, perhaps with ports, and separators.
func isHostList(value string) bool {
	items := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(", ;\t\r\n", r) })
	for _, item := range items {
		name, port, hasPort := strings.Cut(item, ":")
		if name == "" || name[0] == '-' || strings.ContainsFunc(name, func(r rune) bool { return r < 0x80 && !isNameByte(byte(r)) }) {
			return false
		}
		if hasPort && (port == "" || strings.Trim(port, "0123456789") != "") {
			return false
		}
	}
	return len(items) > 0
}
