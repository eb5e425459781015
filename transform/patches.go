package transform

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	kjson "sigs.k8s.io/json"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/transform/extension"
)

// applyPatches applies the patches of x-kubernetes to the emitted objects, last of all: those of the project, then those
// of each service, in the order they are written. A patch {$patch: delete} leaves nil in the place of its objects.
func (p *project) applyPatches() {
	for i, patch := range p.ext.Project.Patches {
		p.applyPatch(patch, diag.At(extension.Key, "patches").Index(i), func(runtime.Object) bool { return true })
	}
	for _, s := range p.services {
		for i, patch := range s.ext.Patches {
			p.applyPatch(patch, s.key(extension.Key, "patches").Index(i), s.owns)
		}
	}
}

// owns reports whether an object was made for this service.
func (s *service) owns(o runtime.Object) bool {
	accessor, err := meta.Accessor(o)
	return err == nil && accessor.GetLabels()[LabelName] == s.dns
}

func (p *project) applyPatch(patch extension.Patch, at diag.Path, among func(runtime.Object) bool) {
	matched := false
	for i, o := range p.objects {
		if o == nil || !among(o) || !matches(patch.Target, o) {
			continue
		}
		matched = true
		if patch.Patch["$patch"] == "delete" {
			p.objects[i] = nil
			continue
		}
		patched, err := patchedObject(o, patch.Patch)
		if err == nil {
			err = patchConflict(o, patched)
		}
		if err != nil {
			message, help := patchProblem(o, err)
			p.report("extension-patch", patchPath(at, err), message, help)
			continue
		}
		p.objects[i] = patched
	}
	if !matched {
		p.reportUnusedPatch(patch.Target, at)
	}
}

func (p *project) reportUnusedPatch(target extension.PatchTarget, at diag.Path) {
	help := "run transship convert without the patch to see the objects and their names"
	var kinds, names []string
	for _, o := range p.objects {
		if o == nil {
			continue
		}
		kinds = append(kinds, objectKind(o))
		if accessor, err := meta.Accessor(o); err == nil && objectKind(o) == target.Kind {
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
	p.reportf("extension-patch-unused", at, help, "no object matches the target of this patch (kind %q, name %q)", target.Kind, target.Name)
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
	merged, err := strategicpatch.StrategicMergePatch(original, change, o)
	if err != nil {
		return nil, err
	}
	fresh, ok := reflect.TypeAssert[runtime.Object](reflect.New(reflect.TypeOf(o).Elem()))
	if !ok {
		return nil, fmt.Errorf("%T cannot be patched", o)
	}
	strict, err := kjson.UnmarshalStrict(merged, fresh)
	if err != nil {
		return nil, err
	}
	if len(strict) > 0 {
		return nil, strict[0]
	}
	return fresh, nil
}
