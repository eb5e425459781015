package chart

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/names"
)

func newBuilder(o Options, result *convert.Result, objects []runtime.Object) *builder {
	b := &builder{
		project: result.Project, instance: names.Normalize(result.Project, names.MaxLabel), mark: markText(result.Project), mask: result.Mask,
		appVersion: o.AppVersion, stub: o.SecretsAreStubs, about: o.about, off: map[string]bool{},
		encoder: manifest.NewEncoder(), objects: objects, origins: o.origins, published: o.published,
		services: map[string]*service{}, byLabel: map[string]string{},
		configs: map[string]*content{}, secrets: map[string]*content{}, claims: map[string]*claim{}, jobs: map[string]bool{}, autoscaled: map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		root: &values{}, secretValues: &values{}, taken: map[string]bool{}, mappings: map[reflect.Type]bool{},
	}
	b.name = cmp.Or(o.about.Name, b.instance)
	return b
}

// findServices gives every Compose service that has a container a block of values.
func (b *builder) findServices() {
	containers := map[string]map[string]bool{} // Compose name: names of containers of its Pods
	main := map[string]bool{}
	for _, o := range b.objects {
		spec := podSpecOf(o)
		meta, ok := o.(metav1.Object)
		if !ok {
			continue
		}
		if meta.GetNamespace() != "" {
			b.namespace = meta.GetNamespace()
		}
		if spec == nil {
			continue
		}
		all := b.origins.owners(o)
		for i, name := range all {
			main[name] = main[name] || i == 0
			if containers[name] == nil {
				containers[name] = map[string]bool{}
			}
			for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
				if len(all) == 1 && len(spec.Containers) == 1 && c.Name == spec.Containers[0].Name || c.Name == names.Normalize(name, names.MaxLabel) || c.Name == name {
					containers[name][c.Name] = true
				}
			}
		}
	}
	keys := map[string]bool{}
	for _, name := range sorted.Keys(containers) {
		found := sorted.Keys(containers[name])
		if len(found) == 0 {
			if !main[name] {
				continue // inlined: its container is an init container of another service
			}
			found = []string{names.Normalize(name, names.MaxLabel)}
		}
		s := &service{name: name, dns: found[0], hasPods: main[name]}
		s.key = b.claimKey(name, keys)
		b.services[name] = s
		b.byLabel[s.dns] = name
	}
}

// reserved are the keys of values.yaml that are no service's.
var reserved = []string{
	"global", "commonLabels", "commonAnnotations", "wait", "networkPolicy", "persistence", "secrets", "secretStore", "sealedSecrets", "configs", "extraObjects",
	"tags", "enabled", "nameOverride", "fullnameOverride",
}

// claimKey returns the key of a service's values: its name in lower camel case.
func (b *builder) claimKey(name string, taken map[string]bool) string {
	wish := camel(name)
	if slices.Contains(reserved, wish) {
		wish += "Service"
	}
	key := wish
	for i := 2; taken[key]; i++ {
		key = wish + strconv.Itoa(i)
	}
	if taken[wish] {
		b.findings.Add(diag.Finding{
			Severity: diag.Info, Code: "helm-key-renamed", Path: diag.At("services", name),
			Message: fmt.Sprintf("the values of %s are below %s: another service has the key %s", name, key, wish),
		})
	}
	taken[key] = true
	return key
}

// camel returns a name as a key that a template can name: letters and digits, the first one a letter.
func camel(name string) string {
	var out strings.Builder
	upper := false
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = out.Len() > 0
			continue
		case out.Len() == 0 && unicode.IsDigit(r):
			out.WriteByte('n')
		case upper:
			r = unicode.ToUpper(r)
		case out.Len() == 0:
			r = unicode.ToLower(r)
		}
		upper = false
		out.WriteRune(r)
	}
	if out.Len() == 0 {
		return "x"
	}
	return out.String()
}

// composePath returns where a service or job stands in the project.
func composePath(result *convert.Result, name string) diag.Path {
	if result.Loaded != nil {
		if _, isJob := result.Loaded.Project.Jobs[name]; isJob {
			return diag.At("jobs", name)
		}
	}
	return diag.At("services", name)
}

// findWorkloads looks up the Jobs, what autoscalers resize, and the account that asks for Jobs.
func (b *builder) findWorkloads() {
	for _, o := range b.objects {
		switch o := o.(type) {
		case *batchv1.Job:
			b.jobs[o.Name] = true
		case *autoscalingv2.HorizontalPodAutoscaler:
			b.autoscaled[o.Spec.ScaleTargetRef.Kind+"/"+o.Spec.ScaleTargetRef.Name] = o
		case *corev1.ServiceAccount:
			if b.origins[o].ForWaits {
				b.waiterAccount = o.Name
			}
		}
	}
}

// askers returns the services whose Pods use the account that asks for Jobs, sorted.
func (b *builder) askers() []*service {
	var found []*service
	for _, o := range b.objects {
		spec, names := podSpecOf(o), b.origins.owners(o)
		if spec == nil || spec.ServiceAccountName == "" || spec.ServiceAccountName != b.waiterAccount || len(names) == 0 {
			continue
		}
		if s := b.services[names[0]]; s != nil && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, c *service) int { return strings.Compare(a.key, c.key) })
	return found
}
