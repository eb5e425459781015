package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// near is how far before and behind a name is looked for what says that a program connects to it.
const near = 160

// Places in which a program reads a host, by what stands directly before a name and directly behind it.
var (
	// ping db, curl -f db/health, getent hosts db: the port is the program's own.
	clientProgram = pattern.New(`(?:^|[\s;&|(/"'`+"`"+`])(?:ping6?|curl|wget|https?|nc|ncat|netcat|telnet|ssh|sftp|mongo(?:sh)?|mysql|mariadb|psql|redis-cli|`+
		`wait-?(?:for|_for)?[\w.-]*|dockerize|nslookup|dig|getent|iperf3?|ab|hey|wrk|clickhouse-client|cqlsh|etcdctl|reverse_proxy)\s(?:[^;&|\n]*[\s@])?["'`+"`"+`]?$`).Holding("ping", "curl", "wget", "http", "nc", "netcat", "telnet", "ssh", "sftp", "mongo", "mysql", "mariadb", "psql", "redis-cli", "wait", "dockerize", "nslookup", "dig", "getent", "iperf", "ab", "hey", "wrk", "clickhouse-client", "cqlsh", "etcdctl", "reverse_proxy")
	// -h db, -H db: options of one letter by which most programs are told a host.
	letterOption = pattern.New(`(?:^|\s)-[hHSsaj][ =]?["']?$`)
	endsHost     = pattern.New("^(?:$|[/\\s;&|)\"'`>])")

	// user:password@tcp(db)/name, as drivers of Go write it.
	dialed = pattern.New(`\b(?:tcp|udp)\($`)
	// <host>db</host>, and of Hadoop <name>quorum</name><value>a,b</value>, in which the value is called what the name says
	element  = pattern.New(`<([\w:.-]+)(?:\s[^<>]*)?>$`)
	property = pattern.New(`<name>\s*([\w:.-]+)\s*</name>\s*<value>$`)
	between  = pattern.New(`[,;|]\s+`)
	// connect("db"), but not "db": …, which is a key.
	argument    = pattern.New(`([\w.]*)\s*\((?:[^()\n]*,\s*)?["']$`)
	endsLiteral = pattern.New(`^["']\s*(?:[,)]|[\w-]+\()`)
	// A line of a file that is an instruction of a few words: zookeeper db;
	instruction = pattern.New(`(?:^|[\n;{}])[ \t]*([A-Za-z][\w.-]*)((?:[ \t]+[\w.$-]+){0,2})[ \t]+["']?$`)
	endsLine    = pattern.New(`^["']?(?:[ \t]+[\w.-]+){0,3}[ \t]*;?[ \t]*(?:#[^\n]*)?\r?(?:\n|$)`)
	wholeLine   = pattern.New(`(?:^|\n)[ \t]*$`)
	// Instructions whose words are no hosts, whatever they are called.
	otherInstruction = pattern.New(`(?i)^(?:create|drop|alter|grant|revoke|insert|select|update|delete|use|with|from|echo|printf|cd|cp|mv|rm|mkdir|touch|chown|chmod|ls|cat|` +
		`apt(?:-get)?|apk|yum|pip3?|npm|yarn|pnpm|go|make|docker|git|import|return|function|class|def|if|for|while|case|export|alias|location|listen|include|load_module|server_name|the|a|an|this|in|is|to)$`)
)

// Connects reports whether a program is told a host by the name between two texts: an option of one letter, the word of a
// program that connects somewhere, the argument of a function.
func Connects(before, after string) bool {
	before, after = before[max(0, len(before)-near):], after[:min(len(after), near)]
	if dialed.MatchString(before) {
		return true
	}
	if endsHost.MatchString(after) && (letterOption.MatchString(before) || clientProgram.MatchString(before)) {
		return true
	}
	if m := argument.FindStringSubmatch(before); m != nil && endsLiteral.MatchString(after) {
		return !saysOther(m[1])
	}
	return false
}

// isContent reports whether a name is the content of an element, or an item of a list that is.
func isContent(text string, start, end int) bool {
	before, after := text[max(0, start-longest):start], text[end:min(len(text), end+longest)]
	opened, closed := strings.LastIndexByte(before, '>'), strings.Index(after, "</")
	if opened < 0 || closed < 0 {
		return false
	}
	content := between.ReplaceAllString(strings.TrimSpace(text[start-len(before)+opened+1:end+closed]), ",")
	if strings.ContainsAny(content, " \t\r\n<") || !isHostList(content) {
		return false
	}
	m := property.FindStringSubmatch(before[:opened+1])
	if m == nil {
		m = element.FindStringSubmatch(before[:opened+1])
	}
	return m != nil && !saysOther(m[1])
}

// isInstruction reports whether a name stands alone on a line of a file, or in a line of a few words that says nothing else of it,
// as the configuration of many programs is written.
func isInstruction(text string, start, end int) bool {
	before, after := text[max(0, start-near):start], text[end:min(len(text), end+near)]
	if !strings.Contains(text, "\n") || !endsLine.MatchString(after) {
		return false
	}
	if wholeLine.MatchString(before) {
		return true
	}
	m := instruction.FindStringSubmatch(before)
	if m == nil || otherInstruction.MatchString(m[1]) {
		return false
	}
	last := m[1]
	if words := strings.Fields(m[2]); len(words) > 0 {
		last = words[len(words)-1]
	}
	return !saysOther(m[1]) && !saysOther(last)
}

// ownNames matches variables that hold the names by which others reach a program, or which it does not ask a proxy for: it
// connects to none of them.
var ownNames = pattern.New(`(?i)(^|[^a-z])(no_?proxy|(allowed|trusted|valid|permitted)_?(hosts?|domains?|origins?|prox(y|ies)|urls?)|virtual_?host|server_?names?|cors\w*|origins?|csrf\w*)([^a-z]|$)`)

// advertised matches variables that tell a program the address it gives to its peers, which call it on any of its ports: members of a
// cluster, workers of a master.
var advertised = pattern.New(`(?i)(^|[^a-z])(advertised?|advertising|announced?|broadcast|canonical|public_?dns|(local|rpc|node|member|worker|executor|driver|tcp|instance)[._-]?(ip|addr(ess)?|host(_?name)?))([^a-z]|$)`).Holding("advertise", "advertising", "announce", "broadcast", "canonical", "public", "local", "rpc", "node", "member", "worker", "executor", "driver", "tcp", "instance")

// TellsPeers reports whether a variable names the address that a program tells its peers.
func TellsPeers(variable string) bool { return advertised.MatchString(variable) }

// SaysOwnNames reports whether a variable names hosts to which its program does not connect.
func SaysOwnNames(variable string) bool { return ownNames.MatchString(variable) }

// namesOther matches options of clients of databases for a database or a user, and keys of Prometheus for names of jobs and patterns of labels.
// Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
var namesOther = pattern.New(`(?:^|\s)(?:-[dU]|--(?:dbname|username|authenticationDatabase))(?:\s+|=)["']?$|(?:^|[\s{,])["']?(?:job(?:_name)?|regex)["']?\s*:\s*["']?[\w|.*()^+-]*$`).Holding("-d", "-u", "--dbname", "--username", "--auth", "job", "regex")
