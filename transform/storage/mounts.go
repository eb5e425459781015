package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// mounting decides on the mounts of one container after the other. What is above the empty line is complete when it is made; the
// tables below it grow.
type mounting struct {
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	findings  *report.Findings
	podOf     map[*input.Container]*workload.Pod
	volumes   map[string]*plan.Claim // of the top-level volumes, by Compose name
	binds     *bindMounts
	entries   *contentMounts
	outliving map[string]bool // services whose anonymous volumes other Pods mount

	mounts   map[*input.Container][]plan.Mount
	planning map[*input.Container]bool // against circles of volumes_from
	claims   claims
	used     map[string]bool // top-level entries that something mounts, by path
	secrets  []plan.Secret
}

// mountsOf decides, once, what a container mounts.
//
// Two mounts on one target: Docker Engine refuses some combinations and Compose merges others; the last one wins here,
// in the order volumes_from, volumes, tmpfs, configs, secrets. A pre_start hook sees the volumes of its service as
// well, as Compose starts it with volumes_from.
func (d *mounting) mountsOf(u *input.Container) []plan.Mount {
	if mounts, done := d.mounts[u]; done {
		return mounts
	}
	if d.planning[u] {
		return nil
	}
	d.planning[u] = true
	var mounts []plan.Mount
	if parent := u.Service.Container(); u.IsHook && d.podOf[parent] != nil {
		mounts = inheritedMounts(d.mountsOf(parent), false)
	}
	mounts = overlay(mounts, d.volumesFrom(u))
	own := d.ownVolumes(u)
	own = append(own, tmpfsMounts(u, d.findings)...)
	own = append(own, d.entries.configMounts(u)...)
	own = append(own, d.entries.secretMounts(u)...)
	own = append(own, sharedMemory(d.project, u, slices.Concat(mounts, own), d.findings)...)
	mounts = withoutDoubles(mounts, own, d.findings)
	mounts = append(mounts, d.imageVolumes(u, mounts)...)
	d.reportUnmountedStore(u, mounts)
	d.reportUnread(u, mounts)
	if !u.IsHook && !d.podOf[u].IsFinite() {
		reportFileDatabase(d.project, u, mounts, d.mayHoldData(u), d.findings)
		reportWithoutOption(u, mounts, d.findings)
		reportUnmovedTSDB(d.project, u, mounts, d.findings)
		reportMadeDirs(u, mounts, d.findings)
		reportUploads(u, mounts, d.findings)
		reportKeys(u, mounts, d.findings)
	}
	if !u.IsHook && d.runsImageDefault(u) {
		reportMovedBySettings(d.project, u, mounts, d.findings)
		reportOtherVersion(d.project, u, mounts, d.findings)
	}
	d.reportSetup(u, mounts)
	d.reportAddressedData(u, mounts)
	d.mounts[u] = mounts
	return mounts
}

// isMountable reports whether a Pod can mount something at a path of a container.
func isMountable(u *input.Container, target string) bool {
	if u.IsWindows() && input.IsDrivePath(target) {
		return true
	}
	return strings.HasPrefix(target, "/") && target != "/" && !strings.Contains(target, ":")
}

// ownVolumes returns what the items of `volumes` become.
func (d *mounting) ownVolumes(u *input.Container) []plan.Mount {
	var mounts []plan.Mount
	for i, v := range u.Spec.Volumes {
		at := u.At.Key("volumes").Index(i)
		if input.IsSwarmTemplate(v.Source + v.Target) {
			d.findings.Addf("swarm-template", at, "write what is meant; for storage of its own write one service for each task",
				"the mount is what it says, as with docker compose; only Swarm fills in its template, for each task another")
		}
		if v.Type == types.VolumeTypeNamedPipe {
			namedPipe(d.project, u, at, v, d.findings)
			continue
		}
		if u.IsWindows() && input.IsDrivePath(v.Target) {
			v.Target = strings.ReplaceAll(v.Target, "/", `\`)
		} else {
			v.Target = path.Clean(v.Target)
		}
		if v.Source == "" && !u.IsWindows() && input.IsDrivePath(v.Target) { // the loader has said what the text is read as
			continue
		}
		if !isMountable(u, v.Target) {
			d.findings.Addf("mount-target", at.Key("target"), "use an absolute path below the root of the container", "%q cannot be mounted on: it is left out", v.Target)
			continue
		}
		if m, ok := d.volume(u, i, v, d.project.Mount(u, i)); ok {
			m.At, m.Target = at, v.Target
			mounts = append(mounts, withPrivate(u, m))
		}
	}
	return mounts
}

// volume returns what one item of `volumes` becomes, and false if it is left out.
func (d *mounting) volume(u *input.Container, i int, v types.ServiceVolumeConfig, own extension.Mount) (plan.Mount, bool) {
	at := u.At.Key("volumes").Index(i)
	if own.As == "skip" {
		d.findings.Addf("mount-skipped", at, "", "%s is left out, as x-kubernetes says", v.Target)
		return plan.Mount{}, false
	}
	own = fitting(d.volumes, at, v, own, d.findings)
	switch v.Type {
	case types.VolumeTypeBind:
		return d.binds.bind(u, at, v, d.binds.Decision(u, i), own)
	case types.VolumeTypeTmpfs:
		return longTmpfs(u, at, v, d.findings), true
	case types.VolumeTypeImage:
		return imageMount(d.project, at, v, d.findings)
	case types.VolumeTypeCluster:
		return d.clusterVolume(at, v)
	}
	if v.Source == "" {
		return d.anonymousVolume(u, at, v, own)
	}
	return d.namedVolume(u, i, v, own)
}

// mountChoices is what x-kubernetes.as may make of mounts that are no bind mounts.
var mountChoices = map[string][]string{
	types.VolumeTypeVolume: {"pvc", "emptydir"}, types.VolumeTypeTmpfs: {"emptydir"}, types.VolumeTypeCluster: {"pvc"}, types.VolumeTypeImage: nil,
}

// fitting returns what x-kubernetes says about a mount, without what its type cannot become.
func fitting(volumes map[string]*plan.Claim, at diag.Path, v types.ServiceVolumeConfig, own extension.Mount, findings *report.Findings) extension.Mount {
	if own.CopyUp != nil && (v.Type != types.VolumeTypeVolume || v.Source != "") {
		findings.Add("mount-as", at, "x-kubernetes: {copyUp: …} on a mount is for anonymous volumes and has no effect here", "write it on the volume")
	}
	c := volumes[v.Source]
	if v.Type == types.VolumeTypeBind || v.Type == types.VolumeTypeVolume && c != nil && !c.Existing && isBind(c) {
		return own
	}
	if own.As != "" && !slices.Contains(mountChoices[v.Type], own.As) {
		findings.Addf("mount-as", at, "use "+strings.Join(append(slices.Clone(mountChoices[v.Type]), "skip"), " or "), "a mount of type %s cannot become a %s: x-kubernetes.as has no effect", v.Type, own.As)
		own.As = ""
	}
	if own.Seed {
		findings.Addf("mount-as", at, "", "x-kubernetes: {seed: true} is for directories of the project and has no effect on a mount of type %s", v.Type)
	}
	if own.Writable {
		findings.Addf("mount-as", at, "", "x-kubernetes: {writable: true} is for files of the project and has no effect on a mount of type %s", v.Type)
	}
	return own
}

// overlay returns base with the mounts of top added; on one target top wins.
func overlay(base, top []plan.Mount) []plan.Mount {
	taken := map[string]bool{}
	for _, m := range top {
		taken[m.Target] = true
	}
	var out []plan.Mount
	for _, m := range base {
		if !taken[m.Target] {
			out = append(out, m)
		}
	}
	return append(out, top...)
}

// withoutDoubles is overlay with a warning for two mounts of the container itself on one target.
func withoutDoubles(base, own []plan.Mount, findings *report.Findings) []plan.Mount {
	last := map[string]int{}
	for i, m := range own {
		last[m.Target] = i
	}
	var kept []plan.Mount
	for i, m := range own {
		if last[m.Target] != i {
			findings.Addf("mount-twice", m.At, "remove one of the two", "%s is also the target of %s, which is what gets mounted", m.Target, own[last[m.Target]].At)
			continue
		}
		kept = append(kept, m)
	}
	return overlay(base, kept)
}
