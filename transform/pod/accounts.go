package pod

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// serviceAccount returns the ServiceAccount that the Pod runs as: that of its waiters, "" for none, or what x-kubernetes names.
// wanted reports that a service names one, and so wants its token.
func serviceAccount(b *workload.Pod, ofWaiters string, findings *report.Findings) (have string, wanted bool) {
	have = ofWaiters
	for _, s := range b.Members {
		wish := s.Ext.ServiceAccountName
		switch {
		case wish == "" || wish == have:
		case have != "":
			findings.Addf("pod-level", s.Key("x-kubernetes", "serviceAccountName"), "use one account", "the Pod runs as the ServiceAccount %s, which another service in it asks for", have)
		default:
			have, wanted = wish, true
		}
	}
	return have, wanted
}

// pullSecrets returns the Secrets that x-kubernetes names for the images: those of the project and those of the members.
func pullSecrets(b *workload.Pod, ofProject []string) []corev1.LocalObjectReference {
	all := slices.Clone(ofProject)
	for _, s := range b.Members {
		all = append(all, s.Ext.ImagePullSecrets...)
	}
	var list []corev1.LocalObjectReference
	for _, name := range all {
		if secret := (corev1.LocalObjectReference{Name: name}); !slices.Contains(list, secret) {
			list = append(list, secret)
		}
	}
	return list
}
