package direct

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/loader/document"
)

// values returns what a file holds: maps with keys of strings, lists, strings, integers, floats, booleans and nil. False
// means that it holds something else, or something that compose-go reads in a way of its own.
func values(d *document.Document) (map[string]any, bool) {
	if d.Count != 1 || len(d.Roots) != 1 || !plain(d.Roots[0]) {
		return nil, false
	}
	root := d.Roots[0]
	w := aliasWalk{paths: map[*yaml.Node][]string{}}
	if w.walk(root, ""); w.nested {
		return nil, false
	}
	value, ok := valueOf(root)
	out, is := value.(map[string]any)
	if !ok || !is {
		return nil, false
	}
	return out, withoutVersion(d, root, out)
}

// plain reports whether no node has a tag of its own, or a type that JSON lacks.
func plain(n *yaml.Node) bool {
	if n.Style&yaml.TaggedStyle != 0 {
		return false
	}
	switch n.Kind {
	case yaml.AliasNode:
		return true // what it names is looked at where it stands
	case yaml.ScalarNode:
		switch n.Tag {
		case "!!str", "!!int", "!!float", "!!bool", "!!null":
			return true
		default:
			return false
		}
	case yaml.SequenceNode:
		if n.Tag != "!!seq" {
			return false
		}
		for _, c := range n.Content {
			if !plain(c) {
				return false
			}
		}
		return true
	case yaml.MappingNode:
		if n.Tag != "!!map" {
			return false
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 || key.Tag != "!!str" && key.Tag != "!!merge" || !plain(n.Content[i+1]) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// aliasWalk finds what compose-go takes for a circle: an alias below a place where the same anchor was used before.
type aliasWalk struct {
	paths  map[*yaml.Node][]string // where each anchor is used, merge keys left out
	nested bool
}

func (w *aliasWalk) walk(n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.AliasNode:
		for _, other := range w.paths[n.Alias] {
			if strings.HasPrefix(path+".", other+".") || strings.HasPrefix(other+".", path+".") {
				w.nested = true
			}
		}
		w.paths[n.Alias] = append(w.paths[n.Alias], path)
	case yaml.SequenceNode:
		for i, c := range n.Content {
			w.walk(c, path+"."+strconv.Itoa(i))
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i]; key.Value == "<<" {
				w.walk(n.Content[i+1], path)
			} else {
				w.walk(n.Content[i+1], path+"."+key.Value)
			}
		}
	}
}

// valueOf returns the value of a node as the YAML library decodes it. An empty list is one, and not nil.
func valueOf(n *yaml.Node) (any, bool) {
	switch n.Kind {
	case yaml.AliasNode:
		return valueOf(n.Alias)
	case yaml.ScalarNode:
		return scalar(n)
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			value, ok := valueOf(c)
			if !ok {
				return nil, false
			}
			out[i] = value
		}
		return out, true
	case yaml.MappingNode:
		return mapping(n)
	default:
		return nil, false
	}
}

func mapping(n *yaml.Node) (any, bool) {
	out := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Tag == "!!merge" || key.Value == "<<" {
			return merged(n)
		}
		value, ok := valueOf(n.Content[i+1])
		if !ok {
			return nil, false
		}
		out[key.Value] = value
	}
	return out, true
}

// merged leaves a mapping with a merge key to the YAML library.
func merged(n *yaml.Node) (any, bool) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := n.Content[i+1]
		if n.Content[i].Value == "<<" && document.Deref(value).Kind != yaml.MappingNode && value.Kind != yaml.SequenceNode {
			return nil, false
		}
	}
	var out any
	if err := n.Decode(&out); err != nil {
		return nil, false
	}
	return known(out)
}

// known reports whether a decoded value is one that this package returns itself; empty lists are made so.
func known(value any) (any, bool) {
	switch v := value.(type) {
	case nil, bool, int, float64, string:
		return v, true
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var ok bool
			if out[i], ok = known(e); !ok {
				return nil, false
			}
		}
		return out, true
	case map[string]any:
		for key, e := range v {
			var ok bool
			if v[key], ok = known(e); !ok {
				return nil, false
			}
		}
		return v, true
	default:
		return nil, false
	}
}

func scalar(n *yaml.Node) (any, bool) {
	switch {
	case n.Tag == "!!str":
		return n.Value, true
	case n.Tag == "!!bool" && n.Value == "true":
		return true, true
	case n.Tag == "!!bool" && n.Value == "false":
		return false, true
	case n.Tag == "!!int" && decimal(n.Value):
		value, err := strconv.Atoi(n.Value)
		return value, err == nil
	}
	var out any
	if err := n.Decode(&out); err != nil {
		return nil, false
	}
	return known(out)
}

// decimal reports an integer that is written in the same way in Go: short, without a sign or a leading zero.
func decimal(s string) bool {
	if len(s) == 0 || len(s) > 15 || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// withoutVersion removes the obsolete `version`, if it is one that Document.WithoutVersion makes a comment.
func withoutVersion(d *document.Document, root *yaml.Node, out map[string]any) bool {
	if _, has := out["version"]; !has {
		return true
	}
	_, value := document.Entry(root, "version")
	if text := d.WithoutVersion(); &text[0] == &d.Text[0] || value.Anchor != "" { // nothing was made a comment, or too much
		return false
	}
	delete(out, "version")
	return true
}
