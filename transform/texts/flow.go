package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

var (
	// beginsItem matches the end of a text behind which an item of a list in brackets begins, perhaps after a remark.
	beginsItem = pattern.New(`[\[,]\s*(?:(?:#|//)[^\n]*\n\s*)?$`)
	// endsItem matches what stands behind an item of a list in brackets.
	endsItem = pattern.New(`^["']?\s*[,\]]`)
	// nextPair matches what stands behind the comma after a value of a mapping in braces: the next key, or the end of it.
	nextPair = pattern.New(`^\s*(?:["']?[\w.-]+["']?\s*[:=]|[}\]])`)
	// listName matches the end of a text behind which the list of a key begins: hosts: [, "hosts": [, hosts = [, hosts => [.
	listName = pattern.New(`([\w.-]+)["']?\s*(?::|=>?)$`)
)

// endsPair reports whether a value ends with the comma before the next key of a mapping in braces: {host: a, port: 1}.
func endsPair(value, rest string) bool {
	return strings.HasSuffix(value, ",") && nextPair.MatchString(rest[:min(len(rest), near)])
}

// bracketKey returns the key of the list in brackets of which the text between from and to is an item, wherever on a line or over however many
// lines YAML, JSON and TOML have it: key: [a, b], {key: ['a']}, {"key": [["a", 1]]}. A text that is nothing but a list has no key, for which
// "items" is returned.
func bracketKey(text string, from, to int) (key string, isItem bool) {
	before, isQuoted := unquote(text[max(0, from-longest):from])
	if text[to-1] != ',' && !endsItem.MatchString(text[to:min(len(text), to+near)]) {
		return "", false
	}
	if text[from] != ',' && !beginsItem.MatchString(before[max(0, len(before)-near):]) {
		return "", false
	}
	for {
		open := opening(before)
		if open < 0 || before[open] != '[' {
			return "", false
		}
		head := strings.TrimRight(before[:open], " \t\r\n")
		if m := listName.FindStringSubmatch(head); m != nil {
			return m[1], true
		}
		switch {
		case head == "" && from <= longest && isQuoted:
			return "items", true
		case strings.HasSuffix(head, "-"):
			return itemKey(text, max(0, from-longest)+open)
		case !strings.HasSuffix(head, "[") && !strings.HasSuffix(head, ","):
			return "", false
		}
		before = head
	}
}

// unquote takes the quote off that opens a value at the end of a text.
func unquote(before string) (rest string, isQuoted bool) {
	rest = strings.TrimRight(before, `"'`)
	if len(before)-len(rest) != 1 {
		return before, false
	}
	return rest, true
}

// opening returns where the bracket or brace stands that is open at the end of a text, -1 if none is. What stands in quotes on one line counts not.
func opening(before string) int {
	depth, quote := 0, byte(0)
	for i := len(before) - 1; i >= 0; i-- {
		c := before[i]
		switch {
		case quote != 0:
			if c == quote || c == '\n' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ']' || c == '}':
			depth++
		case c == ';' && depth == 0:
			return -1
		case c == '[' || c == '{':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}
