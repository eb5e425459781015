package variables

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/transship/transship/source"
)

// Parts takes a text apart into what is written there and what [Unset.Substitute] fills in for its variables. The default of a
// variable without a value counts as its value, unless the default names variables itself. False is a text that is refused.
func Parts(text string, lookup template.Mapping) ([]source.Part, bool) {
	var p parts
	if !p.add(text, lookup, 0) {
		return nil, false
	}
	return p.list, true
}

type parts struct {
	list []source.Part
	size int
}

// put adds a piece, to the one before it where both are written there.
func (p *parts) put(text, variable string) {
	p.size += len(text)
	if last := len(p.list) - 1; variable == "" && last >= 0 && p.list[last].Variable == "" {
		p.list[last].Text += text
		return
	}
	if text != "" || variable != "" {
		p.list = append(p.list, source.Part{Text: text, Variable: variable})
	}
}

// add adds the pieces of a text.
func (p *parts) add(text string, lookup template.Mapping, depth int) bool {
	if depth > maxDepth || p.size > maxExpanded {
		return false
	}
	s := scanner{text: text, scope: text}
	for {
		literal, match, found := s.next()
		p.put(literal, "")
		switch {
		case !found:
			return true
		case match == "$$":
			p.put("$", "")
		case match == "${":
			return false
		case match[1] != '{':
			value, _ := lookup(match[1:])
			p.put(value, match[1:])
		case !p.expression(match[2:len(match)-1], lookup, depth):
			return false
		}
	}
}

// expression adds what stands between braces.
func (p *parts) expression(expression string, lookup template.Mapping, depth int) bool {
	i := strings.IndexAny(expression, ":-?+")
	if i < 0 {
		value, _ := lookup(expression)
		p.put(value, expression)
		return true
	}
	name, operator, word := expression[:i], expression[i], expression[i+1:]
	value, given := lookup(name)
	if operator == ':' {
		operator, word = word[0], word[1:]
		given = given && value != ""
	}
	switch {
	case operator == '+' && given:
		return p.add(word, lookup, depth+1)
	case operator == '-' && !given:
		return p.addDefault(name, word, lookup, depth+1)
	default:
		p.put(value, name)
		return true
	}
}

// addDefault adds the default of a variable.
func (p *parts) addDefault(name, word string, lookup template.Mapping, depth int) bool {
	inner := parts{size: p.size}
	if !inner.add(word, lookup, depth) {
		return false
	}
	switch {
	case len(inner.list) == 0:
		p.put("", name)
	case len(inner.list) == 1 && inner.list[0].Variable == "":
		p.put(inner.list[0].Text, name)
	default:
		for _, part := range inner.list {
			p.put(part.Text, part.Variable)
		}
	}
	return true
}
