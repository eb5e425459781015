package storage

import (
	"cmp"
	"slices"

	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// colocated returns the claims for which the Pod must be where their other users are, by name.
func colocated(mounted []*plan.Claim) []*plan.Claim {
	var claims []*plan.Claim
	for _, c := range mounted {
		if c.Colocated {
			claims = append(claims, c)
		}
	}
	slices.SortFunc(claims, func(x, y *plan.Claim) int { return cmp.Compare(x.Name, y.Name) })
	return claims
}

// gatherColocated gives claims that must be on one node a common name: those that some Pod mounts together, and by
// that all that hang together in this way. One name and one term for all of them, because the scheduler lets the first Pod
// of its kind go anywhere only while no term of it matches another Pod: with a term for each volume, a Pod that finds company
// for one volume and none for the other would wait for ever, and two Pods with one volume each could settle on two nodes
// before the one arrives that needs both.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/interpodaffinity/filtering.go, satisfyPodAffinity
func gatherColocated(w *workload.Workloads, all claims, mounted map[*workload.Pod][]*plan.Claim) {
	leader := map[*plan.Claim]*plan.Claim{}
	var find func(c *plan.Claim) *plan.Claim
	find = func(c *plan.Claim) *plan.Claim {
		if leader[c] == nil || leader[c] == c {
			return c
		}
		leader[c] = find(leader[c])
		return leader[c]
	}
	for _, b := range w.Pods {
		claims := colocated(mounted[b])
		for i := 1; i < len(claims); i++ {
			first, other := find(claims[0]), find(claims[i])
			if cmp.Compare(other.Name, first.Name) < 0 {
				first, other = other, first
			}
			leader[other] = first
		}
	}
	for _, c := range all {
		c.Gathering = find(c).Name
	}
}
