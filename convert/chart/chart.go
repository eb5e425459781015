// Package chart writes a conversion as a Helm chart that people keep: short templates, one object a file, values for what a
// cluster's operator decides, a schema that refuses what is misspelt. With the values it comes with, the chart renders to what the conversion gives.
//
//	Chart.yaml, values.yaml      the user's after the first run; values are merged (see [Write])
//	values.schema.json, README.md, .helmignore, .gitignore
//	secret-values.yaml           local values of secrets, not for a repository
//	files/<config>/<key>         content of configs, which no template engine reads
//	templates/<service>/…, templates/_helpers.tpl, templates/NOTES.txt
//	.transship/                  the values as generated, and the hashes of the generated files
package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/images"
)

// generated is a chart as it would be without any change of the user's.
type generated struct {
	name     string
	files    []filetree.File // with the mark, or content of files/
	values   []byte
	tree     *values
	secrets  []byte // secret-values.yaml; nil for none
	chart    chartFile
	findings diag.List
	objects  []runtime.Object
}

// build makes the chart of a set of objects.
func build(o Options, result *convert.Result, objects []runtime.Object, off map[string]bool, promoted promotions) (*generated, error) {
	b := newBuilder(o, result, objects)
	b.off, b.promoted = off, promoted
	b.findServices()
	b.findContents()
	b.findWorkloads()
	b.rootValues(result)
	for _, object := range objects {
		if object.GetObjectKind().GroupVersionKind().Kind == "Namespace" {
			continue // helm install --create-namespace makes it
		}
		if err := b.object(object); err != nil {
			return nil, err
		}
	}
	if err := b.offeredIngresses(); err != nil {
		return nil, err
	}
	b.extras()
	return b.finish(o)
}

// rootValues sets the values that stand above those of the services.
func (b *builder) rootValues(result *convert.Result) {
	global := b.root.in("global")
	global.set("imageRegistry", text, "").says("Registry that replaces that of every image.")
	global.set("imagePullSecrets", pullSecrets, []string{}).says("Names of Secrets with the credentials of registries.")
	global.set("storageClass", text, "").says("Storage class of every volume that names none.")
	b.root.set("commonLabels", textMap, map[string]string{})
	b.root.set("commonAnnotations", textMap, map[string]string{})
	for _, name := range sorted.Keys(b.services) {
		s := b.services[name]
		s.values = b.root.in(s.key)
		s.values.comment = "Service " + name
		if result.Loaded != nil {
			if at := result.Loaded.Locate(composePath(result, name)); at.IsKnown() {
				s.values.comment += fmt.Sprintf(" of %s:%d", baseName(at.File), at.Line)
			}
		}
		s.values.comment += "."
		s.values.set("enabled", boolean, !b.off[name])
	}
}

// extras adds the templates of what only values make: ServiceAccounts, and objects of the user's.
func (b *builder) extras() {
	b.root.set("extraObjects", list, []string{}).says("Further objects, as in a manifest.")
	b.files = append(b.files, filetree.File{Name: "templates/extra-objects.yaml", Mode: 0o644, Data: []byte(
		"{{- /* " + b.mark + " */ -}}\n{{- range .Values.extraObjects }}\n---\n{{ toYaml . }}\n{{- end }}\n")})
	for _, name := range sorted.Keys(b.services) {
		s := b.services[name]
		if s.values.find("serviceAccount") == nil {
			continue
		}
		b.files = append(b.files, filetree.File{Name: "templates/" + s.dns + "/serviceaccount.yaml", Mode: 0o644, Data: []byte(b.serviceAccount(s))})
	}
}

func (b *builder) serviceAccount(s *service) string {
	return strings.NewReplacer("MARK", b.mark, "KEY", s.key, "DNS", s.dns, "CHART", b.name).Replace(`{{- /* MARK */ -}}
{{- if and .Values.KEY.enabled .Values.KEY.serviceAccount.create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "CHART.serviceAccountName" (dict "name" "DNS" "account" .Values.KEY.serviceAccount) | quote }}
  labels:
    {{- include "CHART.labels" (dict "root" . "name" "DNS") | nindent 4 }}
  {{- with merge (dict) .Values.KEY.serviceAccount.annotations .Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: {{ .Values.KEY.serviceAccount.automount }}
{{- end }}
`)
}

// finish completes the files.
func (b *builder) finish(o Options) (*generated, error) {
	for _, e := range []struct{ key, comment string }{
		{"wait", "What makes a Pod wait for the services it depends on."},
		{"networkPolicy", "The rules that keep the networks of the project apart."},
		{"persistence", "Volumes of the project."},
		{"secretStore", "The store of External Secrets that the values of secrets come from."},
		{"sealedSecrets", "Secrets as kubeseal made them, for one cluster, and mostly one namespace."},
		{"secrets", "Secrets that are mounted, or that several services use. Each needs a value or an existing Secret."},
		{"configs", "Configuration files: those of files/, or a ConfigMap of yours."},
	} {
		if v := b.root.find(e.key); v != nil {
			v.comment = e.comment
		}
	}
	b.arrange()
	g := &generated{name: b.name, tree: b.root, findings: b.findings, files: b.files, objects: b.objects}
	var err error
	if g.values, err = b.root.encode(b.encoder); err != nil {
		return nil, err
	}
	if len(b.secretValues.entries) > 0 && !b.stub {
		if g.secrets, err = b.secretValues.encode(b.encoder); err != nil {
			return nil, err
		}
	}
	schema, err := schemaOf(b.root, b.mark)
	if err != nil {
		return nil, err
	}
	readme, err := b.readme(g.secrets != nil)
	if err != nil {
		return nil, err
	}
	for _, f := range []filetree.File{
		{Name: "values.schema.json", Data: indented(schema)},
		{Name: "README.md", Data: readme},
		{Name: ".helmignore", Data: []byte("# " + b.mark + "\n.git/\n/.transship/\n/.gitignore\n/secret-values*.yaml\n/values-*.yaml\n")},
		{Name: ".gitignore", Data: []byte("# " + b.mark + "\n/secret-values*.yaml\n")},
		{Name: "templates/_helpers.tpl", Data: b.helperFile()},
		{Name: "templates/NOTES.txt", Data: b.notes()},
	} {
		f.Mode = 0o644
		g.files = append(g.files, f)
	}
	slices.SortFunc(g.files, func(a, c filetree.File) int { return strings.Compare(a.Name, c.Name) })
	g.chart = chartFile{name: b.name, version: cmp.Or(o.Version, "0.1.0"), appVersion: b.appVersion, kubeVersion: o.KubeVersion, project: b.project, about: o.about}
	return g, nil
}

// appVersionOf returns the tag that names the version of the application.
func appVersionOf(result *convert.Result) string {
	tags := map[string]bool{}
	for _, s := range result.Loaded.Project.Services {
		i := partsOf(s.Image)
		if _, known := images.Lookup(s.Image); len(s.Ports) > 0 && s.Image != "" && i.digest == "" && (s.Build != nil || !known) {
			tags[i.tag] = true
		}
	}
	if len(tags) == 1 {
		return sorted.Keys(tags)[0]
	}
	return "0.1.0"
}
