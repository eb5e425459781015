package pod

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// colocatedClaims returns the claims for which the Pod must be where their other users are, by name.
func colocatedClaims(mounted []*plan.Claim) []*plan.Claim {
	var claims []*plan.Claim
	for _, c := range mounted {
		if c.Colocated {
			claims = append(claims, c)
		}
	}
	slices.SortFunc(claims, func(x, y *plan.Claim) int { return cmp.Compare(x.Name, y.Name) })
	return claims
}

// gathering returns the name under which the Pods that must be on this one's node find each other, "" if it may be
// anywhere.
func gathering(mounted []*plan.Claim) string {
	if claims := colocatedClaims(mounted); len(claims) > 0 {
		return claims[0].Gathering
	}
	return ""
}

// volumeLabels returns the Pod label by which Pods that share volumes find each other's node.
func volumeLabels(mounted []*plan.Claim) map[string]string {
	if name := gathering(mounted); name != "" {
		return map[string]string{labels.Volume + name: "true"}
	}
	return nil
}

// volumeAffinity returns the term that keeps the Pod on the node of the volumes it shares, nil if it shares none.
//
// The term matches the Pod itself, so the first one can be scheduled anywhere. A node that is full leaves
// the others pending, as a full host would on Docker.
// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
func volumeAffinity(mounted []*plan.Claim, instance string) *corev1.PodAffinity {
	name := gathering(mounted)
	if name == "" {
		return nil
	}
	return &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
		TopologyKey:   corev1.LabelHostname,
		LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{labels.Volume + name: "true", labels.Instance: instance}},
	}}}
}

// pinsVolume reports whether the Pod writes to a claim that only one node can mount, so that an old and a new Pod must
// not overlap: on two nodes the new one would never start, on one node both would write. What an existing claim
// allows is not known; waiting for the old Pod is the safe choice.
func pinsVolume(b *workload.Pod, mounted []*plan.Claim) bool {
	for _, c := range mounted {
		if c.Mode == corev1.ReadWriteMany || c.Mode == corev1.ReadOnlyMany {
			continue
		}
		if slices.ContainsFunc(c.Users, func(user plan.ClaimUser) bool { return user.Pod == b && !user.ReadOnly }) {
			return true
		}
	}
	return false
}
