// Package storage decides what the containers of a project mount, and which claims, ConfigMaps and Secrets are behind it.
package storage

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// Decide decides what every mount of the project becomes and names the objects behind them. It comes before the Pods,
// because whether a claim is shared, and what it is called, depends on every container of the project.
func Decide(p *input.Project, w *workload.Workloads, n *naming.Names, u *users.Users, findings *report.Findings) *plan.Storage {
	all, podOf := containersOf(w)
	claims, volumes := nameClaims(p, n)
	nameFileObjects(p, n)
	files := &contents{project: p, names: n, findings: findings, byIdentity: map[string]*plan.Content{}}
	used := map[string]bool{}
	survey := binds.Decide(p, all, func(v types.ServiceVolumeConfig) types.ServiceVolumeConfig { return translated(volumes, v) },
		func(u *input.Container) []*input.Container { return providers(p, u)[1:] })
	d := &mounting{
		project: p, workloads: w, names: n, findings: findings, podOf: podOf, volumes: volumes, outliving: outlivingVolumes(p, all, podOf),
		binds:   &bindMounts{Survey: survey, project: p, names: n, findings: findings, claims: claims, contents: files},
		entries: &contentMounts{project: p, users: u, findings: findings, contents: files, used: used},
		claims:  claims, used: used, mounts: map[*input.Container][]plan.Mount{}, planning: map[*input.Container]bool{},
	}
	for _, c := range all {
		d.mountsOf(c)
	}
	noteUsers(all, podOf, d.mounts)
	mounted := chooseAccessModes(p, w, claims, findings)
	decideFilling(all, d.mounts, w, u, findings)
	finishContents(all, d.mounts, n.Rewriter(findings))
	reportUnusedStorage(p, used, findings)
	return &plan.Storage{Mounts: d.mounts, Claims: emittedClaims(p, claims, findings), Contents: emittedContents(files.byIdentity, findings), Secrets: d.secrets, Mounted: mounted}
}

// containersOf returns every container of the project, services before their hooks, and the Pod of each.
func containersOf(w *workload.Workloads) (all []*input.Container, podOf map[*input.Container]*workload.Pod) {
	podOf = map[*input.Container]*workload.Pod{}
	for _, b := range w.Pods {
		for _, c := range b.Containers() {
			all = append(all, c)
			podOf[c] = b
		}
	}
	return all, podOf
}

// noteUsers tells each claim who mounts it.
func noteUsers(containers []*input.Container, podOf map[*input.Container]*workload.Pod, mounts map[*input.Container][]plan.Mount) {
	for _, u := range containers {
		for _, m := range mounts[u] {
			if m.Claim != nil {
				m.Claim.Users = append(m.Claim.Users, plan.ClaimUser{Container: u, Pod: podOf[u], Target: m.Target, ReadOnly: m.ReadOnly})
			}
		}
	}
}

// chooseAccessModes decides how each claim is mounted, now that all its users are known, and returns the claims of each Pod.
func chooseAccessModes(p *input.Project, w *workload.Workloads, all claims, findings *report.Findings) map[*workload.Pod][]*plan.Claim {
	mounted := map[*workload.Pod][]*plan.Claim{}
	for _, identity := range sorted.Keys(all) {
		c := all[identity]
		chooseAccessMode(p, c, findings)
		for _, b := range c.Pods() {
			mounted[b] = append(mounted[b], c)
		}
	}
	gatherColocated(w, all, mounted)
	return mounted
}

// finishContents gives the files that something mounts their last form, and notes who mounts them.
func finishContents(containers []*input.Container, mounts map[*input.Container][]plan.Mount, rewriter *naming.Rewriter) {
	for _, u := range containers {
		for _, m := range mounts[u] {
			if m.Filling != nil {
				finish(rewriter, m.Filling, u.Service.Name)
			}
			for _, part := range append([]plan.Mount{m}, m.Parts...) {
				if part.Content != nil {
					finish(rewriter, part.Content, u.Service.Name)
				}
			}
		}
	}
}

// emittedClaims returns the claims that the project makes. What nothing mounts is not made, and what exists already is only
// referred to.
func emittedClaims(p *input.Project, all claims, findings *report.Findings) []*plan.Claim {
	var list []*plan.Claim
	for _, identity := range sorted.Keys(all) {
		c := all[identity]
		if c.Existing || len(c.Users) == 0 || slices.Contains(list, c) {
			continue
		}
		if input.IsSwarmTemplate(c.Config.Name) {
			findings.Addf("swarm-template", c.At.Key("name"), "for storage of its own write one service for each task, each with another volume",
				"Swarm fills in the template %s, so that each task or node has a volume of its own; here all Pods share the claim %s", c.Config.Name, c.Name)
		}
		c.Size = claimSize(p, c, findings)
		reportFreeSpace(p, c, findings)
		c.Annotations = objectAnnotations(findings, c.At.Key("labels"), c.Config.Labels, c.Labels)
		list = append(list, c)
	}
	return list
}

// emittedContents returns the ConfigMaps and Secrets that the project makes of files.
func emittedContents(all map[string]*plan.Content, findings *report.Findings) []*plan.Content {
	var list []*plan.Content
	for _, identity := range sorted.Keys(all) {
		c := all[identity]
		if c.Existing || len(c.Users) == 0 {
			continue
		}
		if c.Owner == nil {
			c.Annotations = objectAnnotations(findings, c.At.Key("labels"), c.Labels)
		}
		list = append(list, c)
	}
	return list
}
