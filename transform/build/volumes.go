package build

import (
	"path"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
)

// ordinaryMode is the mode of files that the API takes where none is said.
const ordinaryMode = int32(0o644)

// podBuilder builds one Pod template: its containers, and the volumes that their mounts need.
type podBuilder struct {
	plan        *plan.Plan
	pod         plan.Pod
	spec        corev1.PodSpec
	annotations map[string]string
	checksums   map[string]map[string][]byte // of what the Pod mounts: by annotation, then by the kind of the object
	names       *names.Registry              // of volumes and initContainers
	volumesOf   map[string][]int             // the indices of volumes that may be shared, by the object that they show
}

// addVolume returns the name of the Pod's volume with this source, which is added under the wished name if the Pod does not
// have it yet. Two volumes with the same source are one.
func (b *podBuilder) addVolume(wish string, source corev1.VolumeSource) string {
	group := objectOf(source)
	for _, i := range b.volumesOf[group] {
		if v := b.spec.Volumes[i]; equality.Semantic.DeepEqual(v.VolumeSource, source) {
			return v.Name
		}
	}
	if b.volumesOf == nil {
		b.volumesOf = map[string][]int{}
	}
	b.volumesOf[group] = append(b.volumesOf[group], len(b.spec.Volumes))
	return b.addOwnVolume(wish, source)
}

// objectOf names the object that a volume shows, so that a Pod with many volumes compares only those of the same object.
func objectOf(source corev1.VolumeSource) string {
	switch {
	case source.PersistentVolumeClaim != nil:
		return "claim " + source.PersistentVolumeClaim.ClaimName
	case source.ConfigMap != nil:
		return "config " + source.ConfigMap.Name
	case source.Secret != nil:
		return "secret " + source.Secret.SecretName
	}
	return ""
}

// addOwnVolume adds a volume that nothing else may share, such as the emptyDir of one mount.
func (b *podBuilder) addOwnVolume(wish string, source corev1.VolumeSource) string {
	label := names.Normalize(wish, names.MaxLabel)
	for i := 2; b.names.Owner("volume", label) != ""; i++ {
		label = names.WithHash(names.Normalize(wish, names.MaxLabel), wish+"#"+string(rune('0'+i)), names.MaxLabel)
	}
	b.names.Claim("volume", label, label, names.MaxLabel)
	b.spec.Volumes = append(b.spec.Volumes, corev1.Volume{Name: label, VolumeSource: source})
	return label
}

// ownVolume adds a volume that only the mounts with the same identity share.
func (b *podBuilder) ownVolume(identity, wish string, source corev1.VolumeSource) string {
	if name := b.names.Name("own", identity); name != "" {
		return name
	}
	return b.names.Claim("own", identity, b.addOwnVolume(wish, source), names.MaxLabel)
}

// volumeMounts returns the volumeMounts of a container and adds their volumes to the Pod.
func (b *podBuilder) volumeMounts(c *plan.Container) []corev1.VolumeMount {
	var mounts []corev1.VolumeMount
	for _, m := range c.Mounts {
		mounts = append(mounts, b.mountOf(c.Of.Service.Name, m, c.Mounts)...)
	}
	return mounts
}

// mountOf returns the volumeMount of one mount; several where a directory of files is laid out file by file.
func (b *podBuilder) mountOf(service string, m plan.Mount, others []plan.Mount) []corev1.VolumeMount {
	if m.Content != nil {
		return b.contentMounts(service, m, others)
	}
	if m.Projected {
		return []corev1.VolumeMount{b.projectedMount(m)}
	}
	v := corev1.VolumeMount{
		MountPath: m.Target, ReadOnly: m.ReadOnly, SubPath: m.SubPath, MountPropagation: m.Propagation, RecursiveReadOnly: m.Recursive,
	}
	switch {
	case m.Claim != nil:
		v.Name = b.addVolume(m.Wish, claimSource(m.Claim))
		v.SubPath = path.Join(m.Claim.Root, m.SubPath)
	case m.Own != "":
		v.Name = b.ownVolume(m.Own, m.Wish, m.Volumes[0])
	default:
		v.Name = b.addVolume(m.Wish, m.Volumes[0])
	}
	return []corev1.VolumeMount{v}
}

// contentMounts returns the volumeMounts of files in a ConfigMap or Secret and adds their volume to the Pod.
//
// A single file is mounted alone, so that its directory keeps what the image has there, as with a bind mount. A directory is
// mounted whole and hides what the image has there. Where something else is mounted below that directory, or where it
// has empty sub-directories, the read-only volume has no place to mount them on: then an empty directory comes first and the
// files are mounted into it one by one.
func (b *podBuilder) contentMounts(service string, m plan.Mount, others []plan.Mount) []corev1.VolumeMount {
	c := m.Content
	b.rollOn(c)
	below := func(o plan.Mount) bool { return o.Target != m.Target && source.Within(o.Target, m.Target) }
	switch {
	case m.Writable != "":
		return []corev1.VolumeMount{b.writableMount(m)}
	case m.File != "":
		return []corev1.VolumeMount{{Name: b.addVolume(m.Wish, contentSource(c, m.Items)), MountPath: m.Target, SubPath: m.File, ReadOnly: true}}
	case len(c.EmptyDirs) == 0 && !slices.ContainsFunc(others, below):
		return []corev1.VolumeMount{{Name: b.addVolume(m.Wish, contentSource(c, m.Items)), MountPath: m.Target, ReadOnly: true}}
	}
	identity := "directory " + service + " " + m.Target
	mounts := []corev1.VolumeMount{{Name: b.ownVolume(identity, m.Wish+"-dir", emptyDir()), MountPath: m.Target}}
	for _, dir := range c.EmptyDirs {
		mounts = append(mounts, corev1.VolumeMount{Name: b.ownVolume(identity+"/"+dir, m.Wish+"-"+dir, emptyDir()), MountPath: path.Join(m.Target, dir)})
	}
	if len(m.Items) == 0 {
		return mounts
	}
	name := b.addVolume(m.Wish, contentSource(c, m.Items))
	for _, item := range m.Items {
		target := path.Join(m.Target, item.Path)
		if !slices.ContainsFunc(others, func(o plan.Mount) bool { return below(o) && source.Within(target, o.Target) }) {
			mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: target, SubPath: item.Path, ReadOnly: true})
		}
	}
	return mounts
}

// writableMount returns the volumeMount of files that the container may change: a copy in an emptyDir, since ConfigMaps and
// Secrets are read-only. Changes are gone with the Pod.
func (b *podBuilder) writableMount(m plan.Mount) corev1.VolumeMount {
	volume := emptyDir()
	if len(m.Private) > 0 { // as that of a Secret, it is not written to a disk
		volume.EmptyDir.Medium = corev1.StorageMediumMemory
	}
	return corev1.VolumeMount{Name: b.ownVolume(m.Writable, m.Wish+"-copy", volume), MountPath: m.Target, SubPath: m.File, ReadOnly: m.ReadOnly}
}

func emptyDir() corev1.VolumeSource {
	return corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
}

func claimSource(c *plan.Claim) corev1.VolumeSource {
	return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: c.Name}}
}

// contentSource returns the volume with these items. A mode that all files have is that of the volume, and where every key
// keeps its name the list would say nothing that the volume does not do by itself.
func contentSource(c *plan.Content, items []corev1.KeyToPath) corev1.VolumeSource {
	list, mode := commonMode(items)
	renames := func(i corev1.KeyToPath) bool { return i.Key != i.Path || i.Mode != nil }
	if !c.Existing && len(list) == len(c.Data) && !slices.ContainsFunc(list, renames) {
		list = nil
	}
	if c.Kind == "Secret" {
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: c.Name, Items: list, DefaultMode: mode}}
	}
	return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: c.Name}, Items: list, DefaultMode: mode,
	}}
}

// commonMode leaves out the modes that need not be said: the one that all items have becomes that of the volume, and 0644
// is the default of the API.
func commonMode(items []corev1.KeyToPath) (list []corev1.KeyToPath, mode *int32) {
	list = slices.Clone(items)
	if len(items) == 0 {
		return list, nil
	}
	common := !slices.ContainsFunc(items, func(i corev1.KeyToPath) bool { return *i.Mode != *items[0].Mode })
	if common && *items[0].Mode != ordinaryMode {
		mode = items[0].Mode
	}
	for i := range list {
		if common || *list[i].Mode == ordinaryMode {
			list[i].Mode = nil
		}
	}
	return list, mode
}

// projectedMount returns the volumeMount of the directory of secrets and adds its volume to the Pod.
func (b *podBuilder) projectedMount(m plan.Mount) corev1.VolumeMount {
	var sources []corev1.VolumeProjection
	var source corev1.VolumeSource
	for _, part := range m.Parts {
		b.rollOn(part.Content)
		items := slices.Clone(part.Items)
		if part.Content.Directory {
			for i := range items {
				items[i].Path = path.Join(path.Base(part.Target), items[i].Path)
			}
		}
		source = contentSource(part.Content, items)
		projection := &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: part.Content.Name}, Items: items}
		sources = append(sources, corev1.VolumeProjection{Secret: projection})
	}
	if len(sources) > 1 {
		source = corev1.VolumeSource{Projected: projectedVolume(sources)}
	}
	return corev1.VolumeMount{Name: b.addVolume(m.Wish, source), MountPath: m.Target, ReadOnly: true}
}

// projectedVolume joins Secrets into one volume, with the mode that all files have as its own.
func projectedVolume(sources []corev1.VolumeProjection) *corev1.ProjectedVolumeSource {
	var items []corev1.KeyToPath
	for _, s := range sources {
		items = append(items, s.Secret.Items...)
	}
	items, mode := commonMode(items)
	for _, s := range sources {
		s.Secret.Items, items = items[:len(s.Secret.Items)], items[len(s.Secret.Items):]
	}
	return &corev1.ProjectedVolumeSource{Sources: sources, DefaultMode: mode}
}

// rollOn makes the Pods roll when content changes: Compose re-creates containers then, Kubernetes would leave them running with
// the old files. The checksum of a Secret whose value is to stay out of the manifests stays out as well: it would tell
// whether a guess is right.
func (b *podBuilder) rollOn(c *plan.Content) {
	if !c.Existing && (c.Kind != "Secret" || b.plan.EmitsValues()) {
		b.annotate(c.Kind, c.Name, c.Sum)
	}
}

// annotate writes the checksum of an object into the Pod template. A ConfigMap and a Secret can have one name; then the
// annotation stands for both.
func (b *podBuilder) annotate(kind, name, sum string) {
	key := labels.ChecksumOf(name)
	if b.checksums[key] == nil {
		b.checksums[key] = map[string][]byte{}
	}
	b.checksums[key][kind] = []byte(sum)
	b.annotations[key] = sum
	if len(b.checksums[key]) > 1 {
		b.annotations[key] = plan.Checksum(b.checksums[key])
	}
}

// leaveGroups makes the claims read-only that a Pod with fsGroup only reads: the kubelet would give all their files to the group, and let it read keys that
// their program wants for itself. It leaves what is read-only alone. A directory of a claim is made where it is missing, so that such a claim stays as it is.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/csi/csi_mounter.go (supportsFSGroup)
func (b *podBuilder) leaveGroups() {
	if b.spec.SecurityContext == nil || b.spec.SecurityContext.FSGroup == nil {
		return
	}
	changed := map[string]bool{}
	for _, c := range slices.Concat(b.spec.InitContainers, b.spec.Containers) {
		for _, m := range c.VolumeMounts {
			changed[m.Name] = changed[m.Name] || !m.ReadOnly || m.SubPath != ""
		}
	}
	for i := range b.spec.Volumes {
		if v := &b.spec.Volumes[i]; v.PersistentVolumeClaim != nil && !changed[v.Name] {
			v.PersistentVolumeClaim.ReadOnly = true
		}
	}
}
