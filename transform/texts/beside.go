package texts

import (
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

var (
	// A program that takes host and port as two words, in the same command, or a setting of Redis that does.
	twoWords = pattern.New(`(?:^|[\s;&|(/"'])(?:(?:nc|ncat|netcat|telnet|wait-?(?:for|_for)?[\w.-]*)(?:\s+-\w+(?:\s+\d+)?)*|(?:--)?(?:replicaof|slaveof)|sentinel\s+monitor\s+\S+)\s+$`)
	nextWord = pattern.New(`^ +(\d{2,5})(?:[\s;&|)<>"'` + "`" + `]|$)`).Starting(" ")

	// An option for the host, and the one for the port behind it.
	hostOption = pattern.New(`(?:^|\s)(?:-h|--?host|(?:--)?(?:[a-z]+-)?announce-(?:ip|host))[ =]?["']?$`)
	portOption = pattern.New(`^["']?\s+(?:-p|-P|--?port|(?:--)?(?:[a-z]+-)?announce-port)[ =]?(\d{2,5})(?:[\s;&|)"']|$)`).Starting("\"' \t\n\f\r")

	// A list of names and values, as in the connection strings of PostgreSQL.
	hostValue = pattern.New(`(?i)(?:^|[\s;"'])(?:host|server)=$`)
	portValue = pattern.New(`(?i)^[ ;]+port=(\d{2,5})(?:[\s;"']|$)`).Starting(" ;")

	// Two keys of one mapping, as in JSON, YAML, TOML and files of properties. Envoy writes port_value.
	hostKey    = pattern.New(`(?i)(?:^|[\s{,"'._-])(?:host|hostname|host_name|server|address|addr|broker|target)["']?\s*(?:[:=]|=>)\s*["']?$`)
	portKey    = pattern.New(`(?i)^["']?[ \t]*,?\s*["']?(?:\w[\w-]*[._-])*port(?:_?value)?["']?\s*(?:[:=]|=>)\s*["']?(\d{2,5})(?:\D|$)`).Holding("port")
	portBefore = pattern.New(`(?i)(?:^|[\s{,"'._-])port(?:_?value)?["']?\s*(?:[:=]|=>)\s*["']?(\d{2,5})["']?[ \t]*,?\s*["']?(?:[\w-]+[._-])*(?:host|hostname|host_name|server|address|addr|broker|target)["']?\s*(?:[:=]|=>)\s*["']?$`).Holding("port")

	// A host in quotes behind its name, as SQL has it: OPTIONS (host 'db', port '5433'), SOURCE(MYSQL(HOST 'db' PORT 3307)).
	// Options of a destination of syslog-ng in brackets, and two words of collectd.
	callHost   = pattern.New(`(?:^|[\s{;])(?:network|syslog|udp6?|tcp6?)\s*\(\s*["']?$`).Holding("network", "syslog", "udp", "tcp")
	callPort   = pattern.New(`^["']?\s+(?:[\w-]+\([^()]*\)\s*)*port\(\s*["']?(\d{2,5})`).Holding("port(")
	quotedWord = pattern.New(`(?i)(?:^|\n)[ \t]*<?(?:server|listen)\s+"$`).Holding("server", "listen")
	secondWord = pattern.New(`^"[ \t]+"(\d{2,5})"`).Starting("\"")

	quotedHost = pattern.New(`(?i)(?:^|[\s(,])(?:host|hostaddr|hostname|servername)\s+'$`).Holding("host", "servername")
	quotedPort = pattern.New(`(?i)^'\s*,?\s*port\s+'?(\d{2,5})(?:\D|$)`).Starting("'")
	quotedPast = pattern.New(`(?i)(?:^|[\s(,])port\s+'?(\d{2,5})'?\s*,?\s*(?:host|hostaddr|hostname|servername)\s+'$`).Holding("port")

	// Two options with one beginning: --mqtt-host db --mqtt-port 1884, with few words between them.
	hostFlag = pattern.New(`(?i)(?:^|\s)--?((?:[a-z]\w*[-._])+)(?:host|hostname|server|address|addr|ip)[ =]["']?$`).Holding("-")
	portFlag = pattern.New(`(?i)\s--?((?:[a-z]\w*[-._])+)port[ =]["']?(\d{2,5})(?:[\s;&|)"']|$)`).Holding("port")
)

// portOfFlag returns the port that an option with the beginning of that for a host gives, 0 if none does.
func portOfFlag(before, after string) int32 {
	host := hostFlag.FindStringSubmatch(before)
	if host == nil {
		return 0
	}
	line, _, _ := strings.Cut(after, "\n")
	for _, m := range portFlag.FindAllStringSubmatch(line, -1) {
		if strings.EqualFold(m[1], host[1]) {
			return portNumber(m[2])
		}
	}
	return 0
}

// portNumber reads a port, 0 for what is none.
func portNumber(text string) int32 {
	if n, err := strconv.ParseUint(text, 10, 16); err == nil {
		return int32(n)
	}
	return 0
}

// PortBeside returns the port that a text gives apart from the host before it: "nc -z db 5432", "-h db -p 5432",
// "host=db port=5432" and {"host": "db", "port": 5432}; 0 if there is none.
func PortBeside(before, after string) int32 {
	before, after = before[max(0, len(before)-128):], after[:min(len(after), 64)]
	for _, form := range []struct{ before, after *pattern.Pattern }{{twoWords, nextWord}, {hostOption, portOption}, {hostValue, portValue}, {hostKey, portKey}, {quotedHost, quotedPort}, {callHost, callPort}, {quotedWord, secondWord}} {
		m := form.after.FindStringSubmatch(after)
		if m == nil || !form.before.MatchString(before) {
			continue
		}
		if n := portNumber(m[1]); n != 0 {
			return n
		}
	}
	for _, form := range []*pattern.Pattern{portBefore, quotedPast} {
		if m := form.FindStringSubmatch(before); m != nil && portNumber(m[1]) != 0 {
			return portNumber(m[1])
		}
	}
	return portOfFlag(before, after)
}
