package secret

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// IsValue reports whether a value is or carries a secret whatever its variable is called: a URL with a password, a
// connection string or JSON with one among its parts, a private key, a token of a known form, an authorization header.
func IsValue(value string) bool { return len(secretsIn(value)) > 0 }

// longestShown is the length of the longest text that is looked through for secrets of known forms.
const longestShown = 1 << 18

// Shows reports whether a text, such as that of a file, has a secret of a known form in it: a private key, a token, a URL with a password, a
// hash. Words such as password= prove less in a file than in a variable: they may be an example.
func Shows(text string) bool { return len(text) <= longestShown && len(shownIn(text)) > 0 }

// span is a part of a text: from its first byte to the one behind its last.
type span struct{ start, end int }

// form is how a secret shows itself; the first group of the pattern is the secret. Only a text with one of the marks is
// searched: looking for a fixed string takes a hundredth of the time.
type form struct {
	pattern *pattern.Pattern
	marks   []string
}

// shortestShown is the length in bytes of the shortest text in which a form without an at-sign knows a secret: -token x.
const shortestShown = 8

var forms = []form{
	{pattern.New(`(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,.-]*)`), []string{"PRIVATE KEY"}},
	{pattern.New(`\b(ey[JK][A-Za-z0-9_-]{8,}\.ey[JK][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+)`), []string{".eyJ", ".eyK"}}, // RFC 7519
	{pattern.New(`\b((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,})`), []string{"k_live_", "k_test_"}},                    // Stripe
	{pattern.New(`\b(sk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,})`), []string{"sk-"}},                                         // OpenAI and others
	{
		pattern.New(`\b((?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|dckr_pat_[\w-]{20,})`),
		[]string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "npm_", "hf_", "dckr_pat_"},
	},
	{pattern.New(`\b(xox[abeoprs]-[A-Za-z0-9-]{10,})`), []string{"xox"}},                             // Slack
	{pattern.New(`https://hooks\.slack\.com/(services/T\w+/B\w+/\w+)`), []string{"hooks.slack.com"}}, // its path is the secret
	{pattern.New(`https://(?:\w+\.)?discord(?:app)?\.com/api/(webhooks/\d+/[\w-]+)`), []string{"/api/webhooks/"}},
	// an option and its value, as programs are given them: --requirepass secret
	{
		pattern.New(`(?:^|\s)--?(?:[a-z]+-)*(?:requirepass|masterauth|password|passwd|passphrase|token|secret|api-?key|(?:secret|access|master|encryption)-?key)[ \t]+["']?([^\s"'$<{-][^\s"']*)`),
		[]string{"-requirepass", "-masterauth", "-password", "-passwd", "-passphrase", "-token", "-secret", "key ", "key\t"},
	},
	// the key of Consul, Nomad and Serf for what their members say to each other
	{pattern.New(`\bencrypt["']?\s*[:=]\s*["']([A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{32}|[A-Za-z0-9+/]{43}=)["']`), []string{"encrypt"}},
	// the passes of an encoder are numbers
	{pattern.New(`(?:^|\s)--(?:[a-z]+-)*pass[ \t]+["']?((?:\d+[^\s"'\d]|[^\s"'$<{\d-])[^\s"']*)`), []string{"pass ", "pass\t"}},
	// curl -u user:password
	{pattern.New(`\bcurl\b[^|;&\n]*?\s["']?(?:-[a-zA-Z]*u|--user|--proxy-user)(?:[ \t=]|["'],?[ \t]*)?["']?[\w.@-]+:([^\s"'$<{:][^\s"']*)`), []string{"curl"}},
	{pattern.New(`\b((?:AKIA|ASIA)[A-Z0-9]{16})\b`), []string{"AKIA", "ASIA"}},       // AWS
	{pattern.New(`\b(AIza[A-Za-z0-9_-]{35})`), []string{"AIza"}},                     // Google
	{pattern.New(`\b(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})`), []string{"SG."}}, // SendGrid
	// RFC 6750, RFC 7617
	{pattern.New(`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9+/_~.-]{16,}=*)`), []string{"earer", "asic", "EARER", "ASIC"}},
	{pattern.New(`(\$(?:2[abxy]?|apr1|[156]|y|argon2id?)\$[A-Za-z0-9./,=$+]{16,})`), []string{"$2", "$apr1$", "$1$", "$5$", "$6$", "$y$", "$argon2"}}, // crypt(5)
	// user:password@registry/image
	{pattern.New(`(?:^|[\s"'=])[\w.-]+:([^\s@/:"'{}$]+)@[\w-]+(?:\.[\w-]+)*(?::\d+)?/[\w.-]`), []string{"@"}},
	// bots of Telegram: https://core.telegram.org/bots/api#authorizing-your-bot
	{pattern.New(`(?:^|bot|[^\w:.-])(\d{6,10}:A[A-Za-z0-9_-]{33,34})(?:[^A-Za-z0-9_-]|$)`), []string{":A"}},
	// rules of accounts of Redis, outside of comments, where redis.conf has examples: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
	{pattern.New(`(?m)^[^#\n]*?\b(?:user|setuser|SETUSER)[ \t]+\S+[ \t]+(?:[^\s>]+[ \t]+)*?(?:on|off|reset|resetpass)[ \t]+(?:[^\s>]+[ \t]+)*?>([^\s"'$<>{/&][^\s"'$<>]*)`), []string{" >"}},
	{pattern.New(`(?m)^[^#\n]*?\b(?:user|setuser|SETUSER)[ \t]+\S+[ \t]+>([^\s"'$<>{/&][^\s"'$<>]*)[ \t]+(?:on|off|[~&+%]\S)`), []string{" >"}},
	{pattern.New(`https?://([0-9a-fA-F]{32}|[A-Za-z0-9_-]*\d[A-Za-z0-9_-]{19,})@[\w.-]+`), []string{"@"}}, // https://token@host
}

// shownIn returns where secrets of known forms stand in a text.
func shownIn(text string) []span {
	if len(text) < shortestShown && strings.IndexByte(text, '@') < 0 {
		return nil
	}
	var spans []span
	bytes := bytesOf(text)
	for _, f := range forms {
		if !slices.ContainsFunc(f.marks, func(mark string) bool { return bytes.have(mark) && strings.Contains(text, mark) }) {
			continue
		}
		for _, at := range f.pattern.FindAllStringSubmatchIndex(text, -1) {
			spans = append(spans, span{at[2], at[3]})
		}
	}
	return append(spans, passwordsOfURLs(text)...)
}

// byteSet is the set of the bytes of a text, those of ASCII only.
type byteSet [2]uint64

func bytesOf(text string) byteSet {
	var s byteSet
	for i := range len(text) {
		s[text[i]>>6&1] |= 1 << (text[i] & 63)
	}
	return s
}

// have reports whether every byte of a mark of ASCII is in the set, which is so of each text that holds the mark.
func (s byteSet) have(mark string) bool {
	for i := range len(mark) {
		if s[mark[i]>>6&1]&(1<<(mark[i]&63)) == 0 {
			return false
		}
	}
	return true
}

// secretsIn returns where secrets stand in a text that shows them by itself, in order, without overlaps.
func secretsIn(text string) []span {
	return merged(append(shownIn(text), assignedSecrets(text)...))
}

// merged sorts spans and joins those that overlap.
func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
		} else {
			out = append(out, s)
		}
	}
	return out
}

var (
	authority   = pattern.New(`://([^\s/:@"'<>]*):`)
	hostAfter   = pattern.New(`^@(\[[0-9a-fA-F:]+\]|[\w-][\w.-]*|\$\{?\w+\}?|\{\{?[\w. ]+\}?\}|%s|\(?[\w-]+\)?)(:\S|/|\?|#|,|$|[\s"'` + "`" + `)\]}>;\\])`)
	portAndPath = pattern.New(`^\d{1,5}([/?#\s]|$)`)
	wholeURL    = pattern.New(`^[a-zA-Z][\w+.-]*://[^\s/:@"'<>]*:[^\t\r\n"'` + "`" + `]*@[\w.-]+(:\d+)?([/?]\S*)?$`)
)

// passwordsOfURLs returns the passwords of URLs. Those that people write hold what RFC 3986 wants escaped, slashes and
// at-signs too: a password ends at the last at-sign that a host follows, before the next space or quote; in a text that is nothing but a URL,
// it may have spaces and angle brackets as well.
func passwordsOfURLs(text string) []span {
	if !strings.Contains(text, "://") || !strings.Contains(text, "@") {
		return nil
	}
	var spans []span
	whole := wholeURL.MatchString(text) && strings.Count(text, "://") == 1
	for _, at := range authority.FindAllStringSubmatchIndex(text, -1) {
		start := at[1]
		rest := text[start:min(len(text), start+longestPassword)]
		ends := " \t\r\n\"'`<>"
		if whole {
			ends = "\t\r\n\"'`"
		}
		if stop := strings.IndexAny(rest, ends); stop >= 0 {
			rest = rest[:min(len(rest), stop+1)]
		}
		if next := strings.Index(rest, "://"); next >= 0 {
			rest = rest[:next]
		}
		end := -1
		for i := range len(rest) {
			if rest[i] == '@' && hostAfter.MatchString(rest[i:]) {
				end = i
				if strings.IndexAny(rest[i+1:], "/?#") < strings.IndexByte(rest[i+1:], '@') && strings.ContainsAny(rest[i+1:], "/?#") {
					break // what follows is the path
				}
			}
		}
		if end <= 0 || portAndPath.MatchString(rest[:end]) || isReference(rest[:end]) {
			continue
		}
		spans = append(spans, span{start, start + end})
	}
	return spans
}

// longestPassword is how far a password is looked for in a URL.
const longestPassword = 1024

var (
	reference = pattern.New(`^("|')?(\$\$?\(?\{?[A-Za-z_][\w.]*\}?\)?|\$\{[^}]*\}|\{\{[^}]*\}\}|%[sv]|%\(\w+\)s|\*+|…|\.\.\.|<[^>]*>|@\w+@)("|')?$`).
			Starting(`"'${%*….<@`)
	// assignment matches KEY=value, KEY: value, "key":"value" and -Dkey=value; the groups are the name and the value.
	assignment = pattern.New(`(?:^|[\s;?&,{("'\[]|-D|--?)([A-Za-z_][\w.-]*)(?:["']?\s*:\s*["']|["']\s*:\s*|(?:["']\])?\s*=>?\s*["']?)((?:[^\s;&,"'\\)}\]]|\\.)+)`)
)

// lookup matches the code by which programs read a variable: os.environ.get('TOKEN'), process.env.TOKEN.
var lookup = pattern.New(`^(?:os\.(?:environ|getenv)|process\.env|Deno\.env|System\.getenv|getenv|ENV)[.\[(]`).Starting("opDSgE")

// isReference reports whether a value stands for another that is filled in later, or read by a program.
func isReference(value string) bool { return reference.MatchString(value) || lookup.MatchString(value) }

// assignedSecrets returns the values in a text that are given to secret names.
func assignedSecrets(text string) []span {
	if !mayAssign(text) {
		return nil
	}
	var spans []span
	for _, at := range assignment.FindAllStringSubmatchIndex(text, -1) {
		name, value := text[at[2]:at[3]], text[at[4]:at[5]]
		words := wordsOf(name)
		if !IsName(name) || isReference(value) || cannotBe(words, value) || strings.HasPrefix(value, "${") || strings.HasPrefix(value, "$(") {
			continue
		}
		spans = append(spans, span{at[4], at[5]})
	}
	return spans
}

// mayAssign reports whether a text can hold an assignment to a secret name: a sign of one, and a part of such a name. It spares
// nearly all texts the pattern, which takes a hundred times longer.
func mayAssign(text string) bool {
	for i := range len(text) {
		if text[i] == '=' || text[i] == ':' && (endsQuoted(text[:i]) || startsQuoted(text[i+1:])) {
			upper := strings.ToUpper(text)
			return slices.ContainsFunc(partsOfNames, func(part string) bool { return strings.Contains(upper, part) })
		}
	}
	return false
}

const spaces = "\t\n\f\r "

func endsQuoted(text string) bool {
	text = strings.TrimRight(text, spaces)
	return strings.HasSuffix(text, `"`) || strings.HasSuffix(text, `'`)
}

func startsQuoted(text string) bool {
	text = strings.TrimLeft(text, spaces)
	return strings.HasPrefix(text, `"`) || strings.HasPrefix(text, `'`)
}

// partsOfNames holds a part of every name that [IsName] calls that of a secret.
var partsOfNames = []string{"PASS", "PW", "SECRET", "TOKEN", "KEY", "CRED", "AUTH", "MNEMONIC", "DSN", "SALT", "PSK", "BEARER", "PIN", "COOKIE", "PHRASE"}
