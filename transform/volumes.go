package transform

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// storage is what is known about the storage of the project. assignResourceNames decides it before the first Pod is
// built, because whether a claim is shared, and what it is called, depends on every container of the project.
type storage struct {
	plans    map[string][]mount  // what each container mounts, by its path
	volumes  map[string]*claim   // of the top-level volumes, by compose name
	claims   map[string]*claim   // by identity
	contents map[string]*content // ConfigMaps and Secrets made of files, by identity
	sources  map[string]*bindUse // who binds which local path
	promoted map[string]bool     // services whose anonymous volumes other Pods mount
	planning map[string]bool     // containers whose plan is being made, against circles of volumes_from
	used     map[string]bool     // top-level entries that something mounts, by path
	units    map[*pod][]*unit    // every container, services before their hooks
	mounted  map[*pod][]*claim   // the claims that containers of the Pod mount, by identity
	owners   map[string]*unit    // the same, by path
}

// mount is what one mount of a container has become: where it is, and the one thing behind it.
type mount struct {
	at       diag.Path // the key that asked for it
	target   string
	readOnly bool
	subPath  string
	wish     string // wished name of the volume in the Pod

	claim   *claim                // a claim,
	content *content              // files in a ConfigMap or Secret,
	items   []corev1.KeyToPath    // … of which these,
	file    string                // … or only the one with this path, mounted as a file;
	volumes []corev1.VolumeSource // or any other volume (one), or several that are projected into one directory
	own     string                // identity of an emptyDir, which containers of one Pod share only on purpose

	propagation *corev1.MountPropagationMode
	recursive   *corev1.RecursiveReadOnlyMode
	copyUp      bool   // Docker would fill the volume from the image
	writable    string // content is copied to an emptyDir of this identity, where it can be written
	inherited   bool   // volumes_from of another container passes it on
	projected   bool   // the directory of secrets, which has
	parts       []mount
}

// containers lists the containers of the project whose Pods are emitted, services before their hooks.
func (p *project) containers() []*unit {
	var all []*unit
	for _, b := range p.pods {
		if b.main.kind == kindNone {
			continue
		}
		for _, s := range b.starters() {
			all = append(all, &unit{service: s, pod: b, at: s.path, spec: &s.config.ContainerSpec, label: s.dns})
			for i := range s.config.PreStart {
				all = append(all, &unit{
					service: s, pod: b, at: s.path.Key("pre_start").Index(i), spec: &s.config.PreStart[i].ContainerSpec, hook: true,
				})
			}
		}
	}
	return all
}

// assignResourceNames decides what every mount of the project becomes and names the objects behind them.
func (p *project) assignResourceNames() {
	p.storage = storage{
		plans: map[string][]mount{}, volumes: map[string]*claim{}, claims: map[string]*claim{}, contents: map[string]*content{}, sources: map[string]*bindUse{},
		promoted: map[string]bool{}, planning: map[string]bool{}, used: map[string]bool{},
		owners: map[string]*unit{}, units: map[*pod][]*unit{}, mounted: map[*pod][]*claim{},
	}
	all := p.containers()
	for _, u := range all {
		p.storage.owners[u.at.String()] = u
		p.storage.units[u.pod] = append(p.storage.units[u.pod], u)
	}
	p.nameClaims()
	p.nameFileObjects()
	p.surveyBinds(all)
	p.promoteAnonymous(all)
	for _, u := range all {
		u.plan()
	}
	for _, u := range all {
		for _, m := range p.storage.plans[u.at.String()] {
			if m.claim != nil {
				m.claim.users = append(m.claim.users, claimUser{unit: u, target: m.target, readOnly: m.readOnly})
			}
		}
	}
	for _, identity := range sortedKeys(p.storage.claims) {
		c := p.storage.claims[identity]
		p.settle(c)
		for _, b := range c.pods() {
			p.storage.mounted[b] = append(p.storage.mounted[b], c)
		}
	}
	p.gatherColocated()
	p.reportUnusedStorage()
}

// plan decides, once, what the container mounts.
//
// Two mounts on one target: Docker Engine refuses some combinations and Compose merges others; the last one wins here,
// in the order volumes_from, volumes, tmpfs, configs, secrets. A pre_start hook sees the volumes of its service as
// well, as Compose starts it with volumes_from.
func (u *unit) plan() []mount {
	key := u.at.String()
	if plan, done := u.storage.plans[key]; done {
		return plan
	}
	if u.storage.planning[key] {
		return nil
	}
	u.storage.planning[key] = true
	var plan []mount
	if u.hook {
		if parent := u.storage.owners[u.path.String()]; parent != nil {
			plan = inheritedMounts(parent.plan(), false)
		}
	}
	plan = overlay(plan, u.volumesFrom())
	own := u.volumes()
	own = append(own, u.tmpfsMounts()...)
	own = append(own, u.configMounts()...)
	own = append(own, u.secretMounts()...)
	own = append(own, u.sharedMemory(slices.Concat(plan, own))...)
	plan = u.withoutDoubles(plan, own)
	plan = append(plan, u.imageVolumes(plan)...)
	u.storage.plans[key] = plan
	return plan
}

// volumes returns what the items of `volumes` become.
func (u *unit) volumes() []mount {
	var mounts []mount
	for i, v := range u.spec.Volumes {
		at := u.at.Key("volumes").Index(i)
		if v.Type == types.VolumeTypeNamedPipe {
			u.namedPipe(at, v)
			continue
		}
		v.Target = path.Clean(v.Target)
		if !strings.HasPrefix(v.Target, "/") || v.Target == "/" || strings.Contains(v.Target, ":") {
			u.reportf("mount-target", at.Key("target"), "use an absolute path below the root of the container", "%q cannot be mounted on: it is left out", v.Target)
			continue
		}
		if m, ok := u.volume(at, v, u.mountExtension(i)); ok {
			m.at, m.target = at, v.Target
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// volume returns what one item of `volumes` becomes, and false if it is left out.
func (u *unit) volume(at diag.Path, v types.ServiceVolumeConfig, own extension.Mount) (mount, bool) {
	if own.As == "skip" {
		u.reportf("mount-skipped", at, "", "%s is left out, as x-kubernetes says", v.Target)
		return mount{}, false
	}
	own = u.fitting(at, v, own)
	switch v.Type {
	case types.VolumeTypeBind:
		return u.bind(at, v, own)
	case types.VolumeTypeTmpfs:
		return u.longTmpfs(at, v), true
	case types.VolumeTypeImage:
		return u.imageMount(at, v)
	case types.VolumeTypeCluster:
		return u.clusterVolume(at, v)
	}
	if v.Source == "" {
		return u.anonymousVolume(at, v, own)
	}
	return u.namedVolume(at, v, own)
}

// mountChoices is what x-kubernetes.as may make of mounts that are no bind mounts.
var mountChoices = map[string][]string{
	types.VolumeTypeVolume: {"pvc", "emptydir"}, types.VolumeTypeTmpfs: {"emptydir"}, types.VolumeTypeCluster: {"pvc"}, types.VolumeTypeImage: nil,
}

// fitting returns what x-kubernetes says about a mount, without what its type cannot become.
func (u *unit) fitting(at diag.Path, v types.ServiceVolumeConfig, own extension.Mount) extension.Mount {
	c := u.storage.volumes[v.Source]
	if v.Type == types.VolumeTypeBind || v.Type == types.VolumeTypeVolume && c != nil && !c.existing && c.isBind() {
		return own
	}
	if own.As != "" && !slices.Contains(mountChoices[v.Type], own.As) {
		u.reportf("mount-as", at, "use "+strings.Join(append(slices.Clone(mountChoices[v.Type]), "skip"), " or "), "a mount of type %s cannot become a %s: x-kubernetes.as has no effect", v.Type, own.As)
		own.As = ""
	}
	if own.Writable {
		u.reportf("mount-as", at, "", "x-kubernetes: {writable: true} is for files of the project and has no effect on a mount of type %s", v.Type)
	}
	return own
}

// overlay returns base with the mounts of top added; on one target top wins.
func overlay(base, top []mount) []mount {
	taken := map[string]bool{}
	for _, m := range top {
		taken[m.target] = true
	}
	var out []mount
	for _, m := range base {
		if !taken[m.target] {
			out = append(out, m)
		}
	}
	return append(out, top...)
}

// withoutDoubles is overlay with a warning for two mounts of the container itself on one target.
func (u *unit) withoutDoubles(base, own []mount) []mount {
	last := map[string]int{}
	for i, m := range own {
		last[m.target] = i
	}
	var kept []mount
	for i, m := range own {
		if last[m.target] != i {
			u.reportf("mount-twice", m.at, "remove one of the two", "%s is also the target of %s, which is what gets mounted", m.target, own[last[m.target]].at)
			continue
		}
		kept = append(kept, m)
	}
	return overlay(base, kept)
}

// volumeMounts returns the volumeMounts of the container and adds their volumes to the Pod.
func (u *unit) volumeMounts() []corev1.VolumeMount {
	plan := u.storage.plans[u.at.String()]
	var mounts []corev1.VolumeMount
	for _, m := range plan {
		mounts = append(mounts, u.pod.mountOf(u.service, m, plan)...)
	}
	return mounts
}

// mountOf returns the volumeMount of one mount; several where a directory of files is laid out file by file.
func (b *pod) mountOf(s *service, m mount, plan []mount) []corev1.VolumeMount {
	if m.content != nil {
		return b.contentMounts(s, m, plan)
	}
	if m.projected {
		return []corev1.VolumeMount{b.projectedMount(m)}
	}
	v := corev1.VolumeMount{
		MountPath: m.target, ReadOnly: m.readOnly, SubPath: m.subPath, MountPropagation: m.propagation, RecursiveReadOnly: m.recursive,
	}
	switch {
	case m.claim != nil:
		v.Name = b.addVolume(m.wish, m.claim.volumeSource())
		v.SubPath = path.Join(m.claim.root, m.subPath)
	case m.own != "":
		v.Name = b.ownVolume(m.own, m.wish, m.volumes[0])
	default:
		v.Name = b.addVolume(m.wish, m.volumes[0])
	}
	return []corev1.VolumeMount{v}
}

// ownVolume adds a volume that only the mounts with the same identity share.
func (b *pod) ownVolume(identity, wish string, source corev1.VolumeSource) string {
	if name := b.volumes.Name("own", identity); name != "" {
		return name
	}
	return b.volumes.Claim("own", identity, b.addOwnVolume(wish, source), names.MaxLabel)
}
