package chart

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/convert/manifest"
)

// container sets the slots of a container that belongs to a service; others keep what they have.
func (p *pod) container(listName string, c *corev1.Container) {
	at := p.at(listName + "[" + c.Name + "]")
	s := p.services[p.byLabel[c.Name]]
	if s == nil {
		p.foreignImage(at, c)
		p.references(at, c)
		return
	}
	if s != p.main && p.main != nil {
		p.slots[at] = manifest.Slot{Guard: ".Values." + s.key + ".enabled"}
	}
	v, key := s.values, ".Values."+s.key+"."
	partsOf(c.Image).values(v.in("image"), string(c.ImagePullPolicy), p.appVersion)
	p.slots[at+".image"] = manifest.Slot{Expr: action(p.helper("image", "(dict \"root\" $ \"image\" "+key+"image)"))}
	p.slots[at+".imagePullPolicy"] = manifest.Slot{Lines: []string{"{{- with " + key + "image.pullPolicy }}", "imagePullPolicy: {{ . }}", "{{- end }}"}}
	if c.ImagePullPolicy != "" {
		p.slots[at+".imagePullPolicy"] = manifest.Slot{Expr: action(key + "image.pullPolicy")}
	}
	p.environment(at, s, c)
	p.references(at, c)
	p.extraMounts(at, v, key, c)
	block := func(name string, value any, empty bool) {
		setBlock(v, name, free, value, empty)
		p.slots[at+"."+name] = manifest.Slot{Block: key + name}
	}
	block("resources", c.Resources, c.Resources.Limits == nil && c.Resources.Requests == nil && c.Resources.Claims == nil)
	if !p.ends || c.StartupProbe != nil || c.ReadinessProbe != nil || c.LivenessProbe != nil { // nobody probes what is to end
		block("startupProbe", c.StartupProbe, c.StartupProbe == nil)
		block("readinessProbe", c.ReadinessProbe, c.ReadinessProbe == nil)
		block("livenessProbe", c.LivenessProbe, c.LivenessProbe == nil)
	}
	block("securityContext", c.SecurityContext, c.SecurityContext == nil)
	p.promoteContainer(at, s, c)
}

// extraMounts adds mounts of the user's.
func (p *pod) extraMounts(at string, v *values, key string, c *corev1.Container) {
	v.set("extraVolumeMounts", list, []string{})
	p.slots[at+".volumeMounts"] = further(key+"extraVolumeMounts", len(c.VolumeMounts) > 0)
}

// further returns the slot of a list whose items a value adds to those that the object has, if it has any.
func further(value string, hasItems bool) manifest.Slot {
	if !hasItems {
		return manifest.Slot{Block: value}
	}
	return manifest.Slot{After: with(value)}
}

// foreignImage lets a container without values of its own follow the registry of the chart, and the image of a service where it has the same.
func (p *pod) foreignImage(at string, c *corev1.Container) {
	for _, other := range p.spec.Containers {
		if s := p.services[p.byLabel[other.Name]]; s != nil && other.Image == c.Image {
			p.slots[at+".image"] = manifest.Slot{Expr: action(p.helper("image", "(dict \"root\" $ \"image\" .Values."+s.key+".image)"))}
			return
		}
	}
	i := partsOf(c.Image)
	if !strings.Contains(c.Image, "@") && !strings.HasSuffix(c.Image, ":"+i.tag) {
		i.tag = ""
	}
	image := fmt.Sprintf("(dict \"registry\" %q \"repository\" %q \"tag\" %q \"digest\" %q)", i.registry, i.repository, i.tag, i.digest)
	if i.tag != "" || i.digest != "" {
		p.slots[at+".image"] = manifest.Slot{Expr: action(p.helper("image", "(dict \"root\" $ \"image\" "+image+")"))}
	}
}

// environment moves plain variables and those of the service's Secret into values. What is made of other variables, $(NAME), has to stand behind
// them and stays in the template.
func (p *pod) environment(at string, s *service, c *corev1.Container) {
	v, key := s.values, ".Values."+s.key+"."
	plain, secret := map[string]string{}, map[string]string{}
	var kept []corev1.EnvVar
	repeated := repeatedNames(c.Env)
	own := p.secrets[s.dns+"-env"]
	for _, e := range c.Env {
		switch {
		case repeated:
			kept = append(kept, e)
		case e.ValueFrom == nil && !refersToVariable(e.Value):
			plain[e.Name] = e.Value
		case own != nil && own.env == s && e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil && e.ValueFrom.SecretKeyRef.Name == own.name && e.ValueFrom.SecretKeyRef.Key == e.Name:
			secret[e.Name] = ""
		default:
			kept = append(kept, e)
		}
	}
	c.Env = kept
	v.set("env", textMap, plain).says("Variables. The value null removes one.")
	lines := []string{
		"{{- range $name, $value := " + key + "env }}", "- name: {{ $name | quote }}", "  value: {{ $value | quote }}", "{{- end }}",
	}
	if own != nil && own.env == s {
		v.set("secretEnv", textMap, secret).says("Secret variables. Set them at installation, or name a Secret that has these keys.")
		v.set("existingSecret", text, "")
		lines = append(lines,
			"{{- range $name, $_ := "+key+"secretEnv }}", "- name: {{ $name | quote }}", "  valueFrom:", "    secretKeyRef:",
			"      name: {{ $.Values."+s.key+".existingSecret | default "+strconv.Quote(own.name)+" | quote }}", "      key: {{ $name | quote }}", "{{- end }}")
	}
	v.set("extraEnv", list, []string{}).says("Further variables, as in a Pod.")
	slot := manifest.Slot{Before: lines, After: with(key + "extraEnv")}
	if len(kept) == 0 {
		conditions := []string{key + "env", key + "extraEnv"}
		if own != nil && own.env == s {
			conditions = slices.Insert(conditions, 1, key+"secretEnv")
		}
		slot.Guard = or(conditions...)
	}
	p.slots[at+".env"] = slot
}

func repeatedNames(env []corev1.EnvVar) bool {
	seen := map[string]bool{}
	for _, e := range env {
		if seen[e.Name] {
			return true
		}
		seen[e.Name] = true
	}
	return false
}

// refersToVariable reports whether Kubernetes would put another variable into a value: $(NAME), but not $$(NAME).
func refersToVariable(value string) bool {
	for i := 0; i < len(value); i++ {
		if value[i] != '$' {
			continue
		}
		if i+1 < len(value) && value[i+1] == '$' {
			i++
		} else if i+1 < len(value) && value[i+1] == '(' {
			return true
		}
	}
	return false
}

// references sets the slots of variables that come from a Secret or ConfigMap of the chart.
func (p *pod) references(at string, c *corev1.Container) {
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			continue
		}
		from := at + ".env[" + e.Name + "].valueFrom."
		if ref := e.ValueFrom.SecretKeyRef; ref != nil {
			p.refer(p.secrets[ref.Name], from+"secretKeyRef.name", from+"secretKeyRef.key", ref.Key)
		}
		if ref := e.ValueFrom.ConfigMapKeyRef; ref != nil {
			p.refer(p.configs[ref.Name], from+"configMapKeyRef.name", "", "")
		}
	}
	for i, e := range c.EnvFrom {
		from := at + ".envFrom[" + strconv.Itoa(i) + "]."
		if e.SecretRef != nil {
			p.refer(p.secrets[e.SecretRef.Name], from+"secretRef.name", "", "")
		}
		if e.ConfigMapRef != nil {
			p.refer(p.configs[e.ConfigMapRef.Name], from+"configMapRef.name", "", "")
		}
	}
}

// refer lets a reference follow the name, and the key, that the values give an object.
func (p *pod) refer(c *content, namePath, keyPath, key string) {
	if c == nil {
		return
	}
	p.slots[namePath] = manifest.Slot{Expr: action(c.existing() + " | default " + strconv.Quote(c.name) + " | quote")}
	if keyPath != "" && c.singleKey == key && key != "" && c.env == nil {
		p.slots[keyPath] = manifest.Slot{Expr: action(".Values.secrets." + c.key + ".key")}
	}
}

// volume sets the slots of a volume that comes from an object of the chart.
func (p *pod) volume(v *corev1.Volume) {
	at := p.at("volumes[" + v.Name + "]")
	items := func(c *content, path string, items []corev1.KeyToPath) {
		for i, item := range items {
			p.refer(c, path[:strings.LastIndexByte(path, '.')]+"."+nameField(path), path+"["+strconv.Itoa(i)+"].key", item.Key)
		}
	}
	switch {
	case v.ConfigMap != nil:
		p.refer(p.configs[v.ConfigMap.Name], at+".configMap.name", "", "")
	case v.Secret != nil:
		p.refer(p.secrets[v.Secret.SecretName], at+".secret.secretName", "", "")
		items(p.secrets[v.Secret.SecretName], at+".secret.items", v.Secret.Items)
	case v.Projected != nil:
		for i, source := range v.Projected.Sources {
			from := at + ".projected.sources[" + strconv.Itoa(i) + "]."
			if source.ConfigMap != nil {
				p.refer(p.configs[source.ConfigMap.Name], from+"configMap.name", "", "")
			}
			if source.Secret != nil {
				p.refer(p.secrets[source.Secret.Name], from+"secret.name", "", "")
				items(p.secrets[source.Secret.Name], from+"secret.items", source.Secret.Items)
			}
		}
	case v.PersistentVolumeClaim != nil:
		if c := p.claims[v.PersistentVolumeClaim.ClaimName]; c != nil {
			p.slots[at+".persistentVolumeClaim"] = manifest.Slot{Lines: c.volumeSource(v.PersistentVolumeClaim.ReadOnly)}
		}
	}
}

// nameField returns what the field with the name of a Secret is called beside the items of a path.
func nameField(path string) string {
	if strings.Contains(path, ".projected.") {
		return "name"
	}
	return "secretName"
}
