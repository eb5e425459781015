// Package storage decides what the containers of a project mount, and which claims, ConfigMaps and Secrets are behind it.
package storage

import (
	"maps"
	"slices"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// decider decides on storage. What is above the empty line is complete when it is made; the tables below it are filled while
// the mounts of one container after the other are decided.
type decider struct {
	project    *input.Project
	workloads  *workload.Workloads
	names      *naming.Names
	rewriter   *naming.Rewriter
	users      *users.Users
	findings   *report.Findings
	containers []*input.Container // every container, services before their hooks
	podOf      map[*input.Container]*workload.Pod
	volumes    map[string]*plan.Claim // of the top-level volumes, by Compose name
	binds      binds
	outliving  map[string]bool // services whose anonymous volumes other Pods mount

	mounts   map[*input.Container][]plan.Mount
	planning map[*input.Container]bool // against circles of volumes_from
	claims   map[string]*plan.Claim    // by identity
	contents map[string]*plan.Content  // ConfigMaps and Secrets made of files, by identity
	used     map[string]bool           // top-level entries that something mounts, by path
	secrets  []plan.Secret
}

// Decide decides what every mount of the project becomes and names the objects behind them. It comes before the Pods,
// because whether a claim is shared, and what it is called, depends on every container of the project.
func Decide(p *input.Project, w *workload.Workloads, n *naming.Names, u *users.Users, findings *report.Findings) *plan.Storage {
	d := &decider{
		project: p, workloads: w, names: n, rewriter: n.Rewriter(findings), users: u, findings: findings, podOf: map[*input.Container]*workload.Pod{},
		mounts: map[*input.Container][]plan.Mount{}, planning: map[*input.Container]bool{},
		claims: map[string]*plan.Claim{}, contents: map[string]*plan.Content{}, used: map[string]bool{},
	}
	for _, b := range w.Pods {
		for _, c := range b.Containers() {
			d.containers = append(d.containers, c)
			d.podOf[c] = b
		}
	}
	d.volumes = d.nameClaims()
	d.nameFileObjects()
	d.binds = d.surveyBinds()
	d.outliving = d.outlivingVolumes()
	for _, c := range d.containers {
		d.mountsOf(c)
	}
	mounted := d.settleClaims()
	d.decideFilling()
	d.finishContents()
	d.reportUnusedStorage()
	return &plan.Storage{Mounts: d.mounts, Claims: d.emittedClaims(), Contents: d.emittedContents(), Secrets: d.secrets, Mounted: mounted}
}

// settleClaims decides how each claim is mounted, now that all its users are known, and returns the claims of each Pod.
func (d *decider) settleClaims() map[*workload.Pod][]*plan.Claim {
	for _, u := range d.containers {
		for _, m := range d.mounts[u] {
			if m.Claim != nil {
				m.Claim.Users = append(m.Claim.Users, plan.ClaimUser{Container: u, Pod: d.podOf[u], Target: m.Target, ReadOnly: m.ReadOnly})
			}
		}
	}
	mounted := map[*workload.Pod][]*plan.Claim{}
	for _, identity := range slices.Sorted(maps.Keys(d.claims)) {
		c := d.claims[identity]
		d.chooseAccessMode(c)
		for _, b := range c.Pods() {
			mounted[b] = append(mounted[b], c)
		}
	}
	d.gatherColocated(mounted)
	return mounted
}

// finishContents gives the files that something mounts their last form, and notes who mounts them.
func (d *decider) finishContents() {
	for _, u := range d.containers {
		for _, m := range d.mounts[u] {
			for _, part := range append([]plan.Mount{m}, m.Parts...) {
				if part.Content != nil {
					d.finish(part.Content, u.Service.Name)
				}
			}
		}
	}
}

// emittedClaims returns the claims that the project makes. What nothing mounts is not made, and what exists already is only
// referred to.
func (d *decider) emittedClaims() []*plan.Claim {
	var list []*plan.Claim
	for _, identity := range slices.Sorted(maps.Keys(d.claims)) {
		c := d.claims[identity]
		if c.Existing || len(c.Users) == 0 || slices.Contains(list, c) {
			continue
		}
		c.Size = d.claimSize(c)
		c.Annotations = d.objectAnnotations(c.At.Key("labels"), c.Config.Labels, c.Labels)
		list = append(list, c)
	}
	return list
}

// emittedContents returns the ConfigMaps and Secrets that the project makes of files.
func (d *decider) emittedContents() []*plan.Content {
	var list []*plan.Content
	for _, identity := range slices.Sorted(maps.Keys(d.contents)) {
		c := d.contents[identity]
		if c.Existing || len(c.Users) == 0 {
			continue
		}
		if c.Owner == nil {
			c.Annotations = d.objectAnnotations(c.At.Key("labels"), c.Labels)
		}
		list = append(list, c)
	}
	return list
}
