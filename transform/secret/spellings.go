package secret

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// spelling is a way in which a secret value can stand in a text.
type spelling struct {
	text, value string
	within      int // the longest of the same list that this one begins with; -1 for none
}

// sortedSpellings sorts the spellings that begin alike. Of two with one text, the first stays.
func sortedSpellings(list []spelling) []spelling {
	slices.SortStableFunc(list, func(a, b spelling) int { return strings.Compare(a.text, b.text) })
	list = slices.CompactFunc(list, func(a, b spelling) bool { return a.text == b.text })
	for i := range list {
		list[i].within = i - 1
		for before := i - 1; before >= 0 && !strings.HasPrefix(list[i].text, list[before].text); before = list[before].within {
			list[i].within = list[before].within
		}
	}
	return list
}

// longestIn returns the longest of sorted spellings that a text begins with.
func longestIn(list []spelling, text string) (found spelling, ok bool) {
	// Whatever the text begins with is the last that is not behind it, or stands within that one.
	at, exact := slices.BinarySearchFunc(list, text, func(s spelling, text string) int { return strings.Compare(s.text, text) })
	if !exact {
		at--
	}
	for ; at >= 0; at = list[at].within {
		if strings.HasPrefix(text, list[at].text) {
			return list[at], true
		}
	}
	return spelling{}, false
}

// spellingsOf returns how a value stands in texts: as it is, escaped for Compose, Kubernetes, JSON, URLs and shells, in base64,
// and line by line.
func spellingsOf(value string) []string {
	candidates := []string{
		value, strings.ReplaceAll(value, "$", "$$"), strings.ReplaceAll(value, "$(", "$$("), inJSON(value, true), inJSON(value, false),
		url.QueryEscape(value), url.PathEscape(value), strings.ReplaceAll(value, "'", `'\''`), strings.ReplaceAll(value, "'", "''"),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.StdEncoding.EncodeToString([]byte(value + "\n")),
	}
	if trimmed := strings.TrimSpace(value); trimmed != value && IsTelling(trimmed) {
		candidates = append(candidates, trimmed)
	}
	if strings.Contains(value, "\n") {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= shortestLine && !strings.HasPrefix(line, "-----") {
				candidates = append(candidates, line)
			}
		}
	}
	slices.Sort(candidates)
	return slices.DeleteFunc(slices.Compact(candidates), func(s string) bool { return len(s) < shortest })
}

// inJSON returns a value as it stands within the quotes of a JSON string.
func inJSON(value string, escapeHTML bool) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(value); err != nil {
		return value
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
}

// IsTelling reports whether a text that holds this value holds it because it is the secret: it is long enough, and no word
// of everyday language.
func IsTelling(value string) bool {
	value = strings.TrimSpace(value)
	plain := !strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsLower(r) }) || !strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsUpper(r) })
	return len(value) >= shortest && (!plain || len(value) >= shortestPlain) && !isReference(value) && strings.Trim(value, value[:1]) != ""
}

// isIdentifier reports whether a value is made of words, as the names of users and databases are.
func isIdentifier(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsLower(r) && !strings.ContainsRune("_-.", r) })
}

// isPublic reports whether a variable with a name of these words holds the name of something: of a user, a database, a host.
func isPublic(words []string) bool {
	if len(words) == 0 || hasSecretWord(words) {
		return false
	}
	return publicNames[words[len(words)-1]]
}

var publicNames = set("USER", "USERNAME", "DB", "DATABASE", "NAME", "HOST", "HOSTNAME", "SERVER", "BUCKET", "SCHEMA", "ROLE", "ORG", "REALM", "EMAIL", "DOMAIN", "IMAGE", "PROJECT")

const startBits = 14

// hashOfStart returns a number below 1<<startBits for the first four bytes of a text.
func hashOfStart(text string) uint32 {
	word := uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
	return word * 2654435761 >> (32 - startBits)
}
