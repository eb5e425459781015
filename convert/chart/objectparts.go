package chart

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/internal/podtemplate"
)

func podSpecOf(o runtime.Object) *corev1.PodSpec {
	if t := podtemplate.Of(o); t != nil {
		return &t.Spec
	}
	if p, ok := o.(*corev1.Pod); ok {
		return &p.Spec
	}
	return nil
}

// isJob reports whether the Pods of an object are to end.
func isJob(o runtime.Object) bool {
	switch o.(type) {
	case *batchv1.Job, *batchv1.CronJob:
		return true
	}
	return false
}

func identityOf(o runtime.Object) string {
	name := ""
	if meta, ok := o.(metav1.Object); ok {
		name = meta.GetName()
	}
	return o.GetObjectKind().GroupVersionKind().Kind + "/" + name
}

func baseName(file string) string {
	if i := strings.LastIndexAny(file, `/\`); i >= 0 && (file[0] == '/' || strings.HasPrefix(file, "..") || len(file) > 1 && file[1] == ':') {
		return file[i+1:]
	}
	return file
}
