package effects

import (
	"bytes"
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
)

// effect is what an edit changes.
type effect struct {
	method         Method
	sets, prevents []Field
	findings       diag.List
	elsewhere      bool // findings about others than the service of the key are different
}

func (e effect) isEmpty() bool { return len(e.sets)+len(e.prevents)+len(e.findings) == 0 }

// with adds the effects of the parts of a key to those of the whole.
func (e effect) with(parts effect) effect {
	e.sets = slices.Concat(e.sets, parts.sets)
	e.findings = slices.Concat(e.findings, parts.findings)
	return e
}

func unionOf(keys []Key) effect {
	out := effect{method: Below}
	for _, k := range keys {
		out.sets = append(out.sets, k.Sets...)
		out.prevents = append(out.prevents, k.Prevents...)
		out.findings = append(out.findings, k.Findings...)
	}
	return out
}

// snapshot is the output that edits are compared with.
type snapshot struct {
	objects map[Object]runtime.Object
	texts   map[Object][]byte
	order   map[Object]int

	mu     sync.Mutex
	fields map[Object][]manifest.Field // of the objects that an edit has changed so far
}

// ObjectOf names an object.
func ObjectOf(o runtime.Object) Object {
	gvk := o.GetObjectKind().GroupVersionKind()
	out := Object{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind}
	if meta, ok := o.(metav1.Object); ok {
		out.Namespace, out.Name = meta.GetNamespace(), meta.GetName()
	}
	return out
}

func snapshotOf(encoder *manifest.Encoder, objects []runtime.Object) (*snapshot, error) {
	s := &snapshot{
		objects: map[Object]runtime.Object{}, texts: map[Object][]byte{}, order: map[Object]int{}, fields: map[Object][]manifest.Field{},
	}
	for i, o := range objects {
		text, err := encoder.Encode(o)
		if err != nil {
			return nil, err
		}
		name := ObjectOf(o)
		s.objects[name], s.texts[name], s.order[name] = o, bytes.Clone(text), i
	}
	return s, nil
}

// change is the difference between two outputs.
type change struct{ gone, came []Field }

// compare returns what is gone or has another value in the objects given, and what only they have.
func (s *snapshot) compare(encoder *manifest.Encoder, objects []runtime.Object) (change, error) {
	var out change
	found := map[Object]bool{}
	for _, o := range objects {
		name := ObjectOf(o)
		found[name] = true
		before, known := s.texts[name]
		if !known {
			out.came = append(out.came, Field{Object: name})
			continue
		}
		if reflect.DeepEqual(o, s.objects[name]) { // nearly all are the same, and rendering them takes longer
			continue
		}
		text, err := encoder.Encode(o)
		if err != nil {
			return change{}, err
		}
		if bytes.Equal(text, before) {
			continue
		}
		_, now, err := encoder.Trace(o)
		if err != nil {
			return change{}, err
		}
		was, err := s.fieldsOf(encoder, name)
		if err != nil {
			return change{}, err
		}
		for _, path := range missing(was, now) {
			out.gone = append(out.gone, Field{Object: name, Path: path})
		}
		for _, path := range additional(now, was) {
			out.came = append(out.came, Field{Object: name, Path: path})
		}
	}
	for name := range s.texts {
		if !found[name] {
			out.gone = append(out.gone, Field{Object: name})
		}
	}
	return out, nil
}

func (s *snapshot) fieldsOf(encoder *manifest.Encoder, name Object) ([]manifest.Field, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields, ok := s.fields[name]
	if !ok {
		var err error
		if _, fields, err = encoder.Trace(s.objects[name]); err != nil {
			return nil, err
		}
		s.fields[name] = fields
	}
	return fields, nil
}

// missing returns the paths of the places of a document that another one lacks or has another value at. A place whose
// parts are all missing stands for them.
func missing(fields, others []manifest.Field) []string { return differing(fields, others, true) }

// additional returns the paths of the places that only the first document has.
func additional(fields, others []manifest.Field) []string { return differing(fields, others, false) }

func differing(fields, others []manifest.Field, alsoChanged bool) []string {
	type place struct {
		value  string
		isLeaf bool
	}
	there := make(map[string]place, len(others))
	isParent := parents(others)
	for i, f := range others {
		there[f.Identity] = place{f.Value, !isParent[i]}
	}
	isParent = parents(fields)
	whole := make([]bool, len(fields)) // the place itself is missing
	differs := make([]bool, len(fields))
	for i, f := range fields {
		other, ok := there[f.Identity]
		whole[i] = !ok
		differs[i] = !ok || alsoChanged && !isParent[i] && (!other.isLeaf || other.value != f.Value)
	}
	var paths []string
	for i, f := range fields {
		if differs[i] && (f.Parent < 0 || !whole[f.Parent]) {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

func parents(fields []manifest.Field) []bool {
	out := make([]bool, len(fields))
	for _, f := range fields {
		if f.Parent >= 0 {
			out[f.Parent] = true
		}
	}
	return out
}

// inOrder sorts fields by the order of the objects, drops duplicates, and those that another one stands for.
func (s *snapshot) inOrder(fields []Field) []Field {
	return reduced(fields, func(a, b Object) int { return cmp.Compare(s.order[a], s.order[b]) })
}

// inOrder sorts fields of objects that are not in the output.
func inOrder(fields []Field) []Field {
	return reduced(fields, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
	})
}

func reduced(fields []Field, order func(a, b Object) int) []Field {
	present := map[Field]bool{}
	for _, f := range fields {
		present[f] = true
	}
	var out []Field
	for f := range maps.Keys(present) {
		if !isCovered(f, present) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b Field) int { return cmp.Or(order(a.Object, b.Object), strings.Compare(a.Path, b.Path)) })
	return out
}

// isCovered reports whether a place that encloses f is in the set.
func isCovered(f Field, present map[Field]bool) bool {
	for i := len(f.Path) - 1; i >= 0; i-- {
		if c := f.Path[i]; c == '.' || c == '[' {
			if present[Field{f.Object, f.Path[:i]}] {
				return true
			}
		}
	}
	return f.Path != "" && present[Field{Object: f.Object}]
}
