package resource

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// ForOneOff splits the objects of a service, and of what it depends on, for a run of the service alone: the workload that
// stands for it, which is only a model then, and all that has to be there. What leads traffic to the service stays away,
// and so do its dependencies if they are not wanted. The workload is nil if there is none.
func ForOneOff(objects []*unstructured.Unstructured, service string, withDependencies bool) (model *unstructured.Unstructured, needed []*unstructured.Unstructured) {
	for _, o := range objects {
		if model == nil && RefOf(o).IsWorkload() && Stands(o, service) {
			model = o
		}
	}
	if model == nil {
		return nil, nil
	}
	others := map[string]bool{} // names on the cluster of what the service depends on
	for _, o := range objects {
		if !withDependencies && RefOf(o).IsWorkload() && !Stands(o, service) {
			others[o.GetLabels()[LabelName]] = true
		}
	}
	ground := []string{"ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount", "Role", "RoleBinding", "NetworkPolicy"}
	for _, o := range objects {
		isItsOwn := o.GetLabels()[LabelName] == model.GetLabels()[LabelName] || slices.ContainsFunc(ServicesOf(model), func(name string) bool {
			return o.GetAnnotations()[AnnotationService] == name
		})
		if others[o.GetLabels()[LabelName]] {
			continue
		}
		if !isItsOwn || slices.Contains(ground, o.GetKind()) {
			needed = append(needed, o)
		}
	}
	return model, needed
}
