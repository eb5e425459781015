package secret

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// generous matches names that the values of are better not shown, although they may be none: a value that is masked without
// need costs nothing.
var generous = pattern.New(`(?i)pass|pwd|secret|token|api_?-?key|private_?-?key|access_?-?key|credential|auth|fernet|_salt`)

// fileSuffix matches the names of settings that hold the path of a secret.
var fileSuffix = pattern.New(`(?i)_?file$`)

// given matches up to the value in KEY: value, KEY=value and --flag value, wherever in a line; one of the groups is the name.
var given = pattern.New(`([\w.-]+)["']?[ \t]*[:=][ \t]*|--?([\w-]+)["']?,?[ \t]+`)

// MaskLine returns a line of a source file with the values of secret-looking names masked, up to the end of the line, and
// with known secrets and those that show themselves masked wherever they stand.
func (s *Set) MaskLine(line string) string {
	line = s.Mask(line)
	for _, at := range given.FindAllStringSubmatchIndex(line, -1) {
		name := ""
		for _, group := range [][2]int{{at[2], at[3]}, {at[4], at[5]}} {
			if group[0] >= 0 {
				name = line[group[0]:group[1]]
			}
		}
		if at[1] < len(line) && line[at[1]] != '{' && MayHold(name) && !isMount(line, at[0], at[1]) {
			return line[:at[1]] + Masked
		}
	}
	return line
}

// MayHold reports whether the value of a name is better not shown. It says so more often than [IsName].
func MayHold(name string) bool {
	return !fileSuffix.MatchString(name) && (generous.MatchString(name) || IsName(name))
}

// MentionsSecret reports whether a line holds a name whose value is better not shown.
func MentionsSecret(line string) bool { return generous.MatchString(line) }

// isMount reports whether what looks like an assignment is part of two paths, as in ./auth:/etc/auth, or of a path and its mode.
func isMount(line string, start, end int) bool {
	return start > 0 && line[start-1] == '/' && (line[end] == '/' || mountMode.MatchString(line[end:]))
}

// mountMode matches the mode at the end of a mount, as in /run/secrets/password:ro.
var mountMode = pattern.New(`^(ro|rw|z|Z)([,"'\]\s]|$)`)

// ofLine matches a line of a compose or env file that gives a value to a name; the groups are both.
var ofLine = pattern.New(`(?m)^[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*(\S.*?)[ \t]*\r?$`)

// inFlow matches a value that is given to a name anywhere in a line, as in {KEY: value, OTHER: 'more'}.
var inFlow = pattern.New(`([A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s,{}\[\]"'][^\s,}\]"']*))`)

// demanded matches a variable that a Compose file demands, with the message for who does not set it, which names the variable mostly.
// Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
var demanded = pattern.New(`(\$\{\w+):?\?[^{}]*\}`).Holding("${")

// InText returns what the lines of a file give to names, for files that cannot be read as what they are: an error about
// them may quote a value.
func InText(text string) []Variable {
	var found []Variable
	add := func(name, value string) {
		for _, v := range []string{value, strings.Trim(value, `"'`), strings.TrimLeft(value, "*&!@`%|>{}[],?- ")} {
			if Is(name, v) {
				found = append(found, Variable{Name: name, Value: v})
			}
		}
	}
	text = demanded.ReplaceAllString(searched(text), "$1}")
	for _, at := range ofLine.FindAllStringSubmatch(text, -1) {
		value, _, _ := strings.Cut(at[2], " #")
		add(at[1], strings.TrimSpace(value))
	}
	for _, at := range inFlow.FindAllStringSubmatch(text, -1) {
		add(at[1], at[2]+at[3]+at[4])
	}
	return found
}

// longestSearched and mostSearched bound in bytes which lines are searched for secrets, and how much of a file. What is refused for
// its size is not quoted, and nobody waits for seconds to be told so.
const (
	longestSearched = 64 << 10
	mostSearched    = 4 << 20
)

// searched returns what is searched of a text.
func searched(text string) string {
	if len(text) <= longestSearched {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if b.Len()+len(line) > mostSearched {
			break
		}
		if len(line) <= longestSearched {
			b.WriteString(line)
		}
	}
	return b.String()
}
