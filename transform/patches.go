package transform

import (
	"encoding/json"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	kjson "sigs.k8s.io/json"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
)

// applyPatches applies the patches of x-kubernetes to the emitted objects, last of all: those of the project, then those
// of each service, in the order they are written.
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
		if !among(o) || !matches(patch.Target, o) {
			continue
		}
		matched = true
		patched, err := patchedObject(o, patch.Patch)
		if err != nil {
			p.report("extension-patch", at, err.Error(), "a patch is a strategic-merge patch, as kubectl patch and kustomize take it")
			continue
		}
		p.objects[i] = patched
	}
	if !matched {
		p.reportf("extension-patch-unused", at, "run transship convert without the patch to see the objects and their names",
			"no object matches the target of this patch (kind %q, name %q)", patch.Target.Kind, patch.Target.Name)
	}
}

func matches(target extension.PatchTarget, o runtime.Object) bool {
	if target.Kind != "" && o.GetObjectKind().GroupVersionKind().Kind != target.Kind {
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
		return nil, fmt.Errorf("apply the patch to %s: %w", o.GetObjectKind().GroupVersionKind().Kind, err)
	}
	fresh, ok := reflect.TypeAssert[runtime.Object](reflect.New(reflect.TypeOf(o).Elem()))
	if !ok {
		return nil, fmt.Errorf("%T cannot be patched", o)
	}
	strict, err := kjson.UnmarshalStrict(merged, fresh)
	if err != nil {
		return nil, fmt.Errorf("the patched %s does not fit its type: %w", o.GetObjectKind().GroupVersionKind().Kind, err)
	}
	if len(strict) > 0 {
		return nil, fmt.Errorf("the patched %s has %w", o.GetObjectKind().GroupVersionKind().Kind, strict[0])
	}
	return fresh, nil
}
