package transform

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/names"
)

// File modes. Docker shows the modes of the host; what Git keeps of them is the execute bit, and two checkouts are to
// give the same manifests.
const (
	modeFile       = int32(0o644)
	modeExecutable = int32(0o755)
	modeInline     = int32(0o444) // what docker compose gives to configs and secrets that are no files
)

// content is a ConfigMap or Secret made of files.
type content struct {
	kind      string // ConfigMap or Secret
	name      string
	at        diag.Path
	owner     *service // nil: it belongs to no single service
	component string   // what it belongs to otherwise
	labels    map[string]string
	existing  bool // somebody else makes it: it is referred to, not emitted

	data      map[string][]byte
	items     []corev1.KeyToPath // every key, with its path and mode
	emptyDirs []string           // directories without a file, which no key can stand for
	directory bool               // made of a directory, also when it has a single file
	used      bool               // a Pod mounts it
	sum       string             // checksum of the data as it is emitted
}

// fileContent returns the ConfigMap or Secret for a local file or directory, the same one for everybody who mounts it.
func (p *project) fileContent(at diag.Path, kind, file, wish string, owner *service) *content {
	identity := kind + " bind " + file
	if c := p.storage.contents[identity]; c != nil {
		return c
	}
	c := &content{kind: kind, at: at, owner: owner, component: wish}
	c.name = p.names.Claim(kind, "bind "+p.relative(file), normalLabel(wish), names.MaxLabel)
	p.fill(c, p.in.Files[file], path.Base(file))
	p.storage.contents[identity] = c
	if kind == "Secret" {
		p.reportSecret(at, c.name, p.relative(file), c.data)
	}
	return c
}

// fill puts local files into a ConfigMap or Secret.
//
// A key can hold neither a slash nor most other special characters, so a path becomes a key by replacing them; the items of
// the volume give the file its path back, and its mode, which the object itself does not have.
// Source: https://kubernetes.io/docs/concepts/configuration/configmap/
func (p *project) fill(c *content, f *source.File, base string) {
	c.data = map[string][]byte{}
	if f.Kind == source.Regular {
		key := contentKey(base)
		c.data[key] = f.Data
		c.items = []corev1.KeyToPath{{Key: key, Path: filePath(base), Mode: new(fileMode(f))}}
		return
	}
	c.directory = true
	for i := range f.Entries {
		e := &f.Entries[i]
		switch {
		case strings.HasPrefix(e.Path, ".."):
			p.reportf("bind-entry", c.at, "rename it", "%s is left out of the %s %s: paths in a volume cannot begin with two dots", e.Path, c.kind, c.name)
		case e.Kind == source.Regular:
			key := contentKey(e.Path)
			if _, taken := c.data[key]; taken {
				key = names.WithHash(key, e.Path, 253)
			}
			c.data[key] = e.Data
			c.items = append(c.items, corev1.KeyToPath{Key: key, Path: e.Path, Mode: new(fileMode(&e.File))})
		case e.Kind == source.Directory:
			c.emptyDirs = append(c.emptyDirs, e.Path)
		default:
			p.reportf("bind-entry", c.at, "", "%s is left out of the %s %s: it is no regular file that can be read here", e.Path, c.kind, c.name)
		}
	}
}

// filePath makes the path of an item, which may not begin with two dots.
func filePath(base string) string {
	if strings.HasPrefix(base, "..") {
		return strings.TrimLeft(base, ".")
	}
	return base
}

func fileMode(f *source.File) int32 {
	if f.Executable {
		return modeExecutable
	}
	return modeFile
}

// contentKey makes the key of a ConfigMap or Secret from the path of a file.
func contentKey(file string) string {
	key := secretKey(strings.ReplaceAll(file, "/", "__"))
	if strings.Trim(key, ".") == "" {
		key = "_" + key
	}
	if strings.HasPrefix(key, "..") {
		key = "_" + key
	}
	if len(key) > 253 {
		key = names.WithHash(key, file, 253)
	}
	return key
}

// size returns how many bytes the files have, and how many of a manifest they take: what is no text is written in base64.
func (c *content) size() (files, written int) {
	for _, data := range c.data {
		files += len(data)
		if isText(data) {
			written += len(data)
		} else {
			written += (len(data) + 2) / 3 * 4
		}
	}
	return files, written
}

// lastApplied is how much kubectl's client-side apply can write into its annotation.
const lastApplied = 256 << 10

// reportLargeContent tells of objects that the API server refuses, or that only server-side apply can send. The API server
// counts bytes, not their base64.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go, ValidateConfigMap
func (p *project) reportLargeContent(at diag.Path, c *content) {
	switch files, written := c.size(); {
	case files > maxObjectBytes:
		p.reportf("object-too-large", at, "build the files into the image, or split them",
			"the %s %s would have %d KiB; the API server refuses more than 1024", c.kind, c.name, (files+1023)>>10)
	case written > lastApplied:
		p.reportf("apply-server-side", at, "apply it with kubectl apply --server-side", "the %s %s has %d KiB, too much for client-side apply", c.kind, c.name, written>>10)
	}
}

// finish gives the content its last form before the first Pod mounts it.
func (p *project) finish(c *content) {
	if c.used {
		return
	}
	c.used = true
	for _, key := range sortedKeys(c.data) {
		if isText(c.data[key]) && isConfiguration(key) {
			c.data[key] = []byte(p.rewriteNames(c.at, "", string(c.data[key])))
		}
	}
	c.sum = checksum(c.data)
}

// configMap returns the ConfigMap itself.
func (p *project) configMap(c *content) *corev1.ConfigMap {
	m := &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: p.contentMeta(c)}
	for _, key := range sortedKeys(c.data) {
		if isText(c.data[key]) {
			if m.Data == nil {
				m.Data = map[string]string{}
			}
			m.Data[key] = string(c.data[key])
		} else {
			if m.BinaryData == nil {
				m.BinaryData = map[string][]byte{}
			}
			m.BinaryData[key] = c.data[key]
		}
	}
	return m
}

func (p *project) contentMeta(c *content) metav1.ObjectMeta {
	if c.owner != nil {
		return c.owner.serviceMeta(c.name)
	}
	meta := p.objectMeta(c.name, normalLabel(c.component))
	meta.Annotations = p.objectAnnotations(c.at.Key("labels"), c.labels)
	if c.kind == "Secret" {
		addLabels(meta.Labels, c.labels)
	}
	return meta
}

// contentMounts returns the volumeMounts of files in a ConfigMap or Secret and adds their volume to the Pod.
//
// A single file is mounted alone, so that its directory keeps what the image has there, as with a bind mount. A directory is
// mounted whole and hides what the image has there. Where something else is mounted below that directory, or where it
// has empty sub-directories, the read-only volume has no place to mount them on: then an empty directory comes first and the
// files are mounted into it one by one.
func (b *pod) contentMounts(s *service, m mount, plan []mount) []corev1.VolumeMount {
	c := m.content
	b.rollOn(c)
	switch {
	case m.writable != "":
		return []corev1.VolumeMount{b.writableMount(m)}
	case m.file != "":
		return []corev1.VolumeMount{{Name: b.addVolume(m.wish, c.volumeSource(m.items)), MountPath: m.target, SubPath: m.file, ReadOnly: true}}
	case len(c.emptyDirs) == 0 && !slices.ContainsFunc(plan, func(o mount) bool { return o.target != m.target && isWithin(o.target, m.target) }):
		return []corev1.VolumeMount{{Name: b.addVolume(m.wish, c.volumeSource(m.items)), MountPath: m.target, ReadOnly: true}}
	}
	identity := "directory " + s.name + " " + m.target
	mounts := []corev1.VolumeMount{{Name: b.ownVolume(identity, m.wish+"-dir", corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}), MountPath: m.target}}
	for _, dir := range c.emptyDirs {
		source := corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
		mounts = append(mounts, corev1.VolumeMount{Name: b.ownVolume(identity+"/"+dir, m.wish+"-"+dir, source), MountPath: path.Join(m.target, dir)})
	}
	if len(m.items) == 0 {
		return mounts
	}
	name := b.addVolume(m.wish, c.volumeSource(m.items))
	for _, item := range m.items {
		target := path.Join(m.target, item.Path)
		if !slices.ContainsFunc(plan, func(o mount) bool {
			return o.target != m.target && isWithin(target, o.target) && isWithin(o.target, m.target)
		}) {
			mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: target, SubPath: item.Path, ReadOnly: true})
		}
	}
	return mounts
}

// volumeSource returns the volume with these items. A mode that all files have is that of the volume, and where every key
// keeps its name the list would say nothing that the volume does not do by itself.
func (c *content) volumeSource(items []corev1.KeyToPath) corev1.VolumeSource {
	list, mode := commonMode(items)
	renames := func(i corev1.KeyToPath) bool { return i.Key != i.Path || i.Mode != nil }
	if !c.existing && len(list) == len(c.data) && !slices.ContainsFunc(list, renames) {
		list = nil
	}
	if c.kind == "Secret" {
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: c.name, Items: list, DefaultMode: mode}}
	}
	return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: c.name}, Items: list, DefaultMode: mode,
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
	if common && *items[0].Mode != modeFile {
		mode = items[0].Mode
	}
	for i := range list {
		if common || *list[i].Mode == modeFile {
			list[i].Mode = nil
		}
	}
	return list, mode
}

// objectAnnotations returns the labels of a Compose entry as annotations: Kubernetes labels are for selecting and take
// few characters. Keys that no annotation can have are reported.
func (p *project) objectAnnotations(at diag.Path, sets ...map[string]string) map[string]string {
	annotations := map[string]string{}
	for _, labels := range sets {
		for _, key := range sortedKeys(labels) {
			if !isAnnotationKey(key) {
				p.reportf("label-key", at, "rename the label", "the label %q is left out: no annotation can be called so", key)
				continue
			}
			annotations[key] = labels[key]
		}
	}
	if len(annotations) == 0 {
		return nil
	}
	return annotations
}

func isAnnotationKey(key string) bool {
	return len(validation.IsQualifiedName(strings.ToLower(key))) == 0
}
