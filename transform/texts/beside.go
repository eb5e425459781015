package texts

import (
	"strconv"

	"github.com/transship/transship/internal/pattern"
)

var (
	// A program that takes host and port as two words, in the same command, or a setting of Redis that does.
	twoWords = pattern.New(`(?:^|[\s;&|(/"'])(?:(?:nc|ncat|netcat|telnet|wait-?(?:for|_for)?[\w.-]*)(?:\s+-\w+(?:\s+\d+)?)*|(?:--)?(?:replicaof|slaveof)|sentinel\s+monitor\s+\S+)\s+$`)
	nextWord = pattern.New(`^ +(\d{2,5})(?:[\s;&|)<>"'` + "`" + `]|$)`).Starting(" ")

	// An option for the host, and the one for the port behind it.
	hostOption = pattern.New(`(?:^|\s)(?:-h|--host|(?:--)?(?:[a-z]+-)?announce-(?:ip|host))[ =]?["']?$`)
	portOption = pattern.New(`^["']?\s+(?:-p|-P|--port|(?:--)?(?:[a-z]+-)?announce-port)[ =]?(\d{2,5})(?:[\s;&|)"']|$)`).Starting("\"' \t\n\f\r")

	// A list of names and values, as in the connection strings of PostgreSQL.
	hostValue = pattern.New(`(?i)(?:^|[\s;"'])(?:host|server)=$`)
	portValue = pattern.New(`(?i)^[ ;]+port=(\d{2,5})(?:[\s;"']|$)`).Starting(" ;")

	// Two keys of one mapping, as in JSON, YAML, TOML and files of properties.
	hostKey    = pattern.New(`(?i)(?:^|[\s{,"'._-])(?:host|hostname|host_name|server|address|addr)["']?\s*[:=]\s*["']?$`)
	portKey    = pattern.New(`(?i)^["']?[ \t]*,?\s*["']?(?:[\w-]+[._-])*port["']?\s*[:=]\s*["']?(\d{2,5})(?:\D|$)`)
	portBefore = pattern.New(`(?i)(?:^|[\s{,"'._-])port["']?\s*[:=]\s*["']?(\d{2,5})["']?[ \t]*,?\s*["']?(?:[\w-]+[._-])*(?:host|hostname|host_name|server|address|addr)["']?\s*[:=]\s*["']?$`)
)

// PortBeside returns the port that a text gives apart from the host before it: "nc -z db 5432", "-h db -p 5432",
// "host=db port=5432" and {"host": "db", "port": 5432}; 0 if there is none.
func PortBeside(before, after string) int32 {
	before, after = before[max(0, len(before)-128):], after[:min(len(after), 64)]
	for _, form := range []struct{ before, after *pattern.Pattern }{{twoWords, nextWord}, {hostOption, portOption}, {hostValue, portValue}, {hostKey, portKey}} {
		m := form.after.FindStringSubmatch(after)
		if m == nil || !form.before.MatchString(before) {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil && n <= 65535 {
			return int32(n)
		}
	}
	if m := portBefore.FindStringSubmatch(before); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n <= 65535 {
			return int32(n)
		}
	}
	return 0
}
