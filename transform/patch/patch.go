// Package patch applies the patches of x-kubernetes to objects.
package patch

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/transform/build"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// Apply applies the patches of x-kubernetes to the objects, last of all: those of the project, then those of each service, in the
// order they are written. A service patches the objects that it owns; what it shares with others it patches by naming the
// kind. The result has no object that a patch {$patch: delete} takes away.
func Apply(p *input.Project, objects []build.Object, findings *report.Findings) []build.Object {
	a := &applier{objects: slices.Clone(objects), findings: findings}
	for i, patch := range p.Ext.Project.Patches {
		a.apply(patch, diag.At(extension.Key, "patches").Index(i), func(build.Object) bool { return true })
	}
	for _, s := range p.Services {
		for i, patch := range s.Ext.Patches {
			a.apply(patch, s.Key(extension.Key, "patches").Index(i), func(o build.Object) bool { return owns(s, o, patch.Target) })
		}
	}
	return slices.DeleteFunc(a.objects, func(o build.Object) bool { return o.Object == nil })
}

// owns reports whether a patch of a service is for an object.
func owns(s *input.Service, o build.Object, target extension.PatchTarget) bool {
	switch origin := o.Origin; {
	case !slices.Contains(origin.Services, s.Name):
		return false
	case len(origin.Services) == 1 || target.Kind != "":
		return true
	default: // made for this service first of all, such as the workload that others share
		return len(origin.Paths) > 0 && slices.Equal(origin.Paths[0], s.Path)
	}
}

// applier applies patches. An object that is taken away leaves nil in its place.
type applier struct {
	objects  []build.Object
	findings *report.Findings
}

func (a *applier) apply(patch extension.Patch, at diag.Path, among func(build.Object) bool) {
	matched := false
	for i, o := range a.objects {
		if o.Object == nil || !among(o) || !matches(patch.Target, o.Object) {
			continue
		}
		matched = true
		if patch.Patch["$patch"] == "delete" {
			a.objects[i].Object = nil
			continue
		}
		patched, err := patchedObject(o.Object, patch.Patch)
		if err == nil {
			err = patchConflict(o.Object, patched)
		}
		if err != nil {
			message, help := patchProblem(o.Object, err)
			a.findings.Add("extension-patch", patchPath(at, err), message, help)
			continue
		}
		a.objects[i].Object = patched
	}
	if !matched {
		a.reportUnused(patch.Target, at)
	}
}

func (a *applier) reportUnused(target extension.PatchTarget, at diag.Path) {
	help := "run transship convert without the patch to see the objects and their names"
	var kinds, names []string
	for _, o := range a.objects {
		if o.Object == nil {
			continue
		}
		kinds = append(kinds, objectKind(o.Object))
		if accessor, err := meta.Accessor(o.Object); err == nil && objectKind(o.Object) == target.Kind {
			names = append(names, accessor.GetName())
		}
	}
	candidates, word := kinds, target.Kind
	if slices.Contains(kinds, target.Kind) {
		candidates, word = names, target.Name
	}
	if closest := suggest.Closest(word, candidates); closest != "" && word != "" {
		help = fmt.Sprintf("did you mean %q? %s", closest, help)
	}
	a.findings.Addf("extension-patch-unused", at, help, "no object matches the target of this patch (kind %q, name %q)", target.Kind, target.Name)
}

func objectKind(o runtime.Object) string { return o.GetObjectKind().GroupVersionKind().Kind }

func matches(target extension.PatchTarget, o runtime.Object) bool {
	if target.Kind != "" && objectKind(o) != target.Kind {
		return false
	}
	accessor, err := meta.Accessor(o)
	return err == nil && (target.Name == "" || accessor.GetName() == target.Name)
}

// patchedObject returns o with a strategic-merge patch applied; a field that the type does not have is an error.
// Source: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/.
func patchedObject(o runtime.Object, patch map[string]any) (runtime.Object, error) {
	original, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("read the object: %w", err)
	}
	change, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("read the patch: %w", err)
	}
	text, err := patchedJSON(original, change, reflect.TypeOf(o).Elem())
	if err != nil {
		return nil, err
	}
	fresh, ok := reflect.TypeAssert[runtime.Object](reflect.New(reflect.TypeOf(o).Elem()))
	if !ok {
		return nil, fmt.Errorf("%T cannot be patched", o)
	}
	strict, err := kjson.UnmarshalStrict(text, fresh)
	if err != nil {
		return nil, err
	}
	if len(strict) > 0 {
		return nil, strict[0]
	}
	return fresh, nil
}

// patchedJSON applies a strategic-merge patch to an object of a type.
func patchedJSON(original, patch []byte, t reflect.Type) ([]byte, error) {
	var object, change map[string]any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(original, &object); err != nil {
		return nil, fmt.Errorf("read the object: %w", err)
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(patch, &change); err != nil {
		return nil, fmt.Errorf("read the patch: %w", err)
	}
	patched, err := merged(object, change, t)
	if err != nil {
		return nil, err
	}
	return json.Marshal(patched)
}
