package position

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
	"github.com/transship/transship/source"
)

// TextAt returns the text of a key of the model with what its variables fill in, false where no file has one. A variable of a container
// without a value, `- NAME` or `NAME:`, is like ${NAME}.
func (l *Locator) TextAt(p diag.Path) (source.Text, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.at(p)
	if len(found) == 0 {
		return source.Text{}, false
	}
	won, key := found[len(found)-1], p[len(p)-1]
	n := document.Deref(won.Value)
	if n == nil || n.Kind != yaml.ScalarNode {
		return source.Text{}, false
	}
	lookup := won.Doc.Bundle.Env.Resolve
	text := source.Text{Place: won.Doc.NodeRange(n)}
	isVariable := len(p) > 1 && p[len(p)-2] == "environment"
	if isVariable && (n.Tag == "!!null" || won.short && n.Value == key) {
		value, set := lookup(key)
		text.Parts = []source.Part{{Text: value, Variable: key}}
		return text, set
	}
	parts, ok := variables.Parts(n.Value, lookup)
	if !ok {
		return source.Text{}, false
	}
	if won.short && isVariable { // NAME=value
		if len(parts) == 0 || parts[0].Variable != "" || !strings.HasPrefix(parts[0].Text, key+"=") {
			return source.Text{}, false
		}
		if parts[0].Text = parts[0].Text[len(key)+1:]; parts[0].Text == "" {
			parts = parts[1:]
		}
	}
	text.Parts = parts
	return text, true
}
