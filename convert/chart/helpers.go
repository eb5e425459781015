package chart

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/internal/sorted"
)

// helperTemplates are the named templates that every chart has; NAME stands for that of the chart.
const helperTemplates = `{{/* Labels that select the Pods of a component. They never change. */}}
{{- define "NAME.selectorLabels" -}}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/name: {{ .name | quote }}
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

{{/* Items of imagePullSecrets: names, or mappings with a name. */}}
{{- define "NAME.pullSecrets" -}}
{{- range $i, $secret := .Values.global.imagePullSecrets }}
{{- if $i }}{{ "\n" }}{{ end }}- {{ if kindIs "map" $secret }}{{ toJson $secret }}{{ else }}name: {{ $secret }}{{ end }}
{{- end }}
{{- end }}

{{/* Name of the ServiceAccount of a component; nothing for the default one. */}}
{{- define "NAME.serviceAccountName" -}}
{{- .account.name | default (ternary .name "" .account.create) -}}
{{- end }}
`

// helperFile returns _helpers.tpl.
func (b *builder) helperFile() []byte {
	partOf := "{{ .root.Chart.Name | quote }}"
	if b.name != b.instance { // the objects are part of the project, whatever its chart is called
		partOf = manifest.Key(b.instance)
	}
	templates := strings.NewReplacer("NAME", b.name, "PART-OF", partOf).Replace(helperTemplates)
	parts := []string{"{{/* " + b.mark + " */}}\n", templates}
	return []byte(strings.Join(append(append(parts, b.validation()), b.helpers...), "\n"))
}

// noOverride says why a chart has no values that most charts have.
const noOverride = "nameOverride and fullnameOverride do not exist here: services reach each other by the names that their objects have; use one namespace for each release"

// validation returns the named template that stops the installation and names everything that is missing.
func (b *builder) validation() string {
	var out strings.Builder
	fmt.Fprintf(&out, "{{/* Stops the installation and names every value that is missing; NOTES.txt calls it. */}}\n{{- define %q -}}\n{{- if or .Values.nameOverride .Values.fullnameOverride }}{{ fail \"%s\" }}{{ end -}}\n{{- $missing := list -}}\n", b.name+".validate", noOverride)
	for _, name := range sorted.Keys(b.secrets) {
		c := b.secrets[name]
		var needed []string
		for _, key := range sorted.Keys(c.data) {
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
		forward := fmt.Sprintf("  kubectl -n {{ .Release.Namespace }} port-forward service/%s %d:%d\n", service.Name, localPort(number), number)
		if s.values.find("ingress", "hosts") != nil {
			fmt.Fprintf(&out, "{{- if .Values.%[1]s.ingress.enabled }}\n{{- range .Values.%[1]s.ingress.hosts }}\n  {{ ternary \"https\" \"http\" (not (empty $.Values.%[1]s.ingress.tls)) }}://{{ .host | default \"<any host>\" }}\n{{- end }}\n{{- else }}\n%[2]s{{- end }}\n", s.key, forward)
		} else {
			out.WriteString(forward)
		}
		out.WriteString("{{- end }}\n")
	}
	for _, name := range sorted.Keys(b.claims) {
		c := b.claims[name]
		fmt.Fprintf(&out, "{{- if and %s %s (not %s) }}\n\nThe claim %s stays when the release is uninstalled: kubectl -n {{ .Release.Namespace }} delete pvc %s\n{{- end }}\n",
			c.value("enabled"), c.value("keep"), c.value("existingClaim"), name, name)
	}
	return []byte(out.String())
}

// localPort returns a port that an ordinary user can listen on.
func localPort(port int32) int32 {
	switch {
	case port >= 1024:
		return port
	case port == 443:
		return 8443
	default: // 80 becomes 8080
		return 8000 + port
	}
}
