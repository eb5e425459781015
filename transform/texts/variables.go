package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// hostVariable matches the names of variables whose values are hosts: GHOST and SECURITY are no such names.
var hostVariable = pattern.New(`(?i)(^|[^g])host|[a-z]ghost|addr|url|uris?([^a-z]|$)|server|endpoint|broker|(^|[^a-z])(nodes?|peers?|ip|bind|listen(ers?)?)([^a-z]|$)`)

// otherVariable matches the names of variables that say what they hold of a host: PEER_ID, SERVER_DB.
var otherVariable = pattern.New(`(?i)(^|[^a-z])(id|db|database|user(name)?|pass(word|wd)?|port|path|dir|file|version|type|mode|key|token|secret)$`)

// saysHost reports whether the name of a variable says that its value is a host, or a list of them.
func saysHost(variable string) bool {
	return hostVariable.MatchString(variable) && !otherVariable.MatchString(variable)
}

// isValue reports whether the name at start is the whole value of a variable for hosts, or an item of a value that is
// nothing but a list of hosts.
func isValue(text string, start, end int, variable string) bool {
	if saysHost(variable) && len(text) <= longest && isHostList(strings.Map(withoutBrackets, text)) {
		return true
	}
	from := start
	for from > max(0, start-longest) && isListByte(text[from-1]) {
		from--
	}
	name, isLine := assigned(text[:from])
	if !saysHost(name) {
		return false
	}
	to := end
	for to < min(len(text), end+longest) && isListByte(text[to]) {
		to++
	}
	value := strings.TrimPrefix(text[from:to], "tcp:") // as SQL Server writes it
	if isLine {
		return isHostList(value) && (endsValue(text[to:]) || endsPair(text[:to], text[to:]))
	}
	return isHostList(value) && (to == len(text) || strings.IndexByte(" \t\r\n\"'`;&|)", text[to]) >= 0)
}

// withoutBrackets makes a list of ["a", "b"].
func withoutBrackets(r rune) rune {
	if strings.ContainsRune(`[]"`, r) {
		return ' '
	}
	return r
}

// assigned returns the name that a value is given to which begins where before ends: NAME=value, and in files also
// name = value, name: value and "name": "value", on one line.
func assigned(before string) (name string, isLine bool) {
	before = before[max(0, len(before)-longest):]
	rest := strings.TrimRight(before, `"'`)
	quotes := len(before) - len(rest)
	if quotes > 1 {
		return "", false
	}
	sign := strings.TrimRight(rest, " \t")
	if strings.HasSuffix(sign, "=>") { // of PHP, Ruby and Logstash
		sign = sign[:len(sign)-1]
	}
	spaces := len(rest) - len(sign)
	switch {
	case strings.HasSuffix(sign, "="):
	case strings.HasSuffix(sign, ":") && spaces+quotes > 0:
	default:
		word := strings.TrimRight(rest, " \t\r\n")
		return Option([]string{word[strings.LastIndexAny(word, " \t\r\n")+1:]}, 1), false
	}
	key := strings.TrimRight(sign[:len(sign)-1], " \t")
	isLine = spaces > 0 || len(key) < len(sign)-1 || strings.HasSuffix(sign, ":")
	key = strings.TrimRight(key, `"'`)
	start := len(key)
	for start > 0 && isNameByte(key[start-1]) {
		start--
	}
	name = key[start:]
	if strings.EqualFold(name, "source") && strings.HasSuffix(strings.ToLower(key[:start]), "data ") { // of SQL Server
		return "server", false
	}
	if isLine && !isAlone(key[:start]) {
		return "", false
	}
	return name, isLine
}

// Option returns the word before the i-th of a command if it is a long option whose value is the next word, as in
// --db-host NAME; else "".
func Option(words []string, i int) string {
	if i == 0 || i > len(words) || !strings.HasPrefix(words[i-1], "--") || strings.ContainsAny(words[i-1], "= \t\n") {
		return ""
	}
	return words[i-1]
}

// endsValue reports whether the rest of a line ends a value: nothing, a comment, or what closes it in JSON.
func endsValue(rest string) bool {
	line, _, _ := strings.Cut(rest[:min(len(rest), longest)], "\n")
	line = strings.TrimLeft(line, " \t\r\"'")
	return line == "" || strings.IndexByte("#;,}", line[0]) >= 0
}

// isAlone reports whether nothing but indentation, an item of a list or an opening bracket stands before a key on its line,
// so that a colon in a sentence makes no key of the word before it.
func isAlone(before string) bool {
	before = before[strings.LastIndexByte(before, '\n')+1:]
	before = strings.Trim(before, " \t-\"'")
	return before == "" || strings.HasSuffix(before, "{") || strings.HasSuffix(before, ",")
}

func isListByte(c byte) bool { return isNameByte(c) || c == ',' || c == ':' }

// isHostList reports whether a value consists of nothing but names, perhaps with ports, and separators.
func isHostList(value string) bool {
	items := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(", ;|\t\r\n", r) })
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
