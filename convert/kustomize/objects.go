package kustomize

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
)

// object is an object as it is written.
type object struct {
	source                            runtime.Object
	content                           map[string]any
	apiVersion, kind, name, namespace string
	// patchName and patchNamespace are those of the base, by which a patch finds its object.
	patchName, patchNamespace string
}

func readObjects(objects []runtime.Object) ([]object, error) {
	encoder := manifest.NewEncoder()
	out := make([]object, 0, len(objects))
	for _, source := range objects {
		text, err := encoder.EncodeJSON(source)
		if err != nil {
			return nil, err
		}
		o := object{source: source}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&o.content); err != nil {
			return nil, fmt.Errorf("read an object back: %w", err)
		}
		o.apiVersion, o.kind = source.GetObjectKind().GroupVersionKind().ToAPIVersionAndKind()
		if meta, ok := source.(metav1.Object); ok {
			o.name, o.namespace = meta.GetName(), meta.GetNamespace()
		}
		o.patchName, o.patchNamespace = o.name, o.namespace
		out = append(out, o)
	}
	return out, nil
}

func (o *object) identity() string {
	return strings.Join([]string{o.apiVersion, o.kind, o.namespace, o.name}, "\x00")
}

// become does what kustomize does with an object when a namespace is set.
func (o *object) become(namespace string) {
	metadata := map[string]any{}
	if have, ok := o.content["metadata"].(map[string]any); ok {
		maps.Copy(metadata, have)
	}
	switch {
	case o.kind == "Namespace":
		o.name, metadata["name"] = namespace, namespace
	case clusterWide[o.kind]:
		return
	default:
		o.namespace, metadata["namespace"] = namespace, namespace
	}
	content := map[string]any{}
	maps.Copy(content, o.content)
	content["metadata"] = metadata
	o.content = content
}

// clusterWide lists the kinds that are in no namespace, of those that a conversion makes.
var clusterWide = map[string]bool{"PersistentVolume": true, "StorageClass": true, "PriorityClass": true, "ClusterRole": true, "ClusterRoleBinding": true}

func encodeMapping(content map[string]any) ([]byte, error) {
	return manifest.NewEncoder().Encode(&unstructured.Unstructured{Object: content})
}

// ownKeys returns the places of the keys of a Compose entry that stand in the overlay's own files.
func (b *builder) ownKeys(origin diag.Path) []string {
	var value any = b.overlay.Loaded.Model
	for _, key := range origin {
		fields, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = fields[key]
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	type place struct {
		file string
		line int
		text string
	}
	var places []place
	for key := range fields {
		at := b.overlay.Loaded.Locate(origin.Key(key))
		if _, shared := b.base.Sources[at.File]; !at.IsKnown() || shared {
			continue
		}
		places = append(places, place{at.File, at.Line, origin.Key(key).String()})
	}
	slices.SortFunc(places, func(a, c place) int {
		if d := strings.Compare(a.file, c.file); d != 0 {
			return d
		}
		if d := a.line - c.line; d != 0 {
			return d
		}
		return strings.Compare(a.text, c.text)
	})
	lines := make([]string, 0, len(places))
	for _, p := range places {
		if filepath.IsAbs(p.file) { // the same bytes on every machine
			p.file = filepath.Base(p.file)
		}
		lines = append(lines, fmt.Sprintf("%s:%d %s", p.file, p.line, p.text))
	}
	return lines
}
