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

// gatherColocated gives claims that must be on one node a common name: those that some Pod mounts together, and by
// that all that hang together in this way. One name and one term for all of them, because the scheduler lets the first Pod
// of its kind go anywhere only while no term of it matches another Pod: with a term for each volume, a Pod that finds company
// for one volume and none for the other would wait for ever, and two Pods with one volume each could settle on two nodes
// before the one arrives that needs both.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/interpodaffinity/filtering.go, satisfyPodAffinity
func (p *project) gatherColocated() {
	leader := map[*claim]*claim{}
	var find func(c *claim) *claim
	find = func(c *claim) *claim {
		if leader[c] == nil || leader[c] == c {
			return c
		}
		leader[c] = find(leader[c])
		return leader[c]
	}
	for _, b := range p.pods {
		claims := b.colocatedClaims()
		for i := 1; i < len(claims); i++ {
			first, other := find(claims[0]), find(claims[i])
			if compareStrings(other.name, first.name) < 0 {
				first, other = other, first
			}
			leader[other] = first
		}
	}
	for _, c := range p.storage.claims {
		c.gathering = find(c).name
	}
}

// gathering returns the name under which the Pods that must be on this one's node find each other, "" if it may be
// anywhere.
func (b *pod) gathering() string {
	if claims := b.colocatedClaims(); len(claims) > 0 {
		return claims[0].gathering
	}
	return ""
}

// volumeLabels returns the Pod label by which Pods that share volumes find each other's node.
func (b *pod) volumeLabels() map[string]string {
	if name := b.gathering(); name != "" {
		return map[string]string{LabelVolume + name: "true"}
	}
	return nil
}

// volumeAffinity returns the term that keeps the Pod on the node of the volumes it shares, nil if it shares none.
//
// The term matches the Pod itself, so the first one can be scheduled anywhere. A node that is full leaves
// the others pending, as a full host would on Docker.
// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
func (b *pod) volumeAffinity() *corev1.PodAffinity {
	name := b.gathering()
	if name == "" {
		return nil
	}
	return &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
		TopologyKey:   corev1.LabelHostname,
		LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{LabelVolume + name: "true", LabelInstance: b.instance()}},
	}}}
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
