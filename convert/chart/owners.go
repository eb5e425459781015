package chart

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
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
	if from.ForWaits || len(from.Paths) == 0 || len(from.Paths[0]) < 2 || from.Paths[0][0] != "services" && from.Paths[0][0] != "jobs" {
		return nil
	}
	main := from.Paths[0][1]
	if !slices.Contains(from.Services, main) { // what one service asks of another belongs to the latter
		return from.Services
	}
	return append([]string{main}, slices.DeleteFunc(slices.Clone(from.Services), func(name string) bool { return name == main })...)
}

// waits returns the init containers of a workload that wait, by name.
func (all origins) waits(object runtime.Object) map[string]transform.Waiter {
	waits := map[string]transform.Waiter{}
	for _, w := range all[object].Waits {
		waits[w.Container] = w
	}
	return waits
}
