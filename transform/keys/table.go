package keys

import (
	"cmp"
	"strings"
	"sync"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// areas is the table as it is written, one slice per area.
func areas() [][]Row {
	return [][]Row{
		projectRows, networkRows, volumeRows, secretRows, configRows, modelRows,
		imageRows, lifecycleRows, buildRows, portRows, serviceNetworkRows, mountRows, healthRows, resourceRows,
		securityRows, deployRows, jobRows, preStartRows,
	}
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

var table = sync.OnceValue(func() []Row {
	rows := map[string]Row{}
	tree().collect(rows)
	all := make([]Row, 0, len(rows))
	for _, path := range sorted.Keys(rows) {
		r := rows[path]
		all = append(all, shown(&r))
	}
	return all
})

// All returns every row with expanded paths, sorted by path. The slice is shared and must not be changed.
func All() []Row { return table() }

// complete fills in what a row takes from the one above it and what its class implies.
func complete(r Row, above *Row) *Row {
	if r.Class == 0 && above != nil {
		docker, own := r.Docker, r.Path
		r = *above
		r.Path, r.Docker = own, docker
		r.NoopValues, r.HarmlessValues = nil, nil
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
	return &r
}
