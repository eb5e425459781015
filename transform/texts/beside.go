package texts

import (
	"regexp"
	"strconv"
)

var (
	// A program that takes host and port as two words, in the same command.
	twoWords = regexp.MustCompile(`(?:^|[\s;&|(/"'])(?:nc|ncat|netcat|telnet|wait-?(?:for|_for)?[\w.-]*)(?:\s+-\w+(?:\s+\d+)?)*\s+$`)
	nextWord = regexp.MustCompile(`^ +(\d{2,5})(?:[\s;&|)<>"'` + "`" + `]|$)`)

	// An option for the host, and the one for the port behind it.
	hostOption = regexp.MustCompile(`(?:^|\s)(?:-h|--host)[ =]?["']?$`)
	portOption = regexp.MustCompile(`^["']? +(?:-p|-P|--port)[ =]?(\d{2,5})(?:[\s;&|)"']|$)`)

	// A list of names and values, as in the connection strings of PostgreSQL.
	hostValue = regexp.MustCompile(`(?i)(?:^|[\s;"'])(?:host|server)=$`)
	portValue = regexp.MustCompile(`(?i)^[ ;]+port=(\d{2,5})(?:[\s;"']|$)`)
)

// PortBeside returns the port that a text gives apart from the host before it: "nc -z db 5432", "-h db -p 5432" and
// "host=db port=5432"; 0 if there is none.
func PortBeside(before, after string) int32 {
	before, after = before[max(0, len(before)-128):], after[:min(len(after), 64)]
	for _, form := range []struct{ before, after *regexp.Regexp }{{twoWords, nextWord}, {hostOption, portOption}, {hostValue, portValue}} {
		m := form.after.FindStringSubmatch(after)
		if m == nil || !form.before.MatchString(before) {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil && n <= 65535 {
			return int32(n)
		}
	}
	return 0
}
