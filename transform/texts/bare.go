package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// otherUse matches the names of variables, options and keys that say what a name means there, if not a host: DB_ENGINE: postgres.
var otherUse = pattern.New(`(?i)(^|[^a-z])(names?|alias(es)?|container|engine|driver|dialect|adapter|provider|backend|connection|client|stor(e|age)|channel|` +
	`role|profile|env(ironment)?|level|command|entrypoint|args?|plugins?|modules?|schema|collection|bucket|topics?|queues?|index|keyspace|tenant|realm|locale|theme|` +
	`tags?|labels?|groups?|images?|formats?|protocol|method|strategy|jobs?|secrets|keys|tokens|users|paths|ports|files|databases|ids|project|app(lication)?|title|description|flavou?r|kind|class|feature|plan|tier|stage|regexp?|expr(ession)?|pattern|selector|replacement)$`)

// longOption matches an option that is a word: -join, --retry-join.
var longOption = pattern.New(`^--?[A-Za-z][\w.-]{2,}$`)

// saysOther reports whether the name of a variable, option or key says that its value is no host.
func saysOther(name string) bool {
	return otherVariable.MatchString(name) || otherUse.MatchString(name)
}

// IsBareArgument reports whether the word of a command is nothing but names, after an option that does not say what they are, if
// not hosts.
func IsBareArgument(option, word string) bool {
	return longOption.MatchString(option) && !saysOther(option) && isHostList(word)
}

// isBare reports whether the name at start is the whole value, or an item of a list that is the whole value, of a variable, option
// or key that does not say what it is, if not a host: a program may connect to it on a port that only the program knows.
func isBare(text string, start, end int, variable string) bool {
	if variable != "" && !strings.HasPrefix(variable, "-") && !strings.Contains(text, "\n") {
		if len(text) <= longest && isHostList(strings.Map(withoutBrackets, text)) || isAddress(text, start, end, variable) {
			return !saysOther(variable)
		}
	}
	return isPart(text, start, end) || isContent(text, start, end) || Connects(text[:start], text[end:]) || variable == "" && isInstruction(text, start, end)
}

// isAddress reports whether a value is a name with a path behind it, or one without a scheme before it: store/health, //store.
func isAddress(text string, start, end int, variable string) bool {
	return text[:start] == "//" || start == 0 && strings.HasPrefix(text[end:], "/") && saysHost(variable) && !strings.ContainsAny(text, " \n")
}

// isPart reports whether the name is the whole value of a key inside a text, or an item of one.
func isPart(text string, start, end int) bool {
	from := start
	for from > max(0, start-longest) && isListByte(text[from-1]) {
		from--
	}
	to := end
	for to < min(len(text), end+longest) && isListByte(text[to]) {
		to++
	}
	if (from < start || end < to) && !isHostList(text[from:to]) {
		return false
	}
	if name, isLine := assigned(text[:from]); name != "" {
		return !saysOther(name) && (!isLine || endsValue(text[to:]) || endsPair(text[:to], text[to:]))
	}
	key, isItem := listKey(text, from, to)
	return isItem && key != "" && !saysOther(key)
}

// keyLine matches a line of YAML that gives its key to the lines below it.
var keyLine = pattern.New(`^([\s-]*)["']?([\w.-]+)["']?\s*:\s*(#.*)?$`)

// listKey returns the key of the list of which the text between from and to is an item: key: [a, b], or lines such as "- a" below a key.
func listKey(text string, from, to int) (key string, isItem bool) {
	if key, isItem = bracketKey(text, from, to); isItem {
		return key, true
	}
	if !endsValue(text[to:]) {
		return "", false
	}
	before := text[max(0, from-longest):from]
	return itemKey(text, from-len(before)+len(strings.TrimRight(before, `"'`)))
}

// itemKey returns the key of the lines such as "- a" of which one begins where a text is cut.
func itemKey(text string, cut int) (key string, isItem bool) {
	begin := strings.LastIndexByte(text[max(0, cut-longest):cut], '\n') + 1 + max(0, cut-longest)
	indent := strings.TrimRight(text[begin:cut], " ")
	if !strings.HasSuffix(indent, "-") || strings.Trim(indent, " -") != "" {
		return "", false
	}
	depth := len(indent) - 1
	for above := text[max(0, begin-longest):begin]; above != ""; {
		line := strings.TrimRight(above, "\r\n")
		line = line[strings.LastIndexByte(line, '\n')+1:]
		above = strings.TrimSuffix(strings.TrimRight(above, "\r\n"), line)
		m := keyLine.FindStringSubmatch(line)
		if m != nil && len(m[1]) <= depth {
			return m[2], true
		}
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" && len(line)-len(trimmed) < depth {
			return "", false
		}
	}
	return "", false
}
