package chart

import (
	"bytes"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/internal/sorted"
)

// findContents looks up the ConfigMaps, Secrets, claims and Jobs, and who uses them.
func (b *builder) findContents() {
	configKeys, secretKeys, claimKeys := map[string]bool{}, map[string]bool{}, map[string]bool{}
	unique := func(name string, taken map[string]bool) string {
		key := camel(name)
		for i := 2; taken[key]; i++ {
			key = camel(name) + strconv.Itoa(i)
		}
		taken[key] = true
		return key
	}
	for _, o := range b.objects {
		switch o := o.(type) {
		case *corev1.ConfigMap:
			b.configs[o.Name] = &content{name: o.Name, key: unique(o.Name, configKeys), data: dataOf(o.BinaryData, o.Data)}
		case *corev1.Secret:
			c := &content{name: o.Name, isSecret: true, data: dataOf(o.Data, o.StringData)}
			for _, key := range sorted.Keys(c.data) {
				c.binary = c.binary || !utf8.Valid(c.data[key])
				c.singleKey = key
			}
			if len(c.data) != 1 {
				c.singleKey = ""
			}
			b.secrets[o.Name] = c
		case *corev1.PersistentVolumeClaim:
			b.claims[o.Name] = &claim{object: o, key: unique(o.Name, claimKeys)}
		}
	}
	for _, o := range b.objects {
		if spec := podSpecOf(o); spec != nil {
			b.findUsers(o, spec)
		}
	}
	for _, name := range sorted.Keys(b.secrets) {
		c := b.secrets[name]
		if c.env == nil {
			c.key = unique(name, secretKeys)
		}
		c.users = slices.Compact(slices.Sorted(slices.Values(c.users)))
	}
	for _, s := range b.services {
		if c := b.secrets[s.dns+"-env"]; c != nil && isEnvironment(c, s) {
			c.env = s
		}
	}
}

// dataOf unites what a ConfigMap or Secret has as bytes and as text. Text wins, as it does on the API server.
func dataOf(binary map[string][]byte, text map[string]string) map[string][]byte {
	data := map[string][]byte{}
	maps.Copy(data, binary)
	for key, value := range text {
		data[key] = []byte(value)
	}
	return data
}

// findUsers notes for each object that a Pod refers to whose Pod it is.
func (b *builder) findUsers(o runtime.Object, spec *corev1.PodSpec) {
	user := b.origins.owners(o)
	if len(user) > 1 {
		user = user[:1]
	}
	for _, v := range spec.Volumes {
		switch {
		case v.ConfigMap != nil:
			b.configs[v.ConfigMap.Name].mountedBy(user)
		case v.Secret != nil:
			b.secrets[v.Secret.SecretName].mountedBy(user)
		case v.PersistentVolumeClaim != nil:
			if c := b.claims[v.PersistentVolumeClaim.ClaimName]; c != nil {
				c.users = append(c.users, user...)
			}
		case v.Projected != nil:
			for _, s := range v.Projected.Sources {
				if s.ConfigMap != nil {
					b.configs[s.ConfigMap.Name].mountedBy(user)
				}
				if s.Secret != nil {
					b.secrets[s.Secret.Name].mountedBy(user)
				}
			}
		}
	}
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		b.findVariables(&c, user)
	}
}

// findVariables notes what the environment of a container refers to.
func (b *builder) findVariables(c *corev1.Container, user []string) {
	repeated := repeatedNames(c.Env)
	for _, e := range c.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			if s := b.secrets[e.ValueFrom.SecretKeyRef.Name]; s != nil {
				s.users = append(s.users, user...)
				s.variables = append(s.variables, variable{c.Name, e.Name, e.ValueFrom.SecretKeyRef.Key, repeated})
			}
		}
		if e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil {
			b.configs[e.ValueFrom.ConfigMapKeyRef.Name].mountedBy(user)
		}
	}
	for _, e := range c.EnvFrom {
		if e.SecretRef != nil {
			b.secrets[e.SecretRef.Name].mountedBy(user)
		}
		if e.ConfigMapRef != nil {
			b.configs[e.ConfigMapRef.Name].mountedBy(user)
		}
	}
}

// mountedBy notes that a service uses the object as a whole. An object of somebody else's is nil.
func (c *content) mountedBy(user []string) {
	if c != nil {
		c.users, c.mounted = append(c.users, user...), true
	}
}

// isEnvironment reports whether all keys of a Secret are variables of one container of the service under the same name, and
// nothing else uses it.
func isEnvironment(c *content, s *service) bool {
	used := map[string]bool{}
	for _, v := range c.variables {
		if v.container != s.dns || v.key != v.name || v.repeated {
			return false
		}
		used[v.name] = true
	}
	return !c.binary && !c.mounted && len(used) == len(c.data)
}

// checksum returns the slot of the annotation that rolls Pods when an object changes.
func (b *builder) checksum(name string) (manifest.Slot, bool) {
	var parts, guards []string
	if c := b.configs[name]; c != nil {
		guards = append(guards, "(not "+c.existing()+")")
		parts = append(parts, "((.Files.Glob "+strconv.Quote("files/"+name+"/**")+").AsConfig)")
	}
	if c := b.secrets[name]; c != nil {
		guards = append(guards, "(not "+c.existing()+")")
		parts = append(parts, "("+c.valuesExpr()+" | toJson)")
	}
	switch len(parts) {
	case 0:
		return manifest.Slot{}, false
	case 1:
		return manifest.Slot{Guard: guards[0][1 : len(guards[0])-1], Expr: action(parts[0][1:len(parts[0])-1] + " | sha256sum | trunc 16")}, true
	}
	return manifest.Slot{Expr: action("print " + parts[0] + " " + parts[1] + " | sha256sum | trunc 16")}, true
}

// valuesExpr returns the value, or the mapping of values, of a Secret.
func (c *content) valuesExpr() string {
	switch {
	case c.env != nil:
		return ".Values." + c.env.key + ".secretEnv"
	case c.singleKey != "":
		return ".Values.secrets." + c.key + ".value"
	default:
		return ".Values.secrets." + c.key + ".values"
	}
}

// configMap writes the content into files, which no template engine reads.
func (b *builder) configMap(t *templateOf, o *corev1.ConfigMap) {
	c := b.configs[o.Name]
	t.guard = and(b.enabledBy(c.users), "not "+c.existing())
	b.root.in("configs").in(c.key).set("existingConfigMap", text, "").says("Name of a ConfigMap to use instead of making one.")
	for _, key := range sorted.Keys(c.data) {
		if bytes.HasPrefix(c.data[key], []byte("\ufeff")) {
			continue // Helm takes a byte order mark off files
		}
		file := "files/" + o.Name + "/" + key
		b.files = append(b.files, filetree.File{Name: file, Data: c.data[key], Mode: 0o644})
		get := ".Files.Get " + strconv.Quote(file)
		if _, binary := o.BinaryData[key]; binary {
			t.slots["binaryData."+key] = manifest.Slot{Expr: action(get + " | b64enc | quote")}
		} else {
			t.slots["data."+key] = manifest.Slot{Expr: action(get + " | quote")}
		}
	}
}

// secret takes the values out of a Secret. They are written as data: a key that goes from stringData would stay in the cluster.
func (b *builder) secret(t *templateOf, o *corev1.Secret) {
	c := b.secrets[o.Name]
	t.guard = and(b.enabledBy(c.users), "not "+c.existing())
	o.StringData, o.Data = nil, nil
	encode := " | b64enc | quote"
	if c.binary {
		encode = " | quote"
	}
	lines := []string{"data:"}
	local := b.secretValues
	switch {
	case c.env != nil:
		local = local.in(c.env.key).in("secretEnv")
		lines = append(lines, "  {{- range $name, $value := "+c.valuesExpr()+" }}", "  {{ $name | quote }}: {{ $value"+encode+" }}", "  {{- end }}")
	case c.singleKey != "":
		v := b.root.in("secrets").in(c.key)
		v.set("value", text, "").says("Set it at installation, or name a Secret below.")
		v.set("existingSecret", text, "").says("Name of a Secret to use instead of making one.")
		v.set("key", text, c.singleKey).says("Key in the Secret.")
		local.in("secrets").in(c.key).set("value", text, c.value(c.singleKey))
		lines = append(lines, "  {{ .Values.secrets."+c.key+".key }}: {{ "+c.valuesExpr()+encode+" }}")
	default:
		v := b.root.in("secrets").in(c.key)
		names := map[string]string{}
		for key := range c.data {
			names[key] = ""
		}
		v.set("values", textMap, names).says("Set them at installation, or name a Secret below.")
		v.set("existingSecret", text, "").says("Name of a Secret to use instead of making one.")
		local = local.in("secrets").in(c.key).in("values")
		lines = append(lines, "  {{- range $name, $value := "+c.valuesExpr()+" }}", "  {{ $name | quote }}: {{ $value"+encode+" }}", "  {{- end }}")
	}
	if c.singleKey == "" || c.env != nil {
		for _, key := range sorted.Keys(c.data) {
			local.set(key, text, c.value(key))
		}
	}
	t.slots["data"] = manifest.Slot{Lines: lines}
}

// value returns a value as it stands in the local values: in base64 where it is no text.
func (c *content) value(key string) string {
	if c.binary {
		return base64.StdEncoding.EncodeToString(c.data[key])
	}
	return string(c.data[key])
}
