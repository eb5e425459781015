package reasons

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// storageRows are for claims and volumes.
var storageRows = []row{
	{"PersistentVolumeClaim", "spec.accessModes[]", byAny, isShare, "a share can be mounted on every node"},
	{"PersistentVolumeClaim", "spec.accessModes[]", byAny, hasMode(corev1.ReadWriteOnce), "one node mounts it at a time, which every storage class can do"},
	{"PersistentVolumeClaim", "spec.accessModes[]", byAny, hasMode(corev1.ReadWriteMany), "its Pods may run on several nodes"},
	{"PersistentVolumeClaim", "spec.storageClassName", byAny, isShare, "no class makes it: it is bound to the volume of the share"},
	{"PersistentVolumeClaim", "spec.volumeName", byAny, isShare, "the volume of the share"},
	{"PersistentVolumeClaim", "spec.resources.requests.storage", byNoKey, isShare, "says nothing: a share is as large as it is"},
	{"PersistentVolumeClaim", "spec.resources.requests.storage", byNoKey, hasNoSize, "a claim must have a size and a volume of Docker has none; --volume-size sets another"},
	{"PersistentVolumeClaim", "spec.resources.requests.storage", byNoKey, nil, "the size that --volume-size or x-kubernetes says"},
	{"PersistentVolume", "spec.persistentVolumeReclaimPolicy", byAny, nil, "the data of the share outlives the project"},
	{"PersistentVolume", "spec.capacity", byNoKey, nil, "says nothing: a share is as large as it is"},
	{"PersistentVolume", "spec.accessModes", byNoKey, nil, "a share can be mounted on every node"},
}

// secretRows are for Secrets and what makes them, and for the access that waiting needs.
var secretRows = []row{
	{"ServiceAccount", "automountServiceAccountToken", byAny, nil, tokenOfWaiters},
	{"Role", "rules", byAny, nil, "no more than it takes to see whether these Jobs have ended"},
	{"RoleBinding", "subjects", byAny, nil, "the account of the Pods that wait for a Job"},
	{"ExternalSecret", "spec.refreshInterval", byAny, nil, "how often the operator looks into the store"},
	{"ExternalSecret", "spec.data", byAny, nil, "the values are in the store, below the names of project and Secret"},
}

func claim(s *spot) *corev1.PersistentVolumeClaimSpec {
	return &s.object.(*corev1.PersistentVolumeClaim).Spec
}

func isShare(s *spot) bool { return claim(s).VolumeName != "" }

func hasMode(mode corev1.PersistentVolumeAccessMode) func(*spot) bool {
	return func(s *spot) bool { return slices.Contains(claim(s).AccessModes, mode) }
}

// hasNoSize reports whether the conversion has said that it chose the size.
func hasNoSize(s *spot) bool {
	return slices.ContainsFunc(s.origin().Paths, func(at diag.Path) bool { return s.found(at, "volume-size-default", "volume-size-database") })
}
