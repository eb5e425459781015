package transform

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// claim is a PersistentVolumeClaim: of a named volume, or of a host directory that holds data.
type claim struct {
	name      string
	component string // what it belongs to, in the words of the compose file
	at        diag.Path
	config    types.VolumeConfig
	ext       extension.Volume
	labels    map[string]string // of the mounts, besides those of the volume
	existing  bool              // somebody else makes it: it is referred to, not emitted

	users      []claimUser
	mode       corev1.PersistentVolumeAccessMode // "" where nothing is known about an existing claim
	colocated  bool                              // its users are kept on one node
	gathering  string                            // the name under which the users of all claims of that node find each other
	root       string                            // directory of the claim that holds the data, "" for the claim itself
	persistent *corev1.PersistentVolume          // what it is bound to: a share of a file server
}

// claimUser is one mount of a claim.
type claimUser struct {
	unit     *unit
	target   string
	readOnly bool
}

// nameClaims makes a claim for every top-level volume; those that nothing mounts are dropped later.
//
// A volume is called <project>_<key> on Docker unless it has a name of its own; a namespace takes the place of the project,
// so the key is enough. Names that Docker uses as they are (external volumes, `name`) are kept as far as a
// Kubernetes name can keep them, and two volumes with one such name are one volume.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/07-volumes.md,
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/
func (p *project) nameClaims() {
	volumes := p.in.Project.Volumes
	var keys []string
	for _, key := range sortedKeys(volumes) {
		v, ext, at := volumes[key], p.ext.Volumes[key], diag.At("volumes", key)
		c := &claim{component: key, at: at, config: v, ext: ext, existing: bool(v.External) || ext.ClaimName != ""}
		identity := key
		switch {
		case ext.ClaimName != "":
			identity = "claim " + ext.ClaimName
			c.name = p.names.Claim("PersistentVolumeClaim", identity, ext.ClaimName, names.MaxLabel)
		case bool(v.External) || p.wrote(at.Key("name")):
			identity = "volume " + v.Name
			c.name = p.names.Claim("PersistentVolumeClaim", identity, names.Normalize(v.Name, names.MaxLabel), names.MaxLabel)
		default:
			keys = append(keys, key)
		}
		if same := p.storage.claims[identity]; same != nil {
			c = same
		}
		p.storage.claims[identity], p.storage.volumes[key] = c, c
	}
	p.names.Assign("PersistentVolumeClaim", normalLabel, names.MaxLabel, keys...)
	for _, key := range keys {
		p.storage.claims[key].name = p.names.Name("PersistentVolumeClaim", key)
	}
}

func normalLabel(name string) string { return names.Normalize(name, names.MaxLabel) }

// namedVolume returns the mount of a top-level volume.
//
// On Docker a named volume is a directory of the one host: unlimited, shared by whoever mounts it, filled from the image
// when it is new, there until somebody removes it. A claim is the nearest thing that outlives a Pod.
func (u *unit) namedVolume(at diag.Path, v types.ServiceVolumeConfig, own extension.Mount) (mount, bool) {
	u.storage.used["volumes."+v.Source] = true
	m := mount{readOnly: v.ReadOnly, wish: v.Source, inherited: true}
	if own.As == "emptydir" {
		m.own, m.volumes = "volume "+v.Source, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
		return m, true
	}
	c := u.storage.volumes[v.Source]
	if c == nil { // the loader refuses volumes that are not declared, except in pre_start hooks
		u.reportf("volume-undeclared", at, "declare it under the top-level volumes", "the volume %s is not declared; the mount is left out", v.Source)
		return mount{}, false
	}
	if !c.existing {
		switch u.driverKind(c) {
		case driverTmpfs:
			return u.memoryVolume(c, m), true
		case driverBind:
			v.Source, v.Type = c.config.DriverOpts["device"], types.VolumeTypeBind
			return u.bind(at, v, own)
		}
	}
	m.claim = c
	m.copyUp = v.Volume == nil || !v.Volume.NoCopy
	if v.Volume != nil {
		m.subPath = u.subPath(at, v.Volume.Subpath)
		for _, key := range sortedKeys(v.Volume.Labels) {
			if c.labels == nil {
				c.labels = map[string]string{}
			}
			c.labels[key] = v.Volume.Labels[key]
		}
	}
	m.subPath = path.Join(c.ext.SubPath, m.subPath)
	return m, true
}

// subPath returns a path within a volume as Kubernetes wants it: relative, and never upwards.
func (u *unit) subPath(at diag.Path, p string) string {
	if p == "" {
		return ""
	}
	if slices.Contains(strings.Split(p, "/"), "..") {
		u.reportf("mount-target", at, "name a directory of the volume", "the sub-path %q leads upwards, which Docker refuses: %s is mounted", p, path.Clean("/"+p))
	}
	return strings.TrimPrefix(path.Clean("/"+p), "/")
}

// settle decides how a claim may be mounted, now that all its users are known.
//
// Everything that shares a volume on Docker runs on one host. ReadWriteOnce lets many Pods write as long as they are on one
// node, which is that very thing, so sharers are kept together; ReadWriteMany would ask for a storage class that few
// clusters have. A DaemonSet is on all nodes by its nature, so its claim must be ReadWriteMany.
// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
func (p *project) settle(c *claim) {
	if len(c.users) == 0 {
		return
	}
	if c.existing {
		p.reportf("volume-external", c.at, "make it before the Pods start; x-kubernetes: {claimName: …} if it is called otherwise", "the Pods expect a claim called %s", c.name)
	}
	pods, daemon := c.pods(), false
	shared := len(pods) > 1
	for _, b := range pods {
		shared = shared || b.hasReplicas()
		daemon = daemon || b.main.kind == kindDaemonSet
	}
	switch {
	case c.ext.AccessMode != "":
		c.mode = corev1.PersistentVolumeAccessMode(c.ext.AccessMode)
	case c.existing:
	case c.persistent != nil:
		c.mode = corev1.ReadWriteMany
	case daemon:
		c.mode = corev1.ReadWriteMany
		p.reportf("volume-every-node", c.at, "choose a storage class that can be mounted on many nodes, or give the data another place",
			"%s is mounted on every node by %s, so its claim asks for ReadWriteMany, which many storage classes do not have", c.component, c.userNames())
	case shared && p.options.SharedVolumes == "rwx":
		c.mode = corev1.ReadWriteMany
	default:
		c.mode = corev1.ReadWriteOnce
	}
	c.colocated = shared && !daemon && (c.mode == corev1.ReadWriteOnce || c.mode == "" && !c.existing)
	if c.colocated {
		p.reportf("volume-shared", c.at, "--shared-volumes=rwx lets them run on any node if the storage class can do it",
			"%s is shared by the Pods of %s, which are kept on one node", c.component, c.userNames())
	}
	if !c.existing && c.persistent == nil {
		c.root = c.dataRoot()
	}
}

// dataRoot returns the directory of a new claim that is mounted instead of its root.
//
// The root of a freshly formatted ext4 volume holds lost+found. A Docker volume is an empty directory, and some
// databases insist on one: initdb refuses to run, Kafka takes every directory for a partition. A directory of the claim
// is as empty as Docker's volume. It is used for those programs only: elsewhere lost+found is in nobody's way, and data that
// sits in the root is easier to find for people. All users of the claim see the same directory.
func (c *claim) dataRoot() string {
	for _, user := range c.users {
		if slices.Contains(user.unit.emptyDirectories(), user.target) {
			return "data"
		}
	}
	return ""
}

// pods returns the Pods that mount the claim, each once, in the order of the project.
func (c *claim) pods() []*pod {
	var pods []*pod
	for _, user := range c.users {
		if !slices.Contains(pods, user.unit.pod) {
			pods = append(pods, user.unit.pod)
		}
	}
	return pods
}

func (c *claim) userNames() string {
	var users []string
	for _, user := range c.users {
		if !slices.Contains(users, user.unit.name) {
			users = append(users, user.unit.name)
		}
	}
	return strings.Join(users, ", ")
}

// hasReplicas reports whether several Pods are made from the template.
func (b *pod) hasReplicas() bool {
	for _, s := range b.members {
		if s.config.GetScale() > 1 || s.ext.Autoscale != nil && s.ext.Autoscale.Max > 1 {
			return true
		}
	}
	return false
}

func (c *claim) volumeSource() corev1.VolumeSource {
	return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: c.name}}
}

// object returns the claim itself.
func (p *project) claimObject(c *claim) *corev1.PersistentVolumeClaim {
	meta := p.objectMeta(c.name, normalLabel(c.component))
	meta.Annotations = p.objectAnnotations(c.at.Key("labels"), c.config.Labels, c.labels)
	addLabels(meta.Labels, c.config.Labels, c.labels)
	claim := &corev1.PersistentVolumeClaim{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: meta,
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{c.mode},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: p.claimSize(c)}},
		},
	}
	switch {
	case c.persistent != nil:
		claim.Spec.StorageClassName, claim.Spec.VolumeName = new(""), c.persistent.Name
	case c.ext.StorageClass != nil:
		claim.Spec.StorageClassName = c.ext.StorageClass
	case p.options.StorageClass != "":
		claim.Spec.StorageClassName = new(p.options.StorageClass)
	}
	if len(c.ext.Selector) > 0 {
		claim.Spec.Selector = &metav1.LabelSelector{MatchLabels: c.ext.Selector}
	}
	return claim
}

// claimSize returns how much storage a claim asks for. A Docker volume has no size unless its driver sets a quota, a claim must
// have one.
func (p *project) claimSize(c *claim) resource.Quantity {
	if c.ext.Size != nil {
		return *c.ext.Size
	}
	if size, ok := mountOption(c.config.DriverOpts["o"], "size"); ok {
		var bytes types.UnitBytes
		if err := bytes.DecodeMapstructure(size); err == nil && bytes > 0 {
			return *resource.NewQuantity(int64(bytes), resource.BinarySI)
		}
	}
	size, err := resource.ParseQuantity(p.options.VolumeSize)
	if err != nil || size.Sign() <= 0 {
		p.reportf("volume-size", nil, "use a quantity such as 10Gi", "%q is not a size of a volume; 1Gi is used", p.options.VolumeSize)
		size = resource.MustParse("1Gi")
	}
	if c.persistent != nil { // a number without a meaning: a share is as large as it is
		return size
	}
	p.reportf("volume-size-default", c.at, "--volume-size, or x-kubernetes: {size: 10Gi} on the volume",
		"the claim %s asks for %s; on Docker the volume has no limit", c.name, size.String())
	return size
}
