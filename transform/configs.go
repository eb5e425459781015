package transform

import (
	"path"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// entry is a top-level config or secret.
type entry struct {
	types.FileObjectConfig
	section string // configs or secrets
	key     string
	kind    string // ConfigMap or Secret
	ext     extension.Content
}

func (e entry) at() diag.Path { return diag.At(e.section, e.key) }

// isReference reports whether the object is somebody else's to make.
func (e entry) isReference() bool { return bool(e.External) || e.Driver != "" }

// entries returns the top-level configs and secrets, by name.
func (p *project) entries() []entry {
	var all []entry
	for _, key := range sortedKeys(p.in.Project.Configs) {
		all = append(all, entry{types.FileObjectConfig(p.in.Project.Configs[key]), "configs", key, "ConfigMap", p.ext.Configs[key]})
	}
	for _, key := range sortedKeys(p.in.Project.Secrets) {
		all = append(all, entry{types.FileObjectConfig(p.in.Project.Secrets[key]), "secrets", key, "Secret", p.ext.Secrets[key]})
	}
	return all
}

// nameFileObjects names the ConfigMaps and Secrets of the top-level entries: after their key, because the `name` of an entry
// without `external` is only a label on Docker. References keep the name of what they refer to.
func (p *project) nameFileObjects() {
	keys := map[string][]string{}
	for _, e := range p.entries() {
		switch {
		case e.isReference():
			name := e.Name
			if e.Driver != "" && !e.External {
				name = e.key // nothing makes the name <project>_<key> that Docker would give
			}
			if e.ext.Name != "" {
				name = e.ext.Name
			}
			p.names.Claim(e.kind, "reference "+e.key, referenceName(name), names.MaxLabel)
		case e.ext.Name != "":
			p.names.Claim(e.kind, e.key, e.ext.Name, names.MaxLabel)
		default:
			keys[e.kind] = append(keys[e.kind], e.key)
		}
	}
	for _, kind := range []string{"ConfigMap", "Secret"} {
		p.names.Assign(kind, normalLabel, names.MaxLabel, keys[kind]...)
	}
}

// referenceName keeps the name of an existing object where an object can have that name.
func referenceName(name string) string {
	if isSubdomain(name) {
		return name
	}
	return normalLabel(name)
}

// entryContent returns the object of a top-level config or secret, made on first use.
//
// docker compose mounts the file of the host, or copies the text into the container; Swarm keeps an object. Either way a
// container finds a file. An external entry is refused by docker compose and looked up by Swarm: it is referred to
// here, and which key of the object holds the file can only be assumed.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/08-configs.md,
// https://github.com/compose-spec/compose-spec/blob/main/09-secrets.md
func (p *project) entryContent(e entry) *content {
	identity := e.section + " " + e.key
	if c := p.storage.contents[identity]; c != nil {
		return c
	}
	c := &content{kind: e.kind, at: e.at(), component: e.key, labels: e.Labels, data: map[string][]byte{}}
	p.storage.contents[identity] = c
	if e.isReference() {
		p.reference(e, c)
		return c
	}
	c.name = p.names.Name(e.kind, e.key)
	if e.File != "" {
		p.entryFile(e, c)
	} else {
		key := contentKey(e.key)
		if e.ext.Key != "" {
			key = e.ext.Key
		}
		c.data[key] = p.entryValue(e)
		c.items = []corev1.KeyToPath{{Key: key, Path: filePath(path.Base(e.key)), Mode: new(modeInline)}}
	}
	p.reportLargeContent(c.at, c)
	if e.kind == "Secret" {
		p.reportSecret(c.at, c.name, c.component, c.data)
	}
	return c
}

// reference makes the content of an entry that refers to an existing object.
func (p *project) reference(e entry, c *content) {
	c.existing = true
	c.name = p.names.Name(e.kind, "reference "+e.key)
	key := e.ext.Key
	if key == "" {
		key = contentKey(e.key)
		if bool(e.External) && e.Name != "" {
			key = contentKey(e.Name)
		}
	}
	c.items = []corev1.KeyToPath{{Key: key, Path: filePath(path.Base(e.key)), Mode: new(modeInline)}}
	if e.Driver != "" {
		p.reportf("secret-driver", e.at().Key("driver"), "let the External Secrets Operator or the Secrets Store CSI driver make it",
			"no plugin %s fetches the secret on Kubernetes: the Pods wait for a Secret called %s with the key %s", e.Driver, c.name, key)
		return
	}
	p.reportf("content-external", e.at().Key("external"), "make it before the Pods start; x-kubernetes: {name: …, key: …} if it is called otherwise",
		"the Pods expect a %s called %s with the key %s", e.kind, c.name, key)
}

// entryFile fills the content from the file or directory of the entry.
func (p *project) entryFile(e entry, c *content) {
	at, file := e.at().Key("file"), path.Clean(e.File)
	f := p.in.Files[file]
	switch {
	case f != nil && f.Kind == source.Regular, f != nil && f.Kind == source.Directory && len(f.Entries) > 0:
		p.fill(c, f, path.Base(file))
		if e.ext.Key != "" && !c.directory {
			c.data = map[string][]byte{e.ext.Key: f.Data}
			c.items[0].Key = e.ext.Key
		}
	case f != nil && f.Kind == source.TooLarge:
		p.reportf("object-too-large", at, "build the file into the image", "%s is too large for a %s, which holds 1 MiB", p.relative(file), e.kind)
	default:
		b := bind{unit: &unit{service: &service{project: p}}, path: file, file: f}
		problem := b.problem()
		if f != nil && f.Kind == source.Directory {
			problem = "is an empty directory"
		}
		p.reportf("missing-file", at, "put the file there", "%s %s, so the %s %s would have no content", p.relative(file), problem, e.kind, c.name)
	}
}

// entryValue returns the content of an entry that is no file.
func (p *project) entryValue(e entry) []byte {
	if e.Environment == "" {
		return []byte(e.Content)
	}
	if value, set := p.in.Project.Environment[e.Environment]; set {
		return []byte(value)
	}
	if e.Content == "" {
		p.reportf("unset-source", e.at().Key("environment"), "set it in the shell or in .env when converting",
			"the variable %s is not set, so %s would be empty", e.Environment, e.key)
	}
	return []byte(e.Content)
}

// configMounts returns the mounts of the container's configs.
func (u *unit) configMounts() []mount {
	var mounts []mount
	for i, ref := range u.spec.Configs {
		at := u.at.Key("configs").Index(i)
		config, declared := u.in.Project.Configs[ref.Source]
		if !declared {
			u.reportf("content-undeclared", at, "declare it under the top-level configs", "the config %s is not declared; it is left out", ref.Source)
			continue
		}
		e := entry{types.FileObjectConfig(config), "configs", ref.Source, "ConfigMap", u.project.ext.Configs[ref.Source]}
		target := ref.Target
		if target == "" {
			target = ref.Source
		}
		if m, ok := u.entryMount(at, e, types.FileReferenceConfig(ref), path.Join("/", target)); ok {
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// entryMount returns the mount of a config or secret at a target.
func (u *unit) entryMount(at diag.Path, e entry, ref types.FileReferenceConfig, target string) (mount, bool) {
	u.storage.used[e.at().String()] = true
	c := u.entryContent(e)
	m := mount{at: at, target: target, readOnly: true, wish: e.key, content: c}
	if len(c.items) == 0 {
		return m, false // its content could not be read, which is an error
	}
	for _, item := range c.items {
		if ref.Mode != nil {
			item.Mode = new(int32(*ref.Mode) & 0o777)
		}
		m.items = append(m.items, item)
	}
	if !c.directory {
		m.items[0].Path = filePath(path.Base(target))
		m.file = m.items[0].Path
	}
	u.checkMode(at, ref)
	u.reportOwner(at, ref)
	return m, true
}

// checkMode reports a file mode that cannot be meant or had.
func (u *unit) checkMode(at diag.Path, ref types.FileReferenceConfig) {
	if ref.Mode == nil {
		return
	}
	u.reportDecimalMode(at.Key("mode"), int64(*ref.Mode))
	if *ref.Mode&^0o777 != 0 {
		u.reportf("content-mode", at.Key("mode"), "", "mode %#o becomes %#o: files of a volume have no set-uid, set-gid or sticky bit", int64(*ref.Mode), int64(*ref.Mode)&0o777)
	}
}

// reportDecimalMode tells of a mode that was written without the leading zero, which YAML reads as a decimal number: 440
// is 0670. Docker takes it as it is, and so it is carried.
func (u *unit) reportDecimalMode(at diag.Path, mode int64) {
	switch mode {
	case 400, 440, 444, 500, 550, 555, 600, 640, 644, 660, 664, 666, 700, 750, 755, 770, 775, 777, 1777:
		u.reportf("mode-decimal", at, "write 0"+strconv.FormatInt(mode, 10), "%d is a decimal number, which is mode %#o; 0%d is probably meant", mode, mode, mode)
	}
}

func isSubdomain(name string) bool { return len(validation.IsDNS1123Subdomain(name)) == 0 }
