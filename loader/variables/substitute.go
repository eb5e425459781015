// Package variables replaces ${…} in values and reads env files, as compose-go does, and remembers what it left empty.
package variables

import (
	"errors"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
)

// Unset records the variables that interpolation replaced by nothing. compose-go only logs them, through a
// logger that belongs to the whole process.
type Unset struct{ Names []string }

func (u *Unset) add(name string) {
	if i, found := slices.BinarySearch(u.Names, name); !found {
		u.Names = slices.Insert(u.Names, i, name)
	}
}

// Substitute is the interpolation of compose-go (template.Substitute) without its log: "$VAR", "${VAR}", the operators
// "-", ":-", "?", ":?", "+", ":+" with nested defaults, and "$$" for a literal dollar.
func (u *Unset) Substitute(text string, lookup template.Mapping) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	var first error
	out := template.DefaultPattern.ReplaceAllStringFunc(text, func(match string) string {
		value, err := u.replace(match, lookup)
		if err != nil && first == nil {
			var invalid *template.InvalidTemplateError
			if errors.As(err, &invalid) && invalid.Template == "" {
				invalid.Template = text
			}
			first = err
		}
		return value
	})
	return out, first
}

// replace evaluates one match of the pattern. The pattern is greedy to the last brace of the line, so what follows
// the closing brace of the first expression is evaluated on its own.
func (u *Unset) replace(match string, lookup template.Mapping) (string, error) {
	rest := ""
	if i := closingBrace(match); i >= 0 {
		match, rest = match[:i+1], match[i+1:]
	}
	groups := template.DefaultPattern.FindStringSubmatch(match)
	group := func(name string) string {
		if i := template.DefaultPattern.SubexpIndex(name); i >= 0 && i < len(groups) {
			return groups[i]
		}
		return ""
	}
	if escaped := group("escaped"); escaped != "" {
		return escaped, nil
	}
	if name := group("named"); name != "" {
		return u.value(name, lookup), nil
	}
	expression := group("braced")
	if expression == "" {
		return "", &template.InvalidTemplateError{}
	}
	value, err := u.evaluate(expression, lookup)
	if err != nil {
		return "", err
	}
	tail, err := u.Substitute(rest, lookup)
	return value + tail, err
}

func (u *Unset) value(name string, lookup template.Mapping) string {
	value, ok := lookup(name)
	if !ok {
		u.add(name)
	}
	return value
}

// evaluate computes what stands between the braces: a name, or a name, an operator and a word.
func (u *Unset) evaluate(expression string, lookup template.Mapping) (string, error) {
	i := strings.IndexAny(expression, ":-?+")
	if i < 0 {
		return u.value(expression, lookup), nil
	}
	name, operator, word := expression[:i], expression[i], expression[i+1:]
	value, set := lookup(name)
	given := set
	if operator == ':' {
		operator, word = word[0], word[1:]
		given = set && value != ""
	}
	switch operator {
	case '-':
		if given {
			return value, nil
		}
		return u.Substitute(word, lookup)
	case '+':
		if given {
			return u.Substitute(word, lookup)
		}
		return value, nil
	default:
		if given {
			return value, nil
		}
		reason, err := u.Substitute(word, lookup)
		if err != nil {
			return "", err
		}
		return "", &template.MissingRequiredError{Variable: name, Reason: reason}
	}
}

// closingBrace returns the index of the brace that closes the first expression, -1 if there is none.
func closingBrace(s string) int {
	open := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '}' {
			open--
			if open == 0 {
				return i
			}
		}
		if s[i] == '{' {
			open++
			i++
		}
	}
	return -1
}
