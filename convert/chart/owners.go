package chart

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/transform"
)

// owners returns the Compose services that an object was made for, the main one first; none for an object of the project as a
// whole. It is all that the chart guesses from labels and annotations.
func owners(object runtime.Object, byLabel map[string]string) []string {
	meta, ok := object.(metav1.Object)
	if !ok {
		return nil
	}
	annotations := meta.GetAnnotations()
	main := annotations[transform.AnnotationService]
	var all []string
	if main != "" {
		all = append(all, main)
	}
	for _, name := range strings.FieldsFunc(annotations[transform.AnnotationServices], func(r rune) bool { return r == ',' }) {
		if name = strings.TrimSpace(name); name != main {
			all = append(all, name)
		}
	}
	if len(all) > 0 {
		return all
	}
	label := meta.GetLabels()[transform.LabelName]
	switch o := object.(type) {
	case *corev1.ConfigMap, *corev1.Secret, *corev1.PersistentVolumeClaim, *corev1.PersistentVolume, *corev1.Namespace:
		return nil // who uses them is looked up
	case *networkingv1.NetworkPolicy:
		label = o.Spec.PodSelector.MatchLabels[transform.LabelName]
	}
	if name, known := byLabel[label]; known {
		return []string{name}
	}
	return nil
}

// awaited returns the name of the Service or Job that an init container waits for.
func awaited(c *corev1.Container) (name string, isJob, ok bool) {
	for _, prefix := range []string{"wait-", "check-"} {
		target, found := strings.CutPrefix(c.Name, prefix)
		if !found || c.SecurityContext == nil || c.SecurityContext.RunAsUser == nil || *c.SecurityContext.RunAsUser != 65534 {
			continue
		}
		if job := jobArgument(c); job >= 0 {
			return strings.TrimPrefix(c.Command[job], "job/"), true, true
		}
		return target, false, prefix == "wait-" && len(c.Command) == 3 && strings.HasPrefix(c.Command[2], "until ")
	}
	return "", false, false
}

// jobArgument returns the index of the argument that names a Job, or -1.
func jobArgument(c *corev1.Container) int {
	last := len(c.Command) - 1
	if last > 0 && c.Command[0] == "kubectl" && strings.HasPrefix(c.Command[last], "job/") {
		return last
	}
	return -1
}

// isWaiting reports whether an object exists only so that Pods can wait for Jobs.
func isWaiting(object runtime.Object) bool {
	meta, ok := object.(metav1.Object)
	if !ok || len(meta.GetAnnotations()) > 0 || !strings.HasSuffix(meta.GetName(), "-waiter") {
		return false
	}
	switch object.GetObjectKind().GroupVersionKind().Kind {
	case "ServiceAccount", "Role", "RoleBinding":
		return true
	}
	return false
}
