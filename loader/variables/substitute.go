// Package variables replaces ${…} in values and reads env files, as compose-go does, and remembers what it left empty.
package variables

import (
	"errors"
	"fmt"
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

// maxDepth bounds how deep defaults stand in defaults.
const maxDepth = 500

// Substitute is the interpolation of compose-go (template.Substitute) without its log: "$VAR", "${VAR}", the operators
// "-", ":-", "?", ":?", "+", ":+" with nested defaults, and "$$" for a literal dollar. Its time is linear in the text.
func (u *Unset) Substitute(text string, lookup template.Mapping) (string, error) {
	return u.substitute(text, lookup, 0)
}

func (u *Unset) substitute(text string, lookup template.Mapping, depth int) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	if depth > maxDepth {
		return "", &TooLargeError{fmt.Sprintf("holds defaults in defaults, more than %d levels deep", maxDepth)}
	}
	s := scanner{text: text, scope: text}
	var out strings.Builder
	var first error
	for {
		literal, match, found := s.next()
		out.WriteString(literal)
		if !found {
			return out.String(), first
		}
		value, err := u.replace(match, lookup, depth)
		if err != nil && first == nil {
			var invalid *template.InvalidTemplateError
			if errors.As(err, &invalid) && invalid.Template == "" {
				invalid.Template = s.scope
			}
			first = err
		}
		if out.Len()+len(value) > maxExpanded {
			return "", &TooLargeError{fmt.Sprintf("grows to more than %d MiB when its variables are filled in", maxExpanded>>20)}
		}
		out.WriteString(value)
	}
}

// replace evaluates "$$", "$NAME", "${…}" or the "${" that starts nothing.
func (u *Unset) replace(match string, lookup template.Mapping, depth int) (string, error) {
	switch {
	case match == "$$":
		return "$", nil
	case match == "${":
		return "", &template.InvalidTemplateError{}
	case match[1] != '{':
		return u.value(match[1:], lookup), nil
	default:
		return u.evaluate(match[2:len(match)-1], lookup, depth)
	}
}

func (u *Unset) value(name string, lookup template.Mapping) string {
	value, ok := lookup(name)
	if !ok {
		u.add(name)
	}
	return value
}

// evaluate computes what stands between the braces: a name, or a name, an operator and a word.
func (u *Unset) evaluate(expression string, lookup template.Mapping, depth int) (string, error) {
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
		return u.substitute(word, lookup, depth+1)
	case '+':
		if given {
			return u.substitute(word, lookup, depth+1)
		}
		return value, nil
	default:
		if given {
			return value, nil
		}
		reason, err := u.substitute(word, lookup, depth+1)
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

// TooLargeError is a text whose variables nobody fills in, because that would take too much.
type TooLargeError struct{ Reason string }

// Error returns the reason, as what the text does: "grows to more than …".
func (e *TooLargeError) Error() string { return e.Reason }
