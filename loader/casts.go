package loader

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/tree"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/loader/document"
)

// neededCasts narrows compose-go's table of casts to the keys that have a string for a value somewhere in the files.
// compose-go matches every string of the project against the whole table, which is a fifth of the time of a load, while
// most projects quote none of the values that would be cast.
func neededCasts(files *document.Bundle, all map[tree.Path]interpolation.Cast) map[tree.Path]interpolation.Cast {
	keys := map[string]bool{}
	for d := range files.Files() {
		stringKeys(d, keys)
	}
	needed := map[tree.Path]interpolation.Cast{}
	for pattern, cast := range all {
		if keys[lastKey(pattern)] {
			needed[pattern] = quietCast(cast)
		}
	}
	return needed
}

// lastKey is the last part of a pattern that names a key.
func lastKey(pattern tree.Path) string {
	parts := pattern.Parts()
	for _, part := range slices.Backward(parts) {
		if part != tree.PathMatchAll && part != tree.PathMatchList {
			return part
		}
	}
	return ""
}

func stringKeys(d *document.Document, keys map[string]bool) {
	for _, root := range d.Roots {
		collectStringKeys(root, nil, keys)
	}
}

// collectStringKeys notes the keys whose value is a string, directly, in a list or in a mapping of any names: above are
// the two keys that n stands below, because a pattern may end in a wildcard.
func collectStringKeys(n *yaml.Node, above []string, keys map[string]bool) {
	switch n.Kind {
	case yaml.AliasNode:
		if n.Alias.Kind == yaml.ScalarNode {
			collectStringKeys(n.Alias, above, keys)
		}
	case yaml.ScalarNode:
		switch n.Tag {
		case "!!int", "!!float", "!!bool", "!!null":
		default:
			for _, key := range above {
				keys[key] = true
			}
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			collectStringKeys(c, above, keys)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			below := []string{n.Content[i].Value}
			if len(above) > 0 {
				below = append(below, above[0])
			}
			collectStringKeys(n.Content[i+1], below, keys)
		}
	}
}

// quietCast answers the booleans of YAML 1.1 itself, where compose-go would write to the logger of the whole process.
func quietCast(cast interpolation.Cast) interpolation.Cast {
	if v, err := cast("true"); err != nil || v != true {
		return cast
	}
	return func(text string) (any, error) {
		switch strings.ToLower(text) {
		case "y", "yes", "on":
			return true, nil
		case "n", "no", "off":
			return false, nil
		default:
			return cast(text)
		}
	}
}
