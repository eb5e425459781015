package secret

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// setting matches a line that gives a value to a name and does nothing else, in the formats in which people write settings: YAML, JSON, INI,
// TOML, properties, env files. The groups are the name, a value in quotes and one without.
var setting = pattern.New(`^(?:-[ \t]+)?(?:export[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*(?:["']([^"'\s]+)["']|([^"'\s,;#(){}\[\]<>$]+))[ \t]*[,;]?$`)

// element matches an element of XML with a text, property a name and a value beside each other, as Hadoop and Java have them.
var (
	element  = pattern.New(`<([A-Za-z_][\w.-]*)>([^<>\s]+)</`)
	property = pattern.New(`(?:<name>([\w.-]+)</name>\s*<value>([^<>\s]+)</value>|\bname="([\w.-]+)"\s+value="([^"\s]+)")`)
)

// sqlAccount matches the password of an account that a statement of SQL makes.
var sqlAccount = pattern.New(`(?i)\b(identified\s+(?:with\s+\S+\s+)?by|password)\s+'([^'\s]+)'`).Holding("identified", "password")

// programs are the endings of files of which a line name = value may be part of a program, in which only a text in quotes is a value.
var programs = []string{".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".py", ".rb", ".php", ".lua", ".go", ".java", ".groovy", ".gradle", ".pl", ".cs", ".rs", ".html", ".htm", ".css"}

// longestSettings is the length in bytes of the longest file that is read for settings.
const longestSettings = 256 << 10

// InSettings returns the name of a setting in the text of a file to which a secret is given, "" if there is none. Comments and what
// stands for another value are none. The name of the file tells how it is read.
func InSettings(file, text string) string {
	if len(text) > longestSettings {
		return ""
	}
	ending := strings.ToLower(path.Ext(file))
	if ending == ".sql" {
		if at := sqlAccount.FindStringSubmatch(text); at != nil && !isReference(at[2]) && !strings.ContainsAny(at[2], "$:{") {
			return "a password"
		}
		return ""
	}
	if !mayName(text) {
		return ""
	}
	isProgram := slices.Contains(programs, ending)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if at := setting.FindStringSubmatch(line); at != nil && isSetting(at[1], at[2]+at[3]) && (at[2] != "" || !isProgram) {
			return at[1]
		}
	}
	if !strings.Contains(text, "</") && !strings.Contains(text, `name="`) || isProgram {
		return ""
	}
	for _, at := range append(element.FindAllStringSubmatch(text, -1), property.FindAllStringSubmatch(text, -1)...) {
		name, value := at[1], at[2]
		if len(at) > 3 {
			name, value = at[1]+at[3], at[2]+at[4]
		}
		if isSetting(name, value) {
			return name
		}
	}
	return ""
}

// release matches the number of a version: lists of packages have names such as basic-auth.
var release = pattern.New(`^[~^=<>v]*\d+(\.[\dx*]+)+([-+.][\w.-]+)?$`).Starting("~^=<>v0123456789")

// isSetting reports whether a setting is called as secrets are, and has a value of its own.
func isSetting(name, value string) bool {
	return IsName(name) && !isReference(value) && !strings.ContainsAny(value, "${}<>") && !strings.HasPrefix(value, "%") && !release.MatchString(value) && isGiven(wordsOf(name), value)
}

// mayName reports whether a text can hold the name of a secret. It spares nearly all files the search by lines.
func mayName(text string) bool {
	upper := strings.ToUpper(text)
	return slices.ContainsFunc(partsOfNames, func(part string) bool { return strings.Contains(upper, part) })
}
