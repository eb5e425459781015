package convert

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// applyOrder lists the kinds in the order in which a cluster should receive them, so that nothing waits for something
// that comes later: what others refer to first, workloads next, what refers to workloads last. Network policies stand
// before the workloads: a policy selects Pods by label and needs none to exist, while a Pod that starts before its
// policy is open to everybody until then.
var applyOrder = []string{
	"Namespace", "ResourceQuota", "LimitRange", "PriorityClass",
	"ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding",
	"NetworkPolicy",
	"ConfigMap", "Secret", "ExternalSecret", "SealedSecret",
	"StorageClass", "PersistentVolume", "PersistentVolumeClaim",
	"Service",
	"DaemonSet", "StatefulSet", "Deployment", "Pod", "Job", "CronJob",
	"HorizontalPodAutoscaler", "PodDisruptionBudget",
	"Gateway", "Ingress", "HTTPRoute", "TCPRoute",
}

// kindRank returns the place of a kind in the apply order; kinds nobody listed come last.
func kindRank(kind string) int {
	if i := slices.Index(applyOrder, kind); i >= 0 {
		return i
	}
	return len(applyOrder)
}

// Ordered returns the objects in apply order: by kind, then namespace and name. The order is total, so the same objects
// give the same sequence whatever their order was.
func Ordered(objects []runtime.Object) []runtime.Object {
	type entry struct {
		object                runtime.Object
		rank                  int
		group, kind, ns, name string
	}
	entries := make([]entry, len(objects))
	for i, o := range objects {
		gvk := o.GetObjectKind().GroupVersionKind()
		entries[i] = entry{object: o, rank: kindRank(gvk.Kind), group: gvk.Group, kind: gvk.Kind}
		if meta, ok := o.(metav1.Object); ok {
			entries[i].ns, entries[i].name = meta.GetNamespace(), meta.GetName()
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(a.rank, b.rank), cmp.Compare(a.kind, b.kind), cmp.Compare(a.group, b.group),
			cmp.Compare(a.ns, b.ns), cmp.Compare(a.name, b.name),
		)
	})
	out := make([]runtime.Object, len(entries))
	for i, e := range entries {
		out[i] = e.object
	}
	return out
}
