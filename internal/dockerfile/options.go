package dockerfile

import (
	"strings"
)

// options are the parsed arguments of a command.
type options struct {
	values map[string]string // value of options that take one, by every name that was given
	set    map[string]bool   // options without a value
	rest   []string          // words that are no options
}

// parseOptions reads the options of a command. takesValue holds the options with a value, "u" and "uid" alike.
func parseOptions(words []string, takesValue ...string) options {
	valued := map[string]bool{}
	for _, name := range takesValue {
		valued[name] = true
	}
	o := options{values: map[string]string{}, set: map[string]bool{}}
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			o.rest = append(o.rest, words[i+1:]...)
			return o
		case strings.HasPrefix(word, "--"):
			name, value, has := strings.Cut(word[2:], "=")
			switch {
			case has:
				o.values[name] = value
			case valued[name] && i+1 < len(words):
				i++
				o.values[name] = words[i]
			default:
				o.set[name] = true
			}
		case len(word) > 1 && word[0] == '-':
			for j := 1; j < len(word); j++ {
				name := word[j : j+1]
				if !valued[name] {
					o.set[name] = true
					continue
				}
				if j+1 < len(word) {
					o.values[name] = word[j+1:]
				} else if i+1 < len(words) {
					i++
					o.values[name] = words[i]
				}
				break
			}
		default:
			o.rest = append(o.rest, word)
		}
	}
	return o
}

// value returns the first of several options that was given.
func (o options) value(names ...string) (string, bool) {
	for _, n := range names {
		if v, ok := o.values[n]; ok {
			return v, true
		}
	}
	return "", false
}

// has reports whether one of several options was given, with a value or without.
func (o options) has(names ...string) bool {
	for _, n := range names {
		if _, ok := o.values[n]; ok || o.set[n] {
			return true
		}
	}
	return false
}
