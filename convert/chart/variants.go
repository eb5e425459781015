package chart

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
)

// withVariants makes the chart of a project with the services of further profiles and overlays, disabled by default, and the values
// files of the overlays. What the project itself has keeps its form, so the default is always exact.
func withVariants(o Options, result *convert.Result) (*generated, []filetree.File, error) {
	objects, off := slices.Clone(result.Objects), map[string]bool{}
	var findings diag.List
	if o.AllProfiles != nil {
		objects = o.origins.unite(objects, o.AllProfiles.Objects, off)
		findings = append(findings, differing(result.Objects, o.AllProfiles.Objects)...)
	}
	for _, overlay := range o.Overlays {
		objects = o.origins.unite(objects, overlay.Result.Objects, off)
	}
	for name := range off { // a service that runs already is not switched off by an object that it has only elsewhere
		if slices.ContainsFunc(result.Objects, func(object runtime.Object) bool {
			return podSpecOf(object) != nil && slices.Contains(o.origins.owners(object), name)
		}) {
			delete(off, name)
		}
	}
	objects, left := withoutUnguarded(o, result, objects, off)
	findings = append(findings, left...)
	promoted, trees, err := overlayTrees(o, objects, result)
	if err != nil {
		return nil, nil, err
	}
	g, err := build(o, result, convert.Ordered(objects), off, promoted)
	if err != nil {
		return nil, nil, err
	}
	g.findings = append(g.findings, findings...)
	files, err := g.overlayFiles(o, trees)
	return g, files, err
}

// unite adds the objects that the project itself does not have. Their services are off by default.
func (all origins) unite(objects, more []runtime.Object, off map[string]bool) []runtime.Object {
	known := map[string]bool{}
	for _, object := range objects {
		known[identityOf(object)] = true
	}
	for _, object := range more {
		if known[identityOf(object)] {
			continue
		}
		objects = append(objects, object)
		if podSpecOf(object) != nil {
			for _, name := range all.owners(object) {
				off[name] = true
			}
		}
	}
	return objects
}

// withoutUnguarded leaves out, and reports, the further objects that would be there by default, because no service that is off by default
// stands for them.
func withoutUnguarded(o Options, result *convert.Result, objects []runtime.Object, off map[string]bool) ([]runtime.Object, diag.List) {
	own := map[string]bool{}
	for _, object := range result.Objects {
		own[identityOf(object)] = true
	}
	b := newBuilder(o, result, objects)
	b.findServices()
	b.findContents()
	var kept []runtime.Object
	var findings diag.List
	for _, object := range objects {
		guards := b.guardsOf(object)
		if own[identityOf(object)] || len(guards) > 0 && !slices.ContainsFunc(guards, func(name string) bool { return !off[name] }) {
			kept = append(kept, object)
			continue
		}
		findings.Add(diag.Finding{
			Severity: diag.Warning, Code: "helm-overlay-differs",
			Message: identityOf(object) + ", which further files or profiles of the project have, is left out of the chart: no value can bring it in",
			Help:    "add it with extraObjects, or use --output=kustomize",
		})
	}
	return kept, findings
}

// guardsOf returns the services of which one has to be enabled for an object to be there.
func (b *builder) guardsOf(object runtime.Object) []string {
	switch object.GetObjectKind().GroupVersionKind().Kind {
	case "ConfigMap":
		return b.configs[nameOf(object)].users
	case "Secret":
		return b.secrets[nameOf(object)].users
	case "PersistentVolumeClaim":
		return b.claims[nameOf(object)].users
	case "ExternalSecret", "SealedSecret":
		return b.origins[object].Services
	}
	all := b.origins.owners(object)
	return all[:min(1, len(all))]
}

func nameOf(object runtime.Object) string {
	if meta, ok := object.(metav1.Object); ok {
		return meta.GetName()
	}
	return ""
}

// differing reports the objects that two conversions have in different forms, each with the first field that differs.
func differing(objects, others []runtime.Object) diag.List {
	byIdentity := map[string]runtime.Object{}
	for _, object := range objects {
		byIdentity[identityOf(object)] = object
	}
	var findings diag.List
	for _, other := range others {
		object := byIdentity[identityOf(other)]
		if object == nil {
			continue
		}
		if field := firstDifference("", reflect.ValueOf(object), reflect.ValueOf(other)); field != "" {
			findings.Add(diag.Finding{
				Severity: diag.Warning, Code: "helm-profile-differs", Message: fmt.Sprintf("%s differs in %s when all profiles are enabled; the chart has the form without", identityOf(object), field),
				Help: "convert with these profiles for a chart of its own",
			})
		}
	}
	return findings
}

// firstDifference returns the path of the first field in which two values of one type differ.
func firstDifference(path string, a, b reflect.Value) string {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() || reflect.DeepEqual(a.Interface(), b.Interface()) {
		if a.IsValid() == b.IsValid() {
			return ""
		}
		return path
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return path
		}
		return firstDifference(path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			field := a.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			at := strings.TrimPrefix(path+"."+name, ".")
			if name == "" {
				at = path
			}
			if found := firstDifference(at, a.Field(i), b.Field(i)); found != "" {
				return found
			}
		}
	case reflect.Slice:
		if a.Len() == b.Len() {
			for i := range a.Len() {
				if found := firstDifference(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); found != "" {
					return found
				}
			}
		}
	}
	return path
}
