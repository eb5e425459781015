package chart

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// helperTemplates are the named templates that every chart has; NAME stands for that of the chart.
const helperTemplates = `{{/* Labels that select the Pods of a component. They never change. */}}
{{- define "NAME.selectorLabels" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{/* Labels of the Pods of a component. */}}
{{- define "NAME.podLabels" -}}
{{ include "NAME.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: PART-OF
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of an object of a component. */}}
{{- define "NAME.labels" -}}
{{ include "NAME.podLabels" . }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Reference of an image: registry/repository:tag or @digest. */}}
{{- define "NAME.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{- .image.repository -}}
{{- if .image.digest }}{{ with .image.tag }}:{{ . }}{{ end }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .root.Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* Name of the ServiceAccount of a component; nothing for the default one. */}}
{{- define "NAME.serviceAccountName" -}}
{{- .account.name | default (ternary .name "" .account.create) -}}
{{- end }}
`

// helperFile returns _helpers.tpl.
func (b *builder) helperFile() []byte {
	partOf := "{{ .root.Chart.Name }}"
	if b.name != b.instance { // the objects are part of the project, whatever its chart is called
		partOf = b.instance
	}
	templates := strings.NewReplacer("NAME", b.name, "PART-OF", partOf).Replace(helperTemplates)
	parts := []string{"{{/* " + b.mark + " */}}\n", templates}
	return []byte(strings.Join(append(append(parts, b.validation()), b.helpers...), "\n"))
}

// validation returns the named template that stops the installation and names everything that is missing.
func (b *builder) validation() string {
	var out strings.Builder
	fmt.Fprintf(&out, "{{/* Stops the installation and names every value that is missing; NOTES.txt calls it. */}}\n{{- define %q -}}\n{{- $missing := list -}}\n", b.name+".validate")
	for _, name := range sortedKeys(b.secrets) {
		c := b.secrets[name]
		var needed []string
		for _, key := range sortedKeys(c.data) {
			if b.stub || len(c.data[key]) > 0 {
				needed = append(needed, key)
			}
		}
		if len(needed) == 0 {
			continue
		}
		place, existing := strings.TrimPrefix(c.valuesExpr(), ".Values."), strings.TrimPrefix(c.existing(), ".Values.")
		fmt.Fprintf(&out, "{{- if %s -}}\n", and(b.enabledBy(c.users), "not "+c.existing()))
		if c.env == nil && c.singleKey != "" {
			fmt.Fprintf(&out, "{{- if not %s }}{{ $missing = append $missing %q }}{{ end -}}\n", c.valuesExpr(), place+" (or "+existing+")")
		} else {
			quoted := make([]string, len(needed))
			for i, key := range needed {
				quoted[i] = strconv.Quote(key)
			}
			fmt.Fprintf(&out, "{{- range $name := list %s -}}\n{{- if not (get ($.Values%s | default dict) $name) }}{{ $missing = append $missing (printf %q $name) }}{{ end -}}\n{{- end -}}\n",
				strings.Join(quoted, " "), strings.TrimPrefix(c.valuesExpr(), ".Values"), place+".%s (or "+existing+")")
		}
		out.WriteString("{{- end -}}\n")
	}
	out.WriteString("{{- if $missing }}{{ fail (printf \"\\n\\nThese values are needed:\\n  %s\\n\" (join \"\\n  \" $missing)) }}{{ end -}}\n{{- end }}\n")
	return out.String()
}

// notes returns NOTES.txt: what Helm prints after an installation.
func (b *builder) notes() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "{{- /* %s */ -}}\n{{- include %q . -}}\n", b.mark, b.name+".validate")
	out.WriteString("{{ .Chart.Name }} {{ .Chart.AppVersion }} is installed as {{ .Release.Name }} in {{ .Release.Namespace }}.\nThe objects have the names of the services: one release per namespace.\n")
	for _, o := range b.objects {
		service, ok := o.(*corev1.Service)
		if !ok || len(service.Spec.Ports) == 0 {
			continue
		}
		s := b.services[b.byLabel[service.Name]]
		port := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Protocol == "" || p.Protocol == corev1.ProtocolTCP })
		if s == nil || port < 0 || !b.published[s.name] {
			continue
		}
		number := service.Spec.Ports[port].Port
		fmt.Fprintf(&out, "{{- if .Values.%s.enabled }}\n\n%s:\n", s.key, s.name)
		forward := fmt.Sprintf("  kubectl -n {{ .Release.Namespace }} port-forward service/%s %d:%d\n", service.Name, max(number, 1024+number%1024), number)
		if s.values.find("ingress", "hosts") != nil {
			fmt.Fprintf(&out, "{{- if .Values.%[1]s.ingress.enabled }}\n{{- range .Values.%[1]s.ingress.hosts }}\n  {{ ternary \"https\" \"http\" (not (empty $.Values.%[1]s.ingress.tls)) }}://{{ .host | default \"<any host>\" }}\n{{- end }}\n{{- else }}\n%[2]s{{- end }}\n", s.key, forward)
		} else {
			out.WriteString(forward)
		}
		out.WriteString("{{- end }}\n")
	}
	for _, name := range sortedKeys(b.claims) {
		c := b.claims[name]
		fmt.Fprintf(&out, "{{- if and %s %s (not %s) }}\n\nThe claim %s stays when the release is uninstalled: kubectl -n {{ .Release.Namespace }} delete pvc %s\n{{- end }}\n",
			c.value("enabled"), c.value("keep"), c.value("existingClaim"), name, name)
	}
	return []byte(out.String())
}

// readme returns README.md: how to install the chart, and a table of its values.
func (b *builder) readme(hasLocalSecrets bool) ([]byte, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "<!-- %s -->\n\n# %s\n\n%s on Kubernetes, made from its Compose project by transship.\n\n```sh\nhelm install %s .%s\n```\n\n",
		b.mark, b.name, b.project, b.name, map[bool]string{true: " -f secret-values.yaml"}[hasLocalSecrets])
	out.WriteString("The objects have the names of the Compose services, because the services reach each other by these names. So there can be one release per namespace.\n\n")
	out.WriteString("A probe is replaced as a whole only when the handler it had is removed: `readinessProbe: {exec: null, httpGet: {path: /, port: 80}}`. `null` removes a probe, a variable or any other value.\n\n")
	out.WriteString("## Values\n\n| Value | Default | |\n|---|---|---|\n")
	if err := b.table(&out, "", b.root); err != nil {
		return nil, err
	}
	return []byte(b.mask(out.String())), nil
}

func (b *builder) table(out *strings.Builder, path string, v *values) error {
	for _, e := range v.entries {
		at := e.key
		if path != "" {
			at = path + "." + e.key
		}
		if e.kind == mapping {
			if err := b.table(out, at, e); err != nil {
				return err
			}
			continue
		}
		shown := "…"
		field, err := b.encoder.EncodeField("x", e.leaf, 0)
		if err != nil {
			return err
		}
		if line := strings.TrimSpace(strings.TrimPrefix(string(field), "x:")); !strings.Contains(line, "\n") {
			shown = line
		}
		fmt.Fprintf(out, "| `%s` | `%s` | %s |\n", at, strings.ReplaceAll(strings.ReplaceAll(b.mask(shown), "|", "\\|"), "`", "'"), strings.ReplaceAll(e.comment, "\n", " "))
	}
	return nil
}
