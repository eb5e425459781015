package pod

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// podLabels adds what other passes select the Pods by, and what the user's labels become.
func (b *decider) podLabels() {
	for _, label := range b.names.PodLabels[b.pod] {
		b.labels[label] = "true"
	}
	maps.Copy(b.labels, b.network.PodLabels(b.pod))
	maps.Copy(b.labels, b.volumeLabels())
	for _, s := range b.pod.Members {
		b.memberAnnotations(s)
		for _, key := range slices.Sorted(maps.Keys(s.Ext.PodLabels)) {
			b.labels[key] = s.Ext.PodLabels[key]
		}
		maps.Copy(b.annotations, s.Ext.PodAnnotations)
	}
}

// accounts sets the ServiceAccount and the pull secrets that x-kubernetes names.
func (b *decider) accounts() {
	for _, s := range b.pod.Members {
		wish, have := s.Ext.ServiceAccountName, b.spec.ServiceAccountName
		switch {
		case wish == "" || wish == have:
		case have != "":
			b.findings.Addf("pod-level", s.Key("x-kubernetes", "serviceAccountName"), "use one account", "the Pod runs as the ServiceAccount %s, which another service in it asks for", have)
		default:
			b.spec.ServiceAccountName = wish
			b.spec.AutomountServiceAccountToken = nil // who names an account wants its token
		}
	}
	seen := map[string]bool{}
	for _, name := range b.pullSecrets() {
		if !seen[name] {
			seen[name] = true
			b.spec.ImagePullSecrets = append(b.spec.ImagePullSecrets, corev1.LocalObjectReference{Name: name})
		}
	}
}

func (b *decider) pullSecrets() []string {
	all := append([]string{}, b.project.Ext.Project.ImagePullSecrets...)
	for _, s := range b.pod.Members {
		all = append(all, s.Ext.ImagePullSecrets...)
	}
	return all
}
