package convert

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
)

// Provenance returns one line for each compose service that an object was made for: its place and its path, as in
// "compose.yaml:12 services.web". An object that belongs to no single service gets none.
func Provenance(r *Result, object runtime.Object) string {
	meta, ok := object.(metav1.Object)
	if !ok || r.Loaded == nil {
		return ""
	}
	annotations := meta.GetAnnotations()
	names := annotations[transform.AnnotationServices]
	if names == "" {
		names = annotations[transform.AnnotationService]
	}
	var lines []string
	for name := range strings.SplitSeq(names, ",") {
		if name == "" {
			continue
		}
		path := diag.At("services", name)
		if _, isJob := r.Loaded.Project.Jobs[name]; isJob {
			path = diag.At("jobs", name)
		}
		line := path.String()
		if at := r.Loaded.Locate(path); at.IsKnown() {
			line = fmt.Sprintf("%s:%d %s", at.File, at.Line, line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
