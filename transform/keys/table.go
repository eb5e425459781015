package keys

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/diag"
)

// sourceRows is the table as it is written, one slice per area.
func sourceRows() []Row {
	return slices.Concat(
		projectRows, networkRows, volumeRows, secretRows, configRows, modelRows,
		imageRows, lifecycleRows, buildRows, portRows, serviceNetworkRows, mountRows, healthRows, resourceRows,
		securityRows, deployRows, jobRows, preStartRows,
	)
}

// The places where shared attributes live (source: $defs/container_spec and $defs/workload_spec of the Compose schema).
var sharedPrefixes = map[string][]string{
	"container.": {"services.*.", "jobs.*.", "services.*.pre_start.[]."},
	"workload.":  {"services.*.", "jobs.*."},
}

// prefixOf returns the shared prefix of a source path and the rest, or "" for a path that stands for itself.
func prefixOf(path string) (prefix, rest string) {
	prefix, rest, found := strings.Cut(path, ".")
	if _, shared := sharedPrefixes[prefix+"."]; !found || !shared {
		return "", path
	}
	return prefix + ".", rest
}

var table = sync.OnceValue(func() []Row { return expand(sourceRows()) })

// All returns every row with expanded paths, sorted by path. The slice is shared and must not be changed.
func All() []Row { return table() }

// expand replaces shared rows by one row per place, fills the rows that inherit, and adds examples and defaults. A row
// written for a place wins over the shared one, and the shared rows below it take its word, too: a network that a hook
// cannot join has no aliases there either.
func expand(source []Row) []Row {
	explicit := map[string]Row{}
	for _, r := range source {
		if prefix, _ := prefixOf(r.Path); prefix == "" {
			explicit[r.Path] = r
		}
	}
	rows := map[string]Row{}
	for _, r := range source {
		prefix, rest := prefixOf(r.Path)
		if prefix == "" {
			continue
		}
		for _, place := range sharedPrefixes[prefix] {
			expanded := r
			expanded.Path = place + rest
			if overridden(explicit, place, rest) {
				expanded = Row{Path: expanded.Path, Docker: r.Docker}
			}
			rows[expanded.Path] = expanded
		}
	}
	maps.Copy(rows, explicit)
	paths := slices.Sorted(maps.Keys(rows)) // a parent sorts before its children, so it is complete when they inherit from it
	all := make([]Row, 0, len(paths))
	for _, path := range paths {
		rows[path] = complete(rows[path], rows)
		all = append(all, rows[path])
	}
	return all
}

// overridden reports whether a key above place+rest has a row written for that place.
func overridden(explicit map[string]Row, place, rest string) bool {
	for key := parentPath(rest); key != ""; key = parentPath(key) {
		if _, ok := explicit[place+key]; ok {
			return true
		}
	}
	return false
}

// complete fills in what a row inherits and what its class implies.
func complete(r Row, rows map[string]Row) Row {
	if r.Class == 0 {
		for path := parentPath(r.Path); path != ""; path = parentPath(path) {
			if parent, ok := rows[path]; ok {
				docker, own := r.Docker, r.Path
				r = parent
				r.Path, r.Docker, r.Example = own, docker, Example{}
				r.NoopValues, r.HarmlessValues = nil, nil
				break
			}
		}
	}
	if e, ok := examples()[r.Path]; ok {
		r.Example = e
	}
	switch r.Class {
	case Hint:
		r.Code = cmp.Or(r.Code, "no-equivalent")
		r.Severity = cmp.Or(r.Severity, diag.Warning)
	case Local:
		r.Code = cmp.Or(r.Code, "local-only")
		r.Severity = cmp.Or(r.Severity, diag.Info)
	case Refused:
		r.Severity = cmp.Or(r.Severity, diag.Error)
	case Exact, Close, Meta: // their owners decide what to report
	}
	return r
}

// parentPath returns the pattern one level up, "" at the top.
func parentPath(path string) string {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return ""
	}
	return path[:i]
}
