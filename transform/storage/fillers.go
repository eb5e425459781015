package storage

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// filler is a container whose image fills a volume, and the place where it has the files.
type filler struct {
	container *input.Container
	mount     plan.Mount
}

// fillersOf returns what fills each volume, in the order of the containers.
func fillersOf(containers []*input.Container, mounts map[*input.Container][]plan.Mount) map[string][]filler {
	found := map[string][]filler{}
	for _, u := range containers {
		for _, m := range mounts[u] {
			if m.Claim != nil && m.Writable == "" && m.Filling == nil && fills(u, m) {
				found[volumeOf(m)] = append(found[volumeOf(m)], filler{u, m})
			}
		}
	}
	return found
}

// volumeOf names the volume of a mount, which is a directory of a claim.
func volumeOf(m plan.Mount) string { return m.Claim.Name + " " + m.SubPath }

// fillerBeside returns what another service fills a volume with, nil if none does.
func fillerBeside(u *input.Container, all []filler) *filler {
	i := slices.IndexFunc(all, func(f filler) bool { return f.container.Service != u.Service })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// filledBefore returns a service that a container's service depends on and whose image is certain to fill the volume: docker compose makes its
// container first, and copies nothing into a volume that has something.
func filledBefore(u *input.Container, all []filler) *filler {
	i := slices.IndexFunc(all, func(f filler) bool {
		content, _ := imageContent(f.container, f.mount.Target)
		_, depends := u.Service.Config.DependsOn[f.container.Service.Name]
		return depends && content == source.Yes && !isSameImage(f.container, u)
	})
	if i < 0 {
		return nil
	}
	return &all[i]
}

// isSameImage reports whether two containers run one image: by its name, or by the build that makes it.
func isSameImage(a, b *input.Container) bool {
	if a.Spec.Image != "" || b.Spec.Image != "" {
		return a.Spec.Image == b.Spec.Image
	}
	return reflect.DeepEqual(a.Service.Build(), b.Service.Build())
}

// fillingOwner returns the user who is to own the files with which a volume begins, whichever Pod comes first: the first that may write there
// and is known.
func fillingOwner(containers []*input.Container, mounts map[*input.Container][]plan.Mount, ids *users.Users, filling *plan.Content) users.IDs {
	for _, u := range containers {
		for _, m := range mounts[u] {
			if owner := ids.Process(u); m.Filling == filling && !m.ReadOnly && owner.User != nil {
				return owner
			}
		}
	}
	return users.IDs{}
}

// reportEarlierWriter reports a service that writes to a volume before the image of another one has filled it. docker compose makes all
// containers, and fills their volumes, before it starts the first of them; here a Pod fills a volume when it starts, and only one
// in which nothing is. In one Pod the copy comes first.
func reportEarlierWriter(u *input.Container, m plan.Mount, mounts map[*input.Container][]plan.Mount, w *workload.Workloads, findings *report.Findings) {
	for _, name := range sorted.Keys(u.Service.Config.DependsOn) {
		d := u.Service.Config.DependsOn[name]
		i := slices.IndexFunc(w.Pods, func(b *workload.Pod) bool {
			return slices.ContainsFunc(b.Members, func(s *input.Service) bool { return s.Name == name })
		})
		if d.Condition == types.ServiceConditionStarted || i < 0 || w.Pods[i] == w.Pod(u.Service) || w.Pods[i].Kind == workload.None {
			continue
		}
		j := slices.IndexFunc(w.Pods[i].Members, func(s *input.Service) bool { return s.Name == name })
		first := w.Pods[i].Members[j].Container()
		writes := func(x plan.Mount) bool {
			content, _ := imageContent(first, x.Target)
			return x.Claim == m.Claim && !x.ReadOnly && content != source.Yes // or its own image fills the volume, as on Docker
		}
		if !slices.ContainsFunc(mounts[first], writes) || isSameImage(first, u) {
			continue
		}
		help := "x-kubernetes: {group: …} with the same value at both puts them into one Pod, where the copy comes first"
		if d.Condition == types.ServiceConditionCompletedSuccessfully {
			help = fmt.Sprintf("x-kubernetes: {inline: true} on %s runs it in the Pod of %s, where the copy comes first", name, u.Service.Name)
		}
		findings.Addf("copy-up-order", m.At, help, "Docker fills the volume with what the image of %s has in %s before %s starts; here %s may be first, and nothing is copied into a volume that has something",
			u.Service.Name, m.Target, name, name)
	}
}
