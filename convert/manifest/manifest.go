// Package manifest writes Kubernetes objects as the YAML that people write by hand: fields in the order of the
// documentation, block scalars for texts, quotes only where a YAML 1.1 or 1.2 reader needs them, nothing that is empty
// by default, no status.
//
// It walks the typed objects directly. A detour over JSON would cost several times as much and lose the order of
// fields on the way.
package manifest

import (
	"fmt"
	"maps"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
)

// Encoder writes objects. It remembers the layout of the types it has seen, so one encoder for many objects is faster
// than one for each. An Encoder must not be used from several goroutines at once.
type Encoder struct {
	layouts layouts
	out     []byte
	trace   *trace // during a call of Trace
}

// NewEncoder returns an encoder without memory.
func NewEncoder() *Encoder { return &Encoder{layouts: layouts{}} }

// Encode returns the YAML document of an object, with a line break at its end and without a document separator.
// The bytes are valid until the next call.
func (e *Encoder) Encode(object runtime.Object) ([]byte, error) {
	w := writer{out: e.out[:0], fresh: true, layouts: e.layouts, trace: e.trace}
	w.value(contentOf(object), indent{})
	w.out = append(w.out, '\n')
	e.out = w.out
	if w.err != nil {
		return nil, fmt.Errorf("write %s as YAML: %w", describe(object), w.err)
	}
	return w.out, nil
}

// contentOf returns what is to be written: a typed object as it is, one without a Go type as its map without the status.
func contentOf(object runtime.Object) reflect.Value {
	u, ok := object.(runtime.Unstructured)
	if !ok {
		return reflect.ValueOf(object)
	}
	content := maps.Clone(u.UnstructuredContent())
	delete(content, "status")
	return reflect.ValueOf(content)
}

// describe names an object for an error message.
func describe(object runtime.Object) string {
	kind := object.GetObjectKind().GroupVersionKind().Kind
	if named, ok := object.(interface{ GetName() string }); ok {
		return kind + " " + named.GetName()
	}
	return kind
}
