package manifest

import (
	"reflect"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Field is one place of an encoded document: a key of a mapping, or an item of a list.
type Field struct {
	// Path names the place as people write it: spec.template.spec.containers[web].image. Items of a list are named by
	// what tells them apart where Kubernetes merges them by it (a name, a port, a mount path), else by their index
	// from 0. A key that holds a dot or a slash stands in brackets: metadata.labels[app.kubernetes.io/name].
	Path string
	// Identity is Path, except that the items of a list of scalars are told apart by their values: an item that moves
	// because another one went away keeps its identity.
	Identity string
	// Parent is the index of the enclosing place in the same trace, -1 at the top level.
	Parent int
	// Line and LastLine are the lines of the document that the place covers, from 0.
	Line, LastLine int
	// Value is the text of a scalar as it stands in the document; empty for a mapping or list that has places of its own.
	Value string
	// IsItem tells an item of a list from a key of a mapping.
	IsItem bool
}

// Trace encodes an object as [Encoder.Encode] does, and returns every place of the document in the order of its lines.
// The bytes are valid until the next call.
func (e *Encoder) Trace(object runtime.Object) ([]byte, []Field, error) {
	e.trace = &trace{}
	defer func() { e.trace = nil }()
	text, err := e.Encode(object)
	if err != nil {
		return nil, nil, err
	}
	return text, e.trace.finish(text), nil
}

// trace collects the places of a document while it is written. Its methods do nothing on a nil trace.
type trace struct {
	fields []Field
	spans  []span // of the fields
	open   []int  // the fields being written, outermost first
}

// span holds offsets in the document: where the line of a place begins (behind the line break), where its value
// begins, and where it ends.
type span struct{ start, value, end int }

// enter begins a place. At start stands its line break, at value what follows its key.
func (t *trace) enter(path, identity string, isItem bool, start, value int) {
	if t == nil {
		return
	}
	parent := -1
	if len(t.open) > 0 {
		parent = t.open[len(t.open)-1]
		path, identity = join(t.fields[parent].Path, path), join(t.fields[parent].Identity, identity)
	}
	t.open = append(t.open, len(t.fields))
	t.fields = append(t.fields, Field{Path: path, Identity: identity, Parent: parent, IsItem: isItem})
	t.spans = append(t.spans, span{start: start, value: value})
}

// leave ends the place that was entered last.
func (t *trace) leave(end int) {
	if t == nil {
		return
	}
	last := t.open[len(t.open)-1]
	t.open, t.spans[last].end = t.open[:len(t.open)-1], end
}

// forget takes the place back that was entered and left last, with all that is in it.
func (t *trace) forget(start int) {
	if t == nil {
		return
	}
	n := len(t.fields)
	for n > 0 && t.spans[n-1].start >= start {
		n--
	}
	t.fields, t.spans = t.fields[:n], t.spans[:n]
}

func (t *trace) finish(text []byte) []Field {
	line, at := 0, 0
	lineOf := make([]int, len(text)+1)
	for ; at < len(text); at++ {
		lineOf[at] = line
		if text[at] == '\n' {
			line++
		}
	}
	lineOf[at] = line
	isParent := make([]bool, len(t.fields))
	for i := range t.fields {
		f, s := &t.fields[i], t.spans[i]
		if f.Parent >= 0 {
			isParent[f.Parent] = true
		}
		start := s.start
		if start < len(text) && text[start] == '\n' {
			start++
		}
		f.Line, f.LastLine = lineOf[start], lineOf[max(start, s.end-1)]
	}
	for i := range t.fields {
		if !isParent[i] {
			t.fields[i].Value = strings.TrimSpace(string(text[t.spans[i].value:t.spans[i].end]))
		}
	}
	return t.fields
}

func join(parent, step string) string {
	if parent == "" || strings.HasPrefix(step, "[") {
		return parent + step
	}
	return parent + "." + step
}

// keyStep names a key of a mapping.
func keyStep(key string) string {
	if key == "" || strings.ContainsAny(key, "./[]") {
		return "[" + key + "]"
	}
	return key
}

// itemSteps names the items of a list: path and identity of each.
func itemSteps(list reflect.Value, mergeKey string) (paths, identities []string) {
	seen := map[string]int{}
	for i := range list.Len() {
		path := strconv.Itoa(i)
		identity := path
		item := list.Index(i)
		for item.Kind() == reflect.Pointer || item.Kind() == reflect.Interface {
			item = item.Elem()
		}
		switch item.Kind() {
		case reflect.Struct:
			if name := nameOfStruct(item, mergeKey); name != "" {
				path, identity = name, name
			}
		case reflect.Map:
			if name, ok := nameOfMap(item); ok {
				path, identity = name, name
			}
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64:
			identity = "=" + strings.ReplaceAll(scalarText(item), "]", "")
		}
		seen[identity]++
		if n := seen[identity]; n > 1 {
			identity += "#" + strconv.Itoa(n)
			if item.Kind() == reflect.Struct || item.Kind() == reflect.Map {
				path = identity
			}
		}
		paths, identities = append(paths, "["+path+"]"), append(identities, "["+identity+"]")
	}
	return paths, identities
}

// namingFields tell the items of a list apart where Kubernetes names no key for that.
var namingFields = []string{"Name", "Key", "Host", "Port"}

// nameOfStruct returns what tells an item of a list apart: its merge key, else a field that names it; "" for none.
func nameOfStruct(item reflect.Value, mergeKey string) string {
	names := namingFields
	if mergeKey != "" {
		names = []string{strings.ToUpper(mergeKey[:1]) + mergeKey[1:], "IP"}
	}
	for _, name := range names {
		f := item.FieldByName(name)
		if !f.IsValid() || f.IsZero() {
			continue
		}
		switch f.Kind() {
		case reflect.String, reflect.Int32, reflect.Int64:
		default:
			continue
		}
		text := scalarText(f)
		if p := item.FieldByName("Protocol"); p.IsValid() && p.Kind() == reflect.String && p.String() != "" && p.String() != string(corev1.ProtocolTCP) {
			text += "/" + p.String()
		}
		return text
	}
	return ""
}

func nameOfMap(item reflect.Value) (string, bool) {
	content, ok := reflect.TypeAssert[map[string]any](item)
	if !ok {
		return "", false
	}
	name, ok := content["name"].(string)
	return name, ok
}

func scalarText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	default:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
}
