package keys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/suggest"
)

// Unmapped is a key of a project that no mapper carries: it has no equivalent, concerns the developer's machine, is
// an extension of somebody else, or is still to be mapped.
type Unmapped struct {
	Path  diag.Path
	Row   Row // for a key that the table does not know, only Path, Class, Code and Severity are set
	Value any
	// Keys are the sorted names of a mapping whose keys the user chose, such as driver_opts or ulimits.
	Keys []string
}

// Generic walks a merged model (the canonical form, in which items of lists are mappings where they can be) and returns
// every key that no mapper owns, each only once at its topmost place, in the order of the paths. Keys that no row
// describes are returned as well, so that nothing can be lost, and each extension once for the whole project.
func Generic(model map[string]any) []Unmapped {
	w := walk{extensions: map[string]bool{}}
	w.mapping(nil, tree(), model)
	return w.found
}

type walk struct {
	found      []Unmapped
	extensions map[string]bool // those that were returned
}

func (w *walk) mapping(path diag.Path, n *node, values map[string]any) {
	for _, key := range sorted.Keys(values) {
		below, value := n.below(key), values[key]
		if below == nil {
			below = n.below("*") // where users choose the names, x-y is a name like any other
		}
		switch {
		case below != nil:
			w.value(path.Key(key), below, value)
		case strings.HasPrefix(key, "x-"):
			w.extension(path.Key(key), value)
		default:
			w.found = append(w.found, Unmapped{Path: path.Key(key), Row: unknownRow(path.Key(key)), Value: value})
		}
	}
}

func (w *walk) value(path diag.Path, n *node, value any) {
	if row := n.row(); row != nil && row.isGeneric() {
		if !row.isNoop(value) {
			w.found = append(w.found, unmapped(path, n, value))
		}
		return
	}
	if n.isLeaf() {
		return // what lies below belongs to this key
	}
	switch value := value.(type) {
	case map[string]any:
		w.mapping(path, n, value)
	case []any:
		items := n.below("[]")
		if items == nil {
			return
		}
		for i, item := range value {
			w.value(path.Index(i), items, item)
		}
	}
}

func (w *walk) extension(path diag.Path, value any) {
	name := path[len(path)-1]
	row := Row{
		Path: path.String(), Class: Meta, Code: "extension-ignored", Severity: diag.Info,
		Docker:     "is an extension, which Docker Compose ignores",
		Kubernetes: "none",
		Difference: "extensions other than x-kubernetes are ignored, as on Docker",
	}
	switch {
	case name == ownExtension && isOwnPlace(path):
		return
	case name == ownExtension:
		row.Code, row.Severity = "extension-key", diag.Error
		row.Difference = "it is not read at this place"
		row.Advice = "move it to the top level, a service, job, network, volume, secret, config or model, or an item of volumes"
	case name == types.SecretConfigXValue || w.extensions[name]:
		return
	case isMisspelt(name):
		row.Code, row.Severity = "extension-name", diag.Warning
		row.Advice = "did you mean x-kubernetes?"
	}
	w.extensions[name] = true
	w.found = append(w.found, Unmapped{Path: path, Value: value, Row: row})
}

// ownExtension is the extension that package extension reads.
const ownExtension = "x-kubernetes"

// isOwnPlace reports whether x-kubernetes is read at this path.
func isOwnPlace(path diag.Path) bool {
	switch len(path) {
	case 1:
		return true
	case 3:
		return slices.Contains([]string{"services", "jobs", "networks", "volumes", "secrets", "configs", "models"}, path[0])
	case 5, 7: // services.web.volumes[0], services.web.pre_start[0].volumes[0]
		return (path[0] == "services" || path[0] == "jobs") && path[len(path)-3] == "volumes"
	}
	return false
}

// isMisspelt reports whether an extension is called almost as the one that is read.
func isMisspelt(name string) bool {
	if strings.HasPrefix(name, ownExtension) || len(name) < len(ownExtension)-2 || len(name) > len(ownExtension)+2 {
		return false // another word
	}
	return strings.EqualFold(name, ownExtension) || suggest.Closest(name, []string{ownExtension}) != ""
}

func unmapped(path diag.Path, n *node, value any) Unmapped {
	u := Unmapped{Path: path, Row: *n.row(), Value: value}
	if n.below("*") != nil {
		if values, ok := value.(map[string]any); ok {
			u.Keys = sorted.Keys(values)
		}
	}
	if holds(u.Row.HarmlessValues, value) {
		u.Row.Severity = diag.Info
	}
	return u
}

// isGeneric reports whether the generic finding covers the key.
func (r *Row) isGeneric() bool {
	return r.Owner == "" && (r.Class == Hint || r.Class == Local || r.Class == Refused)
}

// isNoop reports whether a value asks for nothing that could be lost.
func (r *Row) isNoop(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case map[string]any:
		return len(value) == 0
	case []any:
		return len(value) == 0
	}
	return holds(r.NoopValues, value)
}

// holds compares as YAML writes: the loader may have turned 0 into int, int64, uint64 or float64.
func holds(values []any, value any) bool {
	return slices.ContainsFunc(values, func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(value) })
}

func unknownRow(path diag.Path) Row {
	return Row{
		Path: path.String(), Class: Hint, Code: "unknown-key", Severity: diag.Warning,
		Difference: "this version of the converter does not know the key",
		Advice:     "check the spelling, or report that the key is missing",
	}
}

// Finding returns what to tell the user, without a position.
func (u Unmapped) Finding() diag.Finding {
	f := diag.Finding{Severity: u.Row.Severity, Code: u.Row.Code, Path: u.Path, Help: u.Row.Advice}
	name := u.Path[len(u.Path)-1]
	if len(u.Keys) > 0 {
		name += " (" + strings.Join(u.Keys, ", ") + ")"
	}
	switch {
	case u.Row.Code == "local-only":
		f.Message = name + " is not part of the manifests: " + u.Row.Difference
	case u.Row.Class == Meta:
		f.Message = name + " is ignored: " + u.Row.Difference
	default:
		f.Message = name + " is left out: " + u.Row.Difference
	}
	return f
}
