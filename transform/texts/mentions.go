// Package texts finds the names of hosts in environment values, commands and configuration files: which name, whether
// it stands where a program reads a host, and with which port. What it goes by is what stands directly before and behind a
// name; of file formats it knows only that some give names to groups of servers.
package texts

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// longest is how far around a name is looked for what it belongs to, so that a large file costs no more than its size.
const longest = 4096

// firstFreePort is the first port that is reserved for nobody.
const firstFreePort = 1024

// Mention is one place where a name stands as a whole word.
type Mention struct {
	Name       string // as written
	Start, End int    // byte offsets of the name
	Host       bool   // it stands where a program reads a host
	Bare       bool   // it is a whole value, or an item of one, and nothing says that it is no host
	Scheme     string // of the URL that it is the host of, lower case
	Port       int32  // behind the name, 0 if there is none
	Second     int32  // behind the first port, as ZooKeeper writes name:2888:3888; lower numbers are weights, as in name:6379:1
	Unknown    bool   // a port stands behind the name, but not as a number: $PORT, {{ port }}, %d
	Once       bool   // a proxy asks for its address when it starts, and not again
	Datagrams  Datagrams
	Beside     int32 // the port that stands apart from the name: nc name 5432, -h name -p 5432, host=name port=5432
}

// Find returns the mentions of all names that wanted accepts. variable is the name of the variable whose value the text
// is, or "". wanted is asked with lower-case names, as host names do not know case.
//
// A name is in host position in scheme://name, user@name, name:port, /dev/tcp/name/port, with a port beside it and where it is the whole value, or
// an item of the comma-separated value, of a variable whose name says that it holds hosts; NAME=value inside the text
// counts as a variable as well, as do lines such as name: value and name = value, and options such as --db-host value.
// Names of groups of servers that the text itself defines are no mentions, their servers are hosts.
func Find(text, variable string, wanted func(lower string) bool) []Mention {
	var list []Mention
	named, inRemark := groupsOf(text), Remarks(text)
	for i := 0; i < len(text); {
		if !isNameByte(text[i]) {
			i++
			continue
		}
		end := i
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		start, stop := trim(text, i, end)
		i = end
		if start == stop || !wanted(strings.ToLower(text[start:stop])) || isExpansion(text, start) || isOther(text[:start], text[start:stop]) {
			continue
		}
		m := Mention{Name: text[start:stop], Start: start, End: stop}
		m.locate(text, variable)
		if m.Port == 0 && !m.Unknown {
			m.Beside = PortBeside(text[:start], text[stop:])
			m.Host = m.Host || m.Beside != 0
		}
		if len(named.list) > 0 && isServer(text[:start]) {
			m.Host, m.Scheme = true, cmp.Or(m.Scheme, named.schemeAt(start))
		}
		m.Host = m.Host || isServerOfProxy(text[:start])
		m.Once = m.Host && isAskedOnce(text[:start], text[stop:]) && !inRemark(start)
		m.Host = m.Host || isLogOfSystem(text[:start])
		m.Bare = !m.Host && isBare(text, start, stop, variable)
		m.Datagrams = datagramsTo(text, start, stop, variable, m.Scheme)
		if !m.isGroup(text, named) {
			list = append(list, m)
		}
	}
	return list
}

// mailAddress matches the end of a text after which the domain of a mail address stands, and distinguished the name of a part of the
// subject of a certificate.
var (
	mailAddress   = pattern.New(`(^|[\s"'=:,;<(])[\w.+-]+@$`).Holding("@")
	distinguished = pattern.New(`(^|[,/"'\s=:])(CN|OU|DC|O|L|ST|C|UID)\s?=\s?$`).Holding("=")
)

// isOther reports whether a name stands in the name of a hidden file, in the subject of a certificate, behind an option for a database or a user,
// or, with a dot in it, in a mail address.
func isOther(before, name string) bool {
	before = before[max(0, len(before)-longest):]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	return strings.HasSuffix(before, "/.") || distinguished.MatchString(before) || namesOther.MatchString(before) || strings.Contains(name, ".") && mailAddress.MatchString(before) && schemeOfUser(before) == ""
}

// isNameByte tells what a name is made of; bytes of longer characters count, so that a name inside a word of another
// alphabet is not taken for a word of its own.
func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' || c >= 0x80
}

// trim takes the dots and dashes off that belong to the sentence or the option around a name.
func trim(text string, start, end int) (int, int) {
	for start < end && (text[start] == '.' || text[start] == '-') {
		start++
	}
	for start < end && (text[end-1] == '.' || text[end-1] == '-') {
		end--
	}
	return start, end
}

// isExpansion reports whether the name is that of a shell variable: $name or ${name.
func isExpansion(text string, start int) bool {
	before := text[:start]
	return strings.HasSuffix(before, "$") || strings.HasSuffix(before, "${")
}

func (m *Mention) locate(text, variable string) {
	before, after := text[:m.Start], text[m.End:]
	port, hasPort := portBehind(after)
	unknown := hasPort && port == 0
	relay := relayScheme.FindStringSubmatch(before[max(0, len(before)-near):])
	switch {
	case relay != nil:
		m.Host, m.Scheme = !isUserInfo(after), strings.ToLower(relay[1])
	case strings.HasSuffix(before, "://"):
		m.Host, m.Scheme = !isUserInfo(after), schemeBefore(before)
	case strings.HasSuffix(before, "://[") || strings.HasSuffix(before, "@//"):
		m.Host = true
	case strings.HasSuffix(before, "@") && len(before) > 1 && isUserByte(before[len(before)-2]):
		m.Host, m.Scheme = true, schemeOfUser(before)
	case strings.HasSuffix(before, "/dev/tcp/") || strings.HasSuffix(before, "/dev/udp/"): // of bash
		m.Host = true
		port, _ = portBehind(strings.Replace(after, "/", ":", 1))
	case hasPort && !strings.HasSuffix(before, "/") && !isImage(before, variable):
		m.Host = true
	case hasPort && port >= firstFreePort && isReplicaSet(before) && !isImage(before, variable):
		m.Host = true
	default:
		m.Host = isValue(text, m.Start, m.End, variable) || strings.HasPrefix(after, "'") && quotedHost.MatchString(before[max(0, len(before)-near):])
	}
	isURL := strings.HasSuffix(before, "://") || m.Scheme != ""
	m.Unknown = m.Host && (unknown || port == 0 && isURL && (isJoined(after) || isFilled(after)))
	if m.Host && port != 0 {
		m.Port = port
		if hasPort = hasPort && strings.HasPrefix(after, ":"); !hasPort {
			return
		}
		if _, rest, found := strings.Cut(after[1:], ":"); found && strings.HasPrefix(after, ":"+strconv.Itoa(int(port))+":") {
			if second, _ := portBehind(":" + rest); second >= firstFreePort {
				m.Second = second
			}
		}
	}
}

// relayScheme matches the end of a text with the scheme of an address that has no slashes. Sources: RFC 7064 (stun), RFC 7065 (turn), RFC 3261 (sip),
// https://logging.paluch.biz/examples/log4j-2.x.html (udp)
var relayScheme = pattern.New(`(?i)(?:^|[\s"'=,;<>(\[])(stuns?|turns?|sips?|udp):$`).Holding("stun", "turn", "sip", "udp")

// isReplicaSet reports whether a name follows that of a replica set, as MongoDB writes rs0/host:27017: a word of its own and a
// slash.
func isReplicaSet(before string) bool {
	set, found := strings.CutSuffix(before, "/")
	start := len(set)
	for start > 0 && isNameByte(set[start-1]) && set[start-1] != '.' {
		start--
	}
	return found && start < len(set) && (start == 0 || strings.IndexByte(" \t\r\n\"'=,", set[start-1]) >= 0)
}

// What stands for a port whose number is not known: variables of a shell, and the places of templates, formats and builds.
var (
	placeholder = pattern.New(`^:(?:\$|#\{|\{\{|\{[A-Za-z_][\w.]*\}|\{\d*\}|%[A-Za-z(\d{]|%%|@[A-Za-z_][\w.]*@|<[A-Za-z_][\w.-]*>|__[A-Za-z]|\[\[)`).Starting(":").Holding("$", "#", "{", "%", "@", "<", "__", "[[")
	defaultPort = pattern.New(`^:\$\{[A-Za-z_]\w*:?[-=](\d{1,5})\}`).Starting(":").Holding("${")
)

// isFilled reports whether something that is no number stands where a URL has its port: the place of a template, in whatever way it
// is written.
func isFilled(after string) bool {
	return len(after) > 1 && after[0] == ':' && (after[1] < '0' || after[1] > '9') && strings.IndexByte("/?# \t\r\n", after[1]) < 0
}

// isJoined reports whether the port of a URL is put behind it by a program: "http://host:" + port.
func isJoined(after string) bool {
	rest, found := strings.CutPrefix(after, ":")
	return found && (rest == "" || strings.IndexByte("\"'`\\", rest[0]) >= 0)
}

// portBehind reads ":5432" at the beginning of a text; a port that is a variable is a port whose number is not known.
func portBehind(after string) (number int32, found bool) {
	if m := defaultPort.FindStringSubmatch(after); m != nil { // ${PORT:-5673}: what holds unless somebody says otherwise
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= 65535 {
			return int32(n), true
		}
	}
	if placeholder.MatchString(after) {
		return 0, true
	}
	if !strings.HasPrefix(after, ":") {
		return 0, false
	}
	i := 1
	for i < len(after) && i <= 6 && after[i] >= '0' && after[i] <= '9' {
		number = number*10 + int32(after[i]-'0')
		i++
	}
	if i == 1 || number < 1 || number > 65535 {
		return 0, false
	}
	if isTagOrPassword(after[i:]) {
		return 0, false
	}
	return number, true
}

// isTagOrPassword reports whether what follows digits makes them something else than a port: 16-alpine, 16.2, 1234@.
func isTagOrPassword(rest string) bool {
	if rest == "" {
		return false
	}
	if c := rest[0]; c != '-' && c != '.' {
		return c == '@' || isNameByte(c)
	}
	if len(rest) == 1 || !isNameByte(rest[1]) {
		return false
	}
	return rest[0] == '.' || rest[1] < '0' || rest[1] > '9' // 5432-5440 is a range of ports
}

// isUserInfo reports whether what follows a name makes it the user of a URL: name@host or name:password@host.
func isUserInfo(after string) bool {
	after = after[:min(len(after), longest)]
	end := strings.IndexAny(after, "/?# \t\r\n\"'`,;")
	if end < 0 {
		end = len(after)
	}
	return strings.Contains(after[:end], "@")
}

func isUserByte(c byte) bool { return isNameByte(c) || strings.IndexByte("%:*)}>!$&+=~", c) >= 0 }

// schemeBefore returns the scheme in "… scheme://".
func schemeBefore(before string) string {
	end := len(before) - len("://")
	start := end
	for start > 0 && (isNameByte(before[start-1]) && before[start-1] != '_' || before[start-1] == '+') {
		start--
	}
	return strings.ToLower(before[start:end])
}

// schemeOfUser returns the scheme in "… scheme://user:password@", "" if the user is not that of a URL.
func schemeOfUser(before string) string {
	before = before[max(0, len(before)-longest):]
	i := strings.LastIndex(before, "://")
	if i < 0 || strings.ContainsAny(before[i+len("://"):], " \t\r\n\"'`") {
		return ""
	}
	return schemeBefore(before[:i+len("://")])
}

// isImage reports whether name:number is an image with its tag.
func isImage(before, variable string) bool {
	upper := strings.ToUpper(variable)
	if strings.Contains(upper, "IMAGE") || strings.Contains(upper, "VERSION") || strings.HasSuffix(upper, "TAG") {
		return true
	}
	before = strings.TrimRight(before, " \t\"'")
	return strings.HasSuffix(before, "image:") || strings.HasSuffix(before, "FROM") || strings.HasSuffix(before, "IMAGE=")
}
