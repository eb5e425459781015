package apply

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// setByOthers returns the values in the spec of a workload that somebody else has set and the project does not name, such as
// variables of `kubectl set env`, each with who did it. An apply leaves them as they are, so that no diff would show them.
func setByOthers(s *plan.Step, isSecret func(name, value string) bool) []string {
	if s.Live == nil || !s.Ref.IsWorkload() || s.Action == plan.Recreate {
		return nil
	}
	ours, theirs := fieldpath.NewSet(), map[string]*fieldpath.Set{}
	for _, entry := range s.Live.GetManagedFields() {
		fields := fieldpath.NewSet()
		if entry.Subresource != "" || entry.FieldsV1 == nil || fields.FromJSON(bytes.NewReader(entry.FieldsV1.GetRawBytes())) != nil {
			continue
		}
		if entry.Manager == resource.FieldManager {
			ours = ours.Union(fields)
			continue
		}
		if theirs[entry.Manager] == nil {
			theirs[entry.Manager] = fieldpath.NewSet()
		}
		theirs[entry.Manager] = theirs[entry.Manager].Union(fields)
	}
	var out []string
	for _, manager := range resource.SortedKeys(theirs) {
		theirs[manager].Difference(ours).Leaves().Iterate(func(p fieldpath.Path) {
			name, set, isThere := valueAt(s.Live, p)
			if isThere && p[0].FieldName != nil && *p[0].FieldName == "spec" && !strings.Contains(name, "restartedAt") {
				if variable, is := variableIn(name); is && isSecret != nil && isSecret(variable, fmt.Sprint(set)) {
					set = "***"
				}
				out = append(out, fmt.Sprintf("%s=%v, set by %s", name, set, manager))
			}
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// variableIn returns the name of the variable whose value has a path such as …containers[web].env[NAME].value.
func variableIn(path string) (name string, is bool) {
	_, rest, found := strings.Cut(path, "].env[")
	name, is = strings.CutSuffix(rest, "].value")
	return name, found && is
}

// valueAt returns how people write a path, and the value there. A name by which an item of a list is found is no value.
func valueAt(o *unstructured.Unstructured, p fieldpath.Path) (name string, found any, isThere bool) {
	var b strings.Builder
	found = o.Object
	var key *fieldpath.PathElement
	for i, e := range p {
		switch {
		case e.FieldName != nil:
			if key != nil && i == len(p)-1 && slices.ContainsFunc(*key.Key, func(k value.Field) bool { return k.Name == *e.FieldName }) {
				return "", nil, false
			}
			m, isMap := found.(map[string]any)
			if found, isThere = m[*e.FieldName]; !isMap || !isThere {
				return "", nil, false
			}
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(*e.FieldName)
			key = nil
		case e.Key != nil:
			list, _ := found.([]any)
			j := slices.IndexFunc(list, func(item any) bool {
				m, _ := item.(map[string]any)
				return !slices.ContainsFunc(*e.Key, func(k value.Field) bool { return !resource.Equal(m[k.Name], k.Value.Unstructured()) })
			})
			if j < 0 {
				return "", nil, false
			}
			found, key = list[j], &p[i]
			fmt.Fprintf(&b, "[%v]", (*e.Key)[0].Value.Unstructured())
		default:
			return "", nil, false
		}
	}
	return b.String(), found, isThere
}
