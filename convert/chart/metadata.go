package chart

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform"
)

// templateOf is an object on its way to a template: a copy that may be changed, and its slots.
type templateOf struct {
	object runtime.Object
	source runtime.Object // as the conversion made it
	meta   metav1.Object
	slots  manifest.Slots
	guard  string // condition of the whole document
}

// metadata sets the slots of an object's own metadata. Values whose YAML is added to the annotations are given in order of precedence.
func (b *builder) metadata(t *templateOf, annotations ...string) {
	labels := t.meta.GetLabels()
	b.labels(t.slots, "metadata.labels", labels, "labels", nil)
	t.meta.SetLabels(labels)
	if t.meta.GetNamespace() != "" {
		t.slots["metadata.namespace"] = manifest.Slot{Expr: action(".Release.Namespace")}
	}
	b.annotations(t, append(annotations, ".Values.commonAnnotations"))
}

// annotations adds values to the annotations of an object.
func (b *builder) annotations(t *templateOf, added []string) {
	value := added[0]
	if len(added) > 1 {
		value = "merge (dict) " + strings.Join(added, " ")
	}
	if len(t.meta.GetAnnotations()) == 0 {
		t.slots["metadata.annotations"] = manifest.Slot{Block: value}
		return
	}
	t.slots["metadata.annotations"] = manifest.Slot{After: with(value)}
}

// with returns the lines that add the keys, or items, of a value.
func with(value string) []string {
	return []string{"{{- with " + value + " }}", "{{- toYaml . | nindent %N }}", "{{- end }}"}
}

// labels takes the standard labels out of a mapping and lets a helper write them. Labels that are not all as the
// conversion makes them stay, with the instance as the name of the release.
func (b *builder) labels(slots manifest.Slots, path string, labels map[string]string, helper string, after []string) {
	if labels[transform.LabelInstance] != b.instance || labels[transform.LabelPartOf] != b.instance ||
		labels[transform.LabelManagedBy] != transform.ManagedBy || labels[transform.LabelName] == "" {
		if after != nil {
			slots[path] = manifest.Slot{After: after}
		}
		return
	}
	call := b.helper(helper, "(dict \"root\" $ \"name\" "+strconv.Quote(labels[transform.LabelName])+")")
	for _, key := range standardLabels {
		delete(labels, key)
	}
	slots[path] = manifest.Slot{Before: []string{"{{- " + call + " | nindent %N }}"}, After: after}
}

// selectors lets the name of the release stand wherever a selector has the instance, and a helper write selectors of one component.
func (b *builder) selectors(t *templateOf) error {
	found := &instances{instance: b.instance, slots: t.slots, mappings: b.mappings}
	found.in("", reflect.ValueOf(t.object))
	return found.err
}

// selector lets a helper write a selector of one component.
func (b *builder) selector(slots manifest.Slots, path string, labels map[string]string) map[string]string {
	name := labels[transform.LabelName]
	if len(labels) != 2 || name == "" || labels[transform.LabelInstance] != b.instance {
		return labels
	}
	slots[path] = manifest.Slot{Before: []string{"{{- " + b.helper("selectorLabels", "(dict \"root\" $ \"name\" "+strconv.Quote(name)+")") + " | nindent %N }}"}}
	return map[string]string{}
}

// refersToInstance reports whether a part of an object selects by the name of the release.
func (b *builder) refersToInstance(part any) bool {
	text, err := json.Marshal(part)
	return err != nil || bytes.Contains(text, []byte(transform.LabelInstance))
}
