package document

import (
	"go.yaml.in/yaml/v4"
)

// Deref follows an alias to what it names. A nil node stays nil.
func Deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// Child returns the value of a key of a mapping, nil if there is none. Keys that come in through a merge key count.
func Child(n *yaml.Node, key string) *yaml.Node {
	_, value := Entry(n, key)
	return value
}

// Entry returns the key and value nodes of a mapping's entry. A key of the mapping itself wins over one that a merge
// key brings, and the first of several merged mappings wins over the later ones.
func Entry(n *yaml.Node, key string) (*yaml.Node, *yaml.Node) {
	n = Deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	var merge *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case key:
			return n.Content[i], n.Content[i+1]
		case "<<":
			merge = Deref(n.Content[i+1])
		}
	}
	if merge == nil || key == "<<" {
		return nil, nil
	}
	if merge.Kind == yaml.MappingNode {
		return Entry(merge, key)
	}
	for _, m := range merge.Content {
		if k, v := Entry(m, key); v != nil {
			return k, v
		}
	}
	return nil, nil
}

// Scalars returns a scalar, or the items of a list, as nodes.
func Scalars(n *yaml.Node) []*yaml.Node {
	n = Deref(n)
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	default:
		return []*yaml.Node{n}
	}
}

// Pair is an entry of a mapping.
type Pair struct{ Key, Value *yaml.Node }

// Entries returns the entries of a mapping, those that merge keys bring after its own, each key once. What is no mapping
// has none.
func Entries(n *yaml.Node) []Pair {
	var out []Pair
	seen := map[string]bool{}
	collect(n, seen, &out, 0)
	return out
}

func collect(n *yaml.Node, seen map[string]bool, out *[]Pair, depth int) {
	n = Deref(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > MaxDepth {
		return
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Value == "<<" {
			merged = append(merged, Scalars(n.Content[i+1])...)
			continue
		}
		if !seen[key.Value] {
			seen[key.Value] = true
			*out = append(*out, Pair{key, n.Content[i+1]})
		}
	}
	for _, m := range merged {
		collect(m, seen, out, depth+1)
	}
}
