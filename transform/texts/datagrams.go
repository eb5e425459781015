package texts

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// Datagrams tells how sure it is that a program sends datagrams, over UDP, to a name.
type Datagrams int

// NoDatagrams is what nothing tells of, PerhapsDatagrams may be TCP as well, OnlyDatagrams cannot.
const (
	NoDatagrams Datagrams = iota
	PerhapsDatagrams
	OnlyDatagrams
)

// What stands before a host to which programs send datagrams and nothing else. Sources: https://docs.haproxy.org/3.2/configuration.html#4.2-log (UDP, unless
// the address begins with another protocol), https://nginx.org/en/docs/syslog.html (UDP), https://www.rsyslog.com/doc/configuration/actions.html#remote-machine (one @
// is UDP, two are TCP), https://syslog-ng.github.io/admin-guide/070_Destinations/280_udp (udp), https://man.openbsd.org/nc.1 (-u)
var (
	logOfProxy  = pattern.New(`^\s*log\s+["']?(?:(?:udp[46]?|ipv[46])@)?$`).Holding("log")
	logOfNginx  = pattern.New(`\bsyslog:server=\[?$`).Holding("syslog:server=")
	logOfSystem = pattern.New(`^[ \t]*(?:[\w*,.;!=/-]*\.[\w*,;!=.]+|&|:[^\n]*"|[^\n]*\bthen)[ \t]+(@@?)(?:\([^()\n]*\))?\[?$`).Holding("@")
	packetForm  = pattern.New(`(?i)/dev/udp/$|\budp6?\s*\(\s*["']?$|\b(?:nc|ncat|netcat)\s+(?:-\w+\s+(?:\d+\s+)?)*-\w*u\w*\s+(?:-\w+\s+(?:\d+\s+)?)*["']?$`).Holding("udp", "nc", "netcat")
)

// datagramSchemes are those of addresses with UDP as the usual or as a possible way. Sources: the IANA registry of service names and port numbers, RFC 7064 (STUN),
// RFC 7065 (TURN), RFC 3261 (SIP), RFC 7252 (CoAP), https://github.com/statsd/statsd/blob/master/docs/server.md
var datagramSchemes = []string{"statsd", "dogstatsd", "syslog", "gelf", "collectd", "stun", "turn", "sip", "coap", "srt", "rtp", "ntp", "snmp", "tftp", "dns", "quic"}

// datagramPorts are the ports of protocols that are spoken over UDP, usually or as well: DNS, TFTP, NTP, SNMP, syslog, RADIUS, NetFlow, STUN and TURN, IPFIX, CoAP, the
// agent of Jaeger, sFlow, StatsD, GELF, collectd. Sources: the IANA registry, https://go2docs.graylog.org/current/getting_in_log_data/gelf.html,
// https://www.collectd.org/documentation/manpages/collectd.conf.html (Plugin network)
var datagramPorts = []int32{53, 69, 123, 161, 162, 514, 1812, 1813, 2055, 3478, 4739, 5140, 5514, 5683, 5775, 6343, 6831, 6832, 8125, 12201, 25826}

// IsDatagramPort reports whether a port is that of a protocol spoken over UDP, usually or as well.
func IsDatagramPort(number int32) bool { return slices.Contains(datagramPorts, number) }

// How protocols spoken over UDP are called in names of variables, keys and sections.
var (
	datagramWord = pattern.New(`(?i:(?:^|[^a-z])(?:udp|dgram|(?:dog)?statsd|gelf|graylog|(?:r|remote_)?syslog|omfwd|collectd|snmp|netflow|sflow|ipfix|coap|tftp))|Udp|SysLog|Syslog|Statsd|StatsD|Gelf`).Holding("udp", "dgram", "statsd", "gelf", "graylog", "syslog", "omfwd", "collectd", "snmp", "netflow", "sflow", "ipfix", "coap", "tftp")
	streamWord   = pattern.New(`(?i)(?:^|[^a-z])(?:tcp|tls|https?)(?:[^a-z]|$)|Tcp`).Holding("tcp", "tls", "http")
	packetWord   = pattern.New(`(?i)udp|dgram`).Holding("udp", "dgram")
	// datagramHead matches the head of a section, or a key in it, with such a word: [[outputs.graylog]], <Plugin network>, gelf {, @type gelf, Mode udp.
	datagramHead = pattern.New(`(?im)^[ \t]*(?:-[ \t]*)?(?:\[+[\w.]*(?:udp|dgram|(?:dog)?statsd|gelf|graylog|(?:r|remote_)?syslog|omfwd|collectd|snmp|netflow|sflow|ipfix|coap|tftp)|<plugin\s+["']?(?:network|(?:udp|dgram|(?:dog)?statsd|gelf|graylog|(?:r|remote_)?syslog|omfwd|collectd|snmp|netflow|sflow|ipfix|coap|tftp))\b|<\w+[^>\n]*[\s".](?:\w+\.)*(?:udp|dgram|(?:dog)?statsd|gelf|graylog|(?:r|remote_)?syslog|omfwd|collectd|snmp|netflow|sflow|ipfix|coap|tftp)|`+
		`["']?@?(?:name|type|protocol|mode|transport|class|driver|kind|plugin|handler)["']?(?:[ \t]*(?:[:=]|=>)[ \t]*|[ \t]+)["']?(?:\w+\.)*(?:udp|dgram|(?:dog)?statsd|gelf|graylog|(?:r|remote_)?syslog|omfwd|collectd|snmp|netflow|sflow|ipfix|coap|tftp)|["']?(?:udp|dgram|(?:dog)?statsd|gelf|graylog|(?:r|remote_)?syslog|omfwd|collectd|snmp|netflow|sflow|ipfix|coap|tftp)\w*["']?[ \t]*(?::|=>?)?[ \t]*\{?[ \t]*$)`).Holding("udp", "dgram", "statsd", "gelf", "graylog", "syslog", "omfwd", "collectd", "snmp", "netflow", "sflow", "ipfix", "coap", "tftp", "network")
	listensPacket = pattern.New(`\blisten\s+[^;{}\n]*\sudp\b`).Holding("listen") // nginx, before it passes on what it gets
	endsWords     = pattern.New(`(?i)[};&|\n]|host|server|addr|://`)
)

// datagramsTo tells whether a program sends datagrams to the name between start and end.
func datagramsTo(text string, start, end int, variable, scheme string) Datagrams {
	before, after := text[max(0, start-2*near):start], text[end:min(len(text), end+near)]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	switch {
	case scheme != "":
		return datagramsOf(scheme)
	case logOfProxy.MatchString(line), logOfNginx.MatchString(line), packetForm.MatchString(line):
		return OnlyDatagrams
	}
	if system := logOfSystem.FindStringSubmatch(line); system != nil {
		if system[1] == "@" {
			return OnlyDatagrams
		}
		return NoDatagrams
	}
	if first, second := wordsBefore(before), wordsBehind(before, after); datagramWord.MatchString(variable) || datagramWord.MatchString(first) || datagramWord.MatchString(second) {
		return spokenOver(variable, first, second)
	}
	block := before[strings.LastIndexByte(before, '}')+1:]
	if listensPacket.MatchString(block) && passesTo.MatchString(line) {
		return PerhapsDatagrams
	}
	if above, below := linesAbove(block), linesBelow(after); datagramHead.MatchString(above) || datagramHead.MatchString(below) {
		return spokenOver(above, below)
	}
	return NoDatagrams
}

// isLogOfSystem reports whether a line of rsyslog stands before a name that makes it the host to which it sends.
func isLogOfSystem(before string) bool {
	before = before[max(0, len(before)-near):]
	return logOfSystem.MatchString(before[strings.LastIndexByte(before, '\n')+1:])
}

// datagramsOf tells whether the scheme of an address is one of datagrams.
func datagramsOf(scheme string) Datagrams {
	base, _, _ := strings.Cut(strings.TrimSuffix(scheme, "s"), "+")
	switch {
	case strings.HasPrefix(scheme, "udp"):
		return OnlyDatagrams
	case slices.Contains(datagramSchemes, base), packetWord.MatchString(scheme):
		return PerhapsDatagrams
	}
	return NoDatagrams
}

// spokenOver tells whether words that name a protocol let it be spoken over UDP.
func spokenOver(said ...string) Datagrams {
	if slices.ContainsFunc(said, streamWord.MatchString) && !slices.ContainsFunc(said, packetWord.MatchString) {
		return NoDatagrams
	}
	return PerhapsDatagrams
}

// wordsBefore returns what an option, a key or a call in brackets says before a name in its line.
func wordsBefore(before string) string {
	before = before[strings.LastIndexByte(before, '\n')+1:]
	before = before[strings.LastIndexAny(before, "};&|")+1:]
	if open := strings.LastIndexByte(before, '('); open > strings.LastIndexByte(before, ')') {
		return before[strings.LastIndexAny(before[:open], " \t;{")+1:]
	}
	rest := strings.TrimRight(before, " \t\"'=:>[{")
	from := len(rest)
	for range 3 {
		from = strings.LastIndexAny(rest[:max(0, from)], " \t")
		if word := rest[from+1:]; from < 0 || word[:1] == "-" {
			break
		}
	}
	return before[from+1:]
}

// wordsBehind returns the first words behind a name, up to another host, or all of a call in brackets.
func wordsBehind(before, after string) string {
	if callHost.MatchString(before) {
		after, _, _ = strings.Cut(after, ";")
		return after
	}
	if at := endsWords.Regexp().FindStringIndex(after); at != nil {
		after = after[:strings.LastIndexByte(after[:at[0]], ' ')+1]
	}
	to := 0
	for range 4 {
		next := strings.IndexByte(after[to:], ' ')
		if next < 0 {
			return after
		}
		to += next + 1
	}
	return after[:to]
}

// linesAbove returns the lines above that of a name in the text before it, down from an empty one or the head of a section.
func linesAbove(before string) string {
	before = before[:strings.LastIndexByte(before, '\n')+1]
	if at := strings.LastIndex(before, "\n\n"); at >= 0 {
		before = before[at+1:]
	}
	if at := strings.LastIndex(before, "\n["); at >= 0 {
		before = before[at+1:]
	}
	return before
}

// linesBelow returns the lines below that of a name in the text behind it, up to an empty one, the end of a block or the head of a section.
func linesBelow(after string) string {
	for _, end := range []string{"\n\n", "}", "\n["} {
		after, _, _ = strings.Cut(after, end)
	}
	return after[strings.IndexByte(after, '\n')+1:]
}
