package effects

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
)

// node is a key of the model that has a place of its own in the files. What the model spells out although the files
// have it in one piece, such as the parts of "8080:80", belongs to the node of the whole.
type node struct {
	path     diag.Path
	at       diag.Range
	value    any
	children []*node
	effect   effect // of the node as a whole, for nodes that were taken away
}

// writtenKeys returns the keys that the files hold, as a forest in the order of the model.
func writtenKeys(l *loader.Loaded) []*node {
	var roots []*node
	for _, section := range sorted.Keys(l.Model) {
		if strings.HasPrefix(section, "x-") && section != "x-kubernetes" || section == "version" {
			continue // templates for other keys, or notes: the keys that use them are in the model as well
		}
		roots = append(roots, nodesBelow(l, diag.At(section), l.Model[section], diag.Range{})...)
	}
	return roots
}

// nodesBelow returns the node of a key, or those below it where the key itself stands in no file.
func nodesBelow(l *loader.Loaded, path diag.Path, value any, parent diag.Range) []*node {
	at := l.Locate(path)
	var children []*node
	switch value := value.(type) {
	case map[string]any:
		for _, key := range sorted.Keys(value) {
			children = append(children, nodesBelow(l, path.Key(key), value[key], at)...)
		}
	case []any:
		for i, item := range value {
			children = append(children, nodesBelow(l, path.Index(i), item, at)...)
		}
	}
	if !at.IsKnown() || at == parent {
		return children
	}
	return []*node{{path: path, at: at, value: value, children: children}}
}

// namedSections hold what users give names to.
var namedSections = []string{"services", "jobs", "networks", "volumes", "configs", "secrets", "models"}

// isNamed tells a service, volume and so on.
func (n *node) isNamed() bool { return len(n.path) == 2 && slices.Contains(namedSections, n.path[0]) }

// without returns a copy of a model that lacks one key; the parts that are the same are shared.
func without(value any, path diag.Path) any {
	switch node := value.(type) {
	case map[string]any:
		out := maps.Clone(node)
		if len(path) == 1 {
			delete(out, path[0])
		} else if child, ok := node[path[0]]; ok {
			out[path[0]] = without(child, path[1:])
		}
		return out
	case []any:
		i, ok := path[:1].ListIndex()
		if !ok || i >= len(node) {
			return value
		}
		out := slices.Clone(node)
		if len(path) == 1 {
			return slices.Delete(out, i, i+1)
		}
		out[i] = without(node[i], path[1:])
		return out
	default:
		return value
	}
}

// with returns a copy of a model in which one key has another value.
func with(value any, path diag.Path, other any) any {
	if len(path) == 0 {
		return other
	}
	switch node := value.(type) {
	case map[string]any:
		out := maps.Clone(node)
		out[path[0]] = with(node[path[0]], path[1:], other)
		return out
	case []any:
		i, ok := path[:1].ListIndex()
		if !ok || i >= len(node) {
			return value
		}
		out := slices.Clone(node)
		out[i] = with(node[i], path[1:], other)
		return out
	default:
		return value
	}
}

// withoutReferences returns a copy of a model without what refers to a service, volume and so on: a project without
// the thing alone would refer to something that is not there.
func withoutReferences(model map[string]any, section, name string) map[string]any {
	out := maps.Clone(model)
	for _, containers := range []string{"services", "jobs"} {
		all, ok := model[containers].(map[string]any)
		if !ok {
			continue
		}
		edited := maps.Clone(all)
		for key, value := range all {
			if container, ok := value.(map[string]any); ok {
				edited[key] = dropReferences(container, section, name)
			}
		}
		out[containers] = edited
	}
	return out
}

// dropReferences takes the references to one thing out of a container: keys of mappings, and items with that source.
func dropReferences(container map[string]any, section, name string) map[string]any {
	keys := []string{section}
	if section == "services" {
		keys = []string{"depends_on"}
	}
	out := maps.Clone(container)
	for _, key := range keys {
		switch references := container[key].(type) {
		case map[string]any:
			rest := maps.Clone(references)
			delete(rest, name)
			out[key] = rest
			if len(rest) == 0 {
				delete(out, key)
			}
		case []any:
			out[key] = slices.DeleteFunc(slices.Clone(references), func(item any) bool {
				fields, _ := item.(map[string]any)
				return item == name || fields["source"] == name
			})
		}
	}
	return out
}

// isRequired tells the keys that the Compose schema demands where their parent is: a project without one is none, even
// if the conversion would go on.
func isRequired(path diag.Path) bool {
	if len(path) == 1 {
		return path[0] == "name" // without it the name of the directory counts, which may be the same
	}
	if len(path) < 4 {
		return false
	}
	last, above := path[len(path)-1], path[len(path)-3]
	if _, isItem := path.Parent().ListIndex(); !isItem {
		above += ".*" // an entry of a mapping
	}
	return slices.Contains([]string{
		"depends_on.* condition", "ulimits.* soft", "ulimits.* hard", "volumes type", "devices source", "devices capabilities", "gpus capabilities",
		"env_file path", "watch path", "watch action", "post_start command", "pre_stop command", "triggers cron",
	}, above+" "+last)
}

// substitutes returns other values for a scalar, the likeliest to be accepted first.
func substitutes(path diag.Path, value any) []any {
	if path[len(path)-1] == "condition" {
		if value == types.ServiceConditionStarted {
			return []any{types.ServiceConditionHealthy}
		}
		return []any{types.ServiceConditionStarted}
	}
	switch v := value.(type) {
	case string:
		if n, err := strconv.Atoi(v); err == nil {
			return []any{strconv.Itoa(n + 1), v + "x"}
		}
		if path[len(path)-1] == "image" {
			return []any{"example.invalid/another:1"}
		}
		return []any{v + "x", "another"}
	case bool:
		return []any{!v}
	case int:
		return []any{v + 1}
	case int64:
		return []any{v + 1}
	case uint64:
		return []any{v + 1}
	case float64:
		return []any{v + 1}
	default:
		return nil
	}
}
