package plan

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/cluster/resource"
)

// formOf returns what the API server judges in an object: everything in it, but for names, labels and texts of which every
// valid one is as good as another. What is left out is checked here, more strictly than the server does; an object in
// which anything is not as expected has no form. Of two objects with the same form, the server takes both or none, unless
// something beside it judges, such as a webhook.
func formOf(o *unstructured.Unstructured) (form string, ok bool) {
	whole, err := json.Marshal(o.Object)
	f := former{ok: err == nil && len(whole) < largest}
	object := o.DeepCopy().Object
	f.metadata(object, true)
	switch o.GetKind() {
	case "ConfigMap":
		f.content(object)
	case "Secret":
		if kind, _ := object["type"].(string); kind == "" || kind == "Opaque" { // any other prescribes its content
			f.content(object)
		}
	case "Service":
		f.service(object)
	}
	if path := resource.PodTemplate(o.GetKind()); path != nil {
		f.selector(object, path)
		f.podTemplate(mapAt(object, path...))
	}
	text, err := json.Marshal(object) // with sorted keys
	return string(text), f.ok && err == nil
}

// anyValue stands in a form for a value that has been checked.
const anyValue = "*"

// largest is an object that no limit of the API comes near to: a ConfigMap may hold 1 MiB, all annotations 256 KiB.
const largest = 200 << 10

// former makes a form of an object. Ok is false once something is not as expected.
type former struct{ ok bool }

// expect notes that something has to be so.
func (f *former) expect(is bool) { f.ok = f.ok && is }

func mapAt(o map[string]any, path ...string) map[string]any {
	for _, key := range path {
		o, _ = o[key].(map[string]any)
	}
	return o
}

// metadata drops the name, the labels and our own annotations.
func (f *former) metadata(o map[string]any, named bool) {
	m := mapAt(o, "metadata")
	if named {
		f.name(m, "name", checkName)
	}
	f.labels(m, "labels")
	f.annotations(m)
}

// checkName takes names that are valid for every kind, and short enough for what controllers add to them.
func checkName(name string) []string {
	const longest = 52 // of a CronJob
	if len(name) > longest {
		return []string{"too long for some kinds"}
	}
	return validation.IsDNS1035Label(name)
}

// name replaces a name that is valid.
func (f *former) name(o map[string]any, key string, check func(string) []string) {
	name, isText := o[key].(string)
	f.expect(isText && len(check(name)) == 0)
	if isText {
		o[key] = anyValue
	}
}

// maybeName replaces a name that may be missing.
func (f *former) maybeName(o map[string]any, key string, check func(string) []string) {
	if _, there := o[key]; there {
		f.name(o, key, check)
	}
}

// labels replaces a mapping of labels, or a selector of that form.
func (f *former) labels(o map[string]any, key string) {
	labels, there := o[key]
	if !there {
		return
	}
	m, isMap := labels.(map[string]any)
	f.expect(isMap && len(m) > 0)
	for name, value := range m {
		text, isText := value.(string)
		f.expect(isText && len(validation.IsQualifiedName(name)) == 0 && len(validation.IsValidLabelValue(text)) == 0)
	}
	o[key] = anyValue
}

// annotations drops those that only this program reads, and those without a domain: the server gives only names with one a
// meaning.
func (f *former) annotations(o map[string]any) {
	m, _ := o["annotations"].(map[string]any)
	for name, value := range m {
		_, isText := value.(string)
		f.expect(isText && len(validation.IsQualifiedName(strings.ToLower(name))) == 0)
		if strings.HasPrefix(name, "transship/") || !strings.Contains(name, "/") {
			delete(m, name)
		}
	}
}

// content replaces what a ConfigMap or Secret holds.
func (f *former) content(o map[string]any) {
	seen := map[string]bool{}
	for _, field := range []string{"data", "binaryData", "stringData"} {
		values, there := o[field]
		if !there {
			continue
		}
		m, isMap := values.(map[string]any)
		f.expect(isMap)
		isEncoded := field == "binaryData" || field == "data" && o["kind"] == "Secret"
		for name, value := range m {
			text, isText := value.(string)
			f.expect(isText && len(validation.IsConfigMapKey(name)) == 0 && !seen[name])
			seen[name] = true
			if isEncoded {
				_, err := base64.StdEncoding.DecodeString(text)
				f.expect(err == nil)
			}
		}
		o[field] = anyValue
	}
}

// service replaces the names and numbers of ports and the selector. Who asks for an address or a port of nodes may ask for
// one that is taken.
func (f *former) service(o map[string]any) {
	spec := mapAt(o, "spec")
	for _, key := range []string{"externalIPs", "loadBalancerIP", "healthCheckNodePort", "clusterIPs", "externalName"} {
		f.expect(spec[key] == nil)
	}
	f.expect(spec["clusterIP"] == nil || spec["clusterIP"] == "None")
	f.labels(spec, "selector")
	names, numbers := map[any]bool{}, map[string]bool{}
	for _, port := range mapsIn(spec["ports"]) {
		f.expect(port["nodePort"] == nil && !names[port["name"]])
		names[port["name"]] = true
		f.unique(numbers, port["port"], port["protocol"])
		f.maybeName(port, "name", validation.IsDNS1123Label)
		f.port(port, "port")
		f.port(port, "targetPort")
	}
}

func mapsIn(list any) []map[string]any {
	items, _ := list.([]any)
	out := make([]map[string]any, 0, len(items))
	for _, item := range items {
		m, _ := item.(map[string]any) // nil has no keys, and stays what it is
		out = append(out, m)
	}
	return out
}

// unique expects that no port has the same number and protocol: they are the keys of a list.
func (f *former) unique(seen map[string]bool, number, protocol any) {
	if protocol == nil {
		protocol = "TCP"
	}
	key := fmt.Sprint(number, "/", protocol)
	f.expect(!seen[key])
	seen[key] = true
}

// port replaces the number of a port; a name stays.
func (f *former) port(o map[string]any, key string) {
	if number, isNumber := o[key].(int64); isNumber {
		f.expect(number > 0 && number < 1<<16)
		o[key] = anyValue
	}
}

// selector makes sure that a workload selects the Pods of its template: the server does not take one that does not.
func (f *former) selector(o map[string]any, template []string) {
	selector := mapAt(o, "spec", "selector")
	if selector == nil {
		return
	}
	labels := mapAt(o, append(slices.Clone(template), "metadata", "labels")...)
	for name, value := range mapAt(selector, "matchLabels") {
		f.expect(labels[name] == value)
	}
	f.labels(selector, "matchLabels")
}
