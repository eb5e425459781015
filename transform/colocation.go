package transform

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// colocatedClaims returns the claims for which the Pod must be where their other users are, by name.
func (b *pod) colocatedClaims() []*claim {
	var claims []*claim
	for _, c := range b.storage.mounted[b] {
		if c.colocated {
			claims = append(claims, c)
		}
	}
	slices.SortFunc(claims, func(x, y *claim) int { return compareStrings(x.name, y.name) })
	return claims
}

// volumeLabels returns the Pod labels by which Pods that share a volume find each other's node.
func (b *pod) volumeLabels() map[string]string {
	labels := map[string]string{}
	for _, c := range b.colocatedClaims() {
		labels[LabelVolume+c.name] = "true"
	}
	return labels
}

// volumeAffinity returns the terms that keep the Pod on the node of the volumes it shares, nil if it shares none.
//
// The term matches the Pod itself, so the first one can be scheduled anywhere. A node that is full leaves
// the others pending, as a full host would on Docker.
// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
func (b *pod) volumeAffinity() *corev1.PodAffinity {
	var terms []corev1.PodAffinityTerm
	for _, c := range b.colocatedClaims() {
		terms = append(terms, corev1.PodAffinityTerm{
			TopologyKey:   corev1.LabelHostname,
			LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{LabelVolume + c.name: "true", LabelInstance: b.instance()}},
		})
	}
	if terms == nil {
		return nil
	}
	return &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
}

// pinsVolume reports whether the Pod writes to a claim that only one node can mount, so that an old and a new Pod must
// not overlap: on two nodes the new one would never start, on one node both would write. What an existing claim
// allows is not known; waiting for the old Pod is the safe choice.
func (b *pod) pinsVolume() bool {
	for _, c := range b.storage.mounted[b] {
		if c.mode == corev1.ReadWriteMany || c.mode == corev1.ReadOnlyMany {
			continue
		}
		if slices.ContainsFunc(c.users, func(user claimUser) bool { return user.unit.pod == b && !user.readOnly }) {
			return true
		}
	}
	return false
}
