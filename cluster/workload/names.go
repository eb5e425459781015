package workload

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
)

// WarnOfShared says which services share a Pod with those that were named, so that whatever happens to those happens to
// them. Nothing is said if none was named, which means all.
func WarnOfShared(objects []*unstructured.Unstructured, named []string, sink event.Sink) {
	for _, o := range objects {
		services := resource.ServicesOf(o)
		if !resource.RefOf(o).IsWorkload() || slices.Contains(named, o.GetLabels()[resource.LabelName]) && len(services) == 1 {
			continue
		}
		isNamed := func(name string) bool { return slices.Contains(named, name) }
		others := slices.DeleteFunc(slices.Clone(services), isNamed)
		if len(others) > 0 && slices.ContainsFunc(services, isNamed) {
			sink.Warn("%s goes along: it is one Pod with %s", strings.Join(others, ", "), strings.Join(slices.DeleteFunc(services, func(name string) bool { return !isNamed(name) }), ", "))
		}
	}
}
