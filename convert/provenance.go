package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/names"
)

// Provenance returns one line for each part of the Compose project that an object was made for: its place and its path,
// as in "compose.yaml:12 services.web". An object that was made for no part in particular gets none.
func Provenance(r *Result, object runtime.Object) string {
	if r.Loaded == nil {
		return ""
	}
	var lines []string
	for _, path := range Origins(r, object) {
		line := path.String()
		if at := r.Loaded.Locate(path); at.IsKnown() {
			line = fmt.Sprintf("%s:%d %s", at.File, at.Line, line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Origins returns the paths of the parts of the Compose project that an object was made for; none where it was made for no part in
// particular.
func Origins(r *Result, object runtime.Object) []diag.Path {
	meta, ok := object.(metav1.Object)
	if !ok || r.Loaded == nil {
		return nil
	}
	return originsOf(r.Loaded.Project, object.GetObjectKind().GroupVersionKind().Kind, meta)
}

// originsOf returns the paths of the services that an object names in its annotations, or of the config, secret or
// volume whose name its label carries.
func originsOf(project *types.Project, kind string, meta metav1.Object) []diag.Path {
	services := meta.GetAnnotations()[transform.AnnotationServices]
	if services == "" {
		services = meta.GetAnnotations()[transform.AnnotationService]
	}
	var paths []diag.Path
	for _, name := range strings.FieldsFunc(services, func(r rune) bool { return r == ',' }) {
		if _, isJob := project.Jobs[name]; isJob {
			paths = append(paths, diag.At("jobs", name))
		} else {
			paths = append(paths, diag.At("services", name))
		}
	}
	if len(paths) > 0 {
		return paths
	}
	section, declared := "", []string(nil)
	switch kind {
	case "ConfigMap":
		section, declared = "configs", slices.Sorted(maps.Keys(project.Configs))
	case "Secret":
		section, declared = "secrets", slices.Sorted(maps.Keys(project.Secrets))
	case "PersistentVolumeClaim":
		section, declared = "volumes", slices.Sorted(maps.Keys(project.Volumes))
	}
	for _, name := range declared {
		if names.Normalize(name, names.MaxLabel) == meta.GetLabels()[transform.LabelName] {
			return []diag.Path{diag.At(section, name)}
		}
	}
	return nil
}
