package storage

import (
	"path"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
	"github.com/transship/transship/transform/users"
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
func entries(p *input.Project) []entry {
	var all []entry
	for _, key := range sorted.Keys(p.Compose.Configs) {
		all = append(all, configOf(p, key))
	}
	for _, key := range sorted.Keys(p.Compose.Secrets) {
		all = append(all, secretOf(p, key))
	}
	return all
}

// configOf returns the top-level config of a key. A Secret carries it where the value of a secret stands in it.
func configOf(p *input.Project, key string) entry {
	e := entry{types.FileObjectConfig(p.Compose.Configs[key]), "configs", key, "ConfigMap", p.Ext.Configs[key]}
	if secretIn(p, e) != "" {
		e.kind = "Secret"
	}
	return e
}

// secretOf returns the top-level secret of a key.
func secretOf(p *input.Project, key string) entry {
	return entry{types.FileObjectConfig(p.Compose.Secrets[key]), "secrets", key, "Secret", p.Ext.Secrets[key]}
}

// secretIn returns the name of a secret whose value stands in a config, "" if none does.
func secretIn(p *input.Project, e entry) string {
	if e.isReference() {
		return ""
	}
	if f := p.Files[e.File]; e.File != "" && f != nil {
		return p.SecretIn(e.File, f.Data)
	}
	if plain := p.PlainSecrets(e.at().Key("content"), e.Content); len(plain) > 0 {
		return plain[0].Variable
	}
	return p.SecretIn(e.key, []byte(e.Content+p.Compose.Environment[e.Environment]))
}

// isSecretConfig reports whether the entry is a config that a Secret carries.
func (e entry) isSecretConfig() bool { return e.section == "configs" && e.kind == "Secret" }

// identity is what the name of the object is asked for with.
func (e entry) identity() string {
	if e.isSecretConfig() {
		return "config " + e.key // a secret may have the same key
	}
	return e.key
}

// nameFileObjects names the ConfigMaps and Secrets of the top-level entries: after their key, because the `name` of an entry
// without `external` is only a label on Docker. References keep the name of what they refer to.
func nameFileObjects(p *input.Project, n *naming.Names) {
	keys := map[string][]string{}
	for _, e := range entries(p) {
		switch {
		case e.isReference():
			name := e.Name
			if e.Driver != "" && !e.External {
				name = e.key // nothing makes the name <project>_<key> that Docker would give
			}
			if e.ext.Name != "" {
				name = e.ext.Name
			}
			n.Registry.Claim(e.kind, "reference "+e.key, referenceName(name), names.MaxLabel)
		case e.ext.Name != "":
			n.Registry.Claim(e.kind, e.identity(), e.ext.Name, names.MaxLabel)
		case e.isSecretConfig():
		default:
			keys[e.kind] = append(keys[e.kind], e.key)
		}
	}
	for _, kind := range []string{"ConfigMap", "Secret"} {
		n.Registry.Assign(kind, normalLabel, names.MaxLabel, keys[kind]...)
	}
	for _, e := range entries(p) {
		if e.isSecretConfig() && e.ext.Name == "" {
			n.Registry.Claim(e.kind, e.identity(), normalLabel(e.key), names.MaxLabel)
		}
	}
}

// referenceName keeps the name of an existing object where an object can have that name.
func referenceName(name string) string {
	if isSubdomain(name) {
		return name
	}
	return normalLabel(name)
}

// ofEntry returns the object of a top-level config or secret, made on first use.
//
// docker compose mounts the file of the host, or copies the text into the container; Swarm keeps an object. Either way a
// container finds a file. An external entry is refused by docker compose and looked up by Swarm: it is referred to
// here, and which key of the object holds the file can only be assumed.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/08-configs.md,
// https://github.com/compose-spec/compose-spec/blob/main/09-secrets.md
func (d *contents) ofEntry(e entry) *plan.Content {
	identity := e.section + " " + e.key
	if c := d.byIdentity[identity]; c != nil {
		return c
	}
	c := &plan.Content{Kind: e.kind, At: e.at(), Component: e.key, Labels: e.Labels, Data: map[string][]byte{}}
	d.byIdentity[identity] = c
	if e.isReference() {
		reference(d.names, e, c, d.findings)
		return c
	}
	c.Name = d.names.Registry.Name(e.kind, e.identity())
	if e.File != "" {
		entryFile(d.project, e, c, d.findings)
	} else {
		key := contentKey(e.key)
		if e.ext.Key != "" {
			key = e.ext.Key
		}
		c.Data[key] = entryValue(d.project, e, d.findings)
		c.Items = []corev1.KeyToPath{{Key: key, Path: filePath(path.Base(e.key)), Mode: new(modeInline)}}
	}
	reportLargeContent(d.project, c.At, c, d.findings)
	if e.isSecretConfig() {
		d.findings.Addf("content-secret", c.At, "", "the value of %s stands in the config %s, so a Secret carries it", secretIn(d.project, e), e.key)
	}
	if e.kind == "Secret" {
		reportSecret(d.project, c.At, c.Name, c.Component, c.Data, d.findings)
	}
	return c
}

// reference makes the content of an entry that refers to an existing object.
func reference(n *naming.Names, e entry, c *plan.Content, findings *report.Findings) {
	c.Existing = true
	c.Name = n.Registry.Name(e.kind, "reference "+e.key)
	key := e.ext.Key
	if key == "" {
		key = contentKey(e.key)
		if bool(e.External) && e.Name != "" {
			key = contentKey(e.Name)
		}
	}
	c.Items = []corev1.KeyToPath{{Key: key, Path: filePath(path.Base(e.key)), Mode: new(modeInline)}}
	if e.Driver != "" {
		findings.Addf("secret-driver", e.at().Key("driver"), "let the External Secrets Operator or the Secrets Store CSI driver make it",
			"no plugin %s fetches the secret on Kubernetes: the Pods wait for a Secret called %s with the key %s", e.Driver, c.Name, key)
		return
	}
	create := strings.ToLower(e.kind)
	if e.kind == "Secret" {
		create += " generic"
	}
	findings.Addf("content-external", e.at().Key("external"), "make it before the Pods start, with kubectl create "+create+" "+c.Name+" --from-file="+key+"=FILE; x-kubernetes: {name: …, key: …} if it is called otherwise",
		"the Pods expect a %s called %s with the key %s", e.kind, c.Name, key)
}

// entryFile fills the content from the file or directory of the entry.
func entryFile(p *input.Project, e entry, c *plan.Content, findings *report.Findings) {
	at, file := e.at().Key("file"), path.Clean(e.File)
	f := p.Files[file]
	switch {
	case f != nil && f.Kind == source.Regular, f != nil && f.Kind == source.Directory && len(f.Entries) > 0:
		fill(c, f, path.Base(file), findings)
		if f.Kind == source.Regular && len(f.Data) == 0 && e.kind == "Secret" {
			findings.Addf("secret-empty", at, "write the value into the file and convert again; where a service of the project writes it, run that first",
				"%s is empty, so the Secret holds nothing", p.Relative(file))
		}
		if e.ext.Key != "" && !c.Directory {
			c.Data = map[string][]byte{e.ext.Key: f.Data}
			c.Items[0].Key = e.ext.Key
		}
	case f != nil && f.Kind == source.TooLarge:
		findings.Addf("object-too-large", at, "build the file into the image", "%s is too large for a %s, which holds 1 MiB", p.Relative(file), e.kind)
	default:
		problem := binds.Problem(f)
		if f != nil && f.Kind == source.Directory {
			problem = "is an empty directory"
		}
		findings.Addf("missing-file", at, "put the file there", "%s %s, so the %s %s would have no content", p.Relative(file), problem, e.kind, c.Name)
	}
}

// entryValue returns the content of an entry that is no file.
func entryValue(p *input.Project, e entry, findings *report.Findings) []byte {
	if e.Environment == "" {
		return []byte(e.Content)
	}
	if value, set := p.Compose.Environment[e.Environment]; set {
		return []byte(value)
	}
	if e.Content == "" {
		findings.Addf("unset-source", e.at().Key("environment"), "set it in the shell or in .env when converting",
			"the variable %s is not set, so %s would be empty", e.Environment, e.key)
	}
	return []byte(e.Content)
}

// contentMounts decides on the mounts of configs and secrets.
type contentMounts struct {
	project  *input.Project
	users    *users.Users
	findings *report.Findings
	contents *contents
	used     map[string]bool // top-level entries that something mounts, by path
}

// configMounts returns the mounts of the container's configs.
func (d *contentMounts) configMounts(u *input.Container) []plan.Mount {
	var mounts []plan.Mount
	for i, ref := range u.Spec.Configs {
		at := u.At.Key("configs").Index(i)
		_, declared := d.project.Compose.Configs[ref.Source]
		if !declared {
			d.findings.Addf("content-undeclared", at, "declare it under the top-level configs", "the config %s is not declared; it is left out", ref.Source)
			continue
		}
		e := configOf(d.project, ref.Source)
		target := ref.Target
		if target == "" {
			target = ref.Source
		}
		if m, ok := d.entryMount(u, at, e, types.FileReferenceConfig(ref), path.Join("/", target)); ok {
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// entryMount returns the mount of a config or secret at a target.
func (d *contentMounts) entryMount(u *input.Container, at diag.Path, e entry, ref types.FileReferenceConfig, target string) (plan.Mount, bool) {
	d.used[e.at().String()] = true
	c := d.contents.ofEntry(e)
	m := plan.Mount{At: at, Target: target, ReadOnly: true, Wish: e.key, Content: c}
	if len(c.Items) == 0 {
		return m, false // its content could not be read, which is an error
	}
	for _, item := range c.Items {
		if ref.Mode != nil {
			item.Mode = new(int32(*ref.Mode) & 0o777)
		}
		m.Items = append(m.Items, item)
	}
	if !c.Directory {
		m.Items[0].Path = filePath(path.Base(target))
		m.File = m.Items[0].Path
	}
	checkMode(at, ref, d.findings)
	reportOwner(d.users, u, at, ref, d.findings)
	return withPrivate(u, m), true
}

// checkMode reports a file mode that cannot be meant or had.
func checkMode(at diag.Path, ref types.FileReferenceConfig, findings *report.Findings) {
	if ref.Mode == nil {
		return
	}
	reportDecimalMode(at.Key("mode"), int64(*ref.Mode), findings)
	if *ref.Mode&^0o777 != 0 {
		findings.Addf("content-mode", at.Key("mode"), "", "mode %#o becomes %#o: files of a volume have no set-uid, set-gid or sticky bit", int64(*ref.Mode), int64(*ref.Mode)&0o777)
	}
}

func isSubdomain(name string) bool { return len(validation.IsDNS1123Subdomain(name)) == 0 }
