package chart

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/transform"
)

// origins says for the objects of all conversions that a chart is made of where they come from.
type origins map[runtime.Object]transform.Origin

// originsOf collects the origins of the conversions of a chart.
func originsOf(o Options, result *convert.Result) origins {
	all := origins{}
	maps.Copy(all, result.Origins)
	if o.AllProfiles != nil {
		maps.Copy(all, o.AllProfiles.Origins)
	}
	for _, overlay := range o.Overlays {
		maps.Copy(all, overlay.Result.Origins)
	}
	return all
}

// owners returns the Compose services that an object was made for, the main one first; none for an object of the project as a
// whole, and for what is there because Pods use it: who does is looked up.
func (all origins) owners(object runtime.Object) []string {
	switch object.(type) {
	case *corev1.ConfigMap, *corev1.Secret, *corev1.PersistentVolumeClaim, *corev1.PersistentVolume, *corev1.Namespace:
		return nil
	}
	from := all[object]
	if isWaiting(object) || len(from.Paths) == 0 || len(from.Paths[0]) < 2 || from.Paths[0][0] != "services" && from.Paths[0][0] != "jobs" {
		return nil
	}
	main := from.Paths[0][1]
	if !slices.Contains(from.Services, main) { // what one service asks of another belongs to the latter
		return from.Services
	}
	return append([]string{main}, slices.DeleteFunc(slices.Clone(from.Services), func(name string) bool { return name == main })...)
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
