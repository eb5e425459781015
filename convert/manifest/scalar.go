package manifest

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Key returns a key as it stands in a manifest: quoted where a reader would take it for something else than a string, such as off.
func Key(key string) string { return quoted(key) }

// quoted returns a string as a YAML scalar on one line: plain where every reader takes that for the same string,
// otherwise in the quotes that need the fewest escapes.
func quoted(s string) string {
	switch {
	case isPlain(s) && !resolves(s):
		return s
	case !isPrintable(s):
		return doubleQuoted(s)
	case !strings.ContainsAny(s, `"\`):
		return `"` + s + `"`
	default:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
}

// isPlain reports whether a string keeps its text without quotes (YAML 1.2.2, 7.3.3), leaving aside what kind of value
// it would become.
func isPlain(s string) bool {
	if s == "" || strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") || strings.TrimSpace(s) != s {
		return false
	}
	switch s[0] {
	case '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', ',', '[', ']', '{', '}':
		return false
	case '-', '?', ':':
		if len(s) == 1 || s[1] == ' ' {
			return false
		}
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f:
			return false
		case c == ':' && (i+1 == len(s) || s[i+1] == ' '):
			return false
		case c == '#' && s[i-1] == ' ':
			return false
		case c >= utf8.RuneSelf:
			return staysOpen(s[i:]) && isPrintable(s[i:])
		}
	}
	return true
}

// staysOpen reports that nothing in the rest of a string ends a plain scalar.
func staysOpen(s string) bool {
	return !strings.Contains(s, ": ") && !strings.Contains(s, " #") && !strings.HasSuffix(s, ":")
}

// isPrintable reports whether a string can stand in single quotes, or in double quotes without an escape, on one line.
// Tabs could, but nobody sees them there.
func isPrintable(s string) bool {
	for _, r := range s {
		if r < ' ' || !isText(r) {
			return false
		}
	}
	return true
}

// isText reports whether a character may stand unescaped in a document. The line breaks of Unicode (NEL, LS, PS) and
// the byte order mark are left out: YAML 1.1 and 1.2 disagree on what they mean.
func isText(r rune) bool {
	switch {
	case r == '\t', r >= ' ' && r <= '~':
		return true
	case r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return false
	}
	return r < 0xd800 || r > 0xdfff
}

// words are the plain scalars that some reader takes for something else than a string: null, booleans (YAML 1.1 has
// many), infinity and not-a-number, and the merge and value keys.
var words = map[string]bool{
	"~": true, "null": true,
	"y": true, "yes": true, "on": true, "true": true,
	"n": true, "no": true, "off": true, "false": true,
	".inf": true, "-.inf": true, "+.inf": true, ".nan": true,
	"<<": true, "=": true,
}

// number matches every plain scalar that YAML 1.1 or 1.2, or one of their common readers, takes for a number or a time:
// decimal, binary, octal (both kinds) and hexadecimal integers with underscores, floats, sexagesimals, dates. go-yaml takes a sign also
// behind the prefix of a binary or octal one.
var number = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:` +
		`[-+]?0[bB][-+]?[01_]+|[-+]?0[oO][-+]?[0-7_]+|[-+]?0[0-7_]+|[-+]?0[xX][0-9a-fA-F_]+|` +
		`[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]+)?|[-+]?\.[0-9_]+(?:[eE][-+]?[0-9_]+)?|` +
		`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|` +
		`[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?` +
		`)$`)
})

// resolves reports whether a plain scalar would become something else than a string.
func resolves(s string) bool {
	if strings.IndexByte("0123456789+-.", s[0]) >= 0 && strings.IndexFunc(s, notNumeric) < 0 && (strings.Trim(s, "0123456789") == "" || isNumber(s)) {
		return true
	}
	return len(s) <= 5 && words[strings.ToLower(s)]
}

// isNumber reports whether some reader takes a scalar for a number or a time. go-yaml takes out all underscores first, also one that
// follows a sign.
func isNumber(s string) bool {
	return number().MatchString(s) || strings.Contains(s, "_") && number().MatchString(strings.ReplaceAll(s, "_", ""))
}

// notNumeric reports a character that no number or time contains. It spares most strings that begin with a digit, such
// as 100m or 1.27-alpine, the regular expression.
func notNumeric(r rune) bool {
	return !strings.ContainsRune("0123456789_+-.:abcdefABCDEFxXoOtTzZ ", r)
}

// doubleQuoted escapes everything that is not plain text.
func doubleQuoted(s string) string {
	out := make([]byte, 0, len(s)+8)
	out = append(out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, `\n`...)
		case r == '\t':
			out = append(out, `\t`...)
		case r == '\r':
			out = append(out, `\r`...)
		case isText(r):
			out = utf8.AppendRune(out, r)
		case r < 0x100:
			out = append(append(out, `\x`...), hex(r, 2)...)
		default:
			out = append(append(out, `\u`...), hex(r, 4)...) // every other excluded character lies in the first plane
		}
	}
	return string(append(out, '"'))
}

func hex(r rune, width int) string {
	digits := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", width-len(digits)) + digits
}
