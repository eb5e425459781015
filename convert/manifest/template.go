package manifest

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
)

// Slot says what stands in a template where a field or a list item of an object is. The zero value of a field of a Slot changes nothing.
// The texts are actions of a Go template; a line gets the indentation of the place it stands at.
type Slot struct {
	// Expr stands instead of the value, on the line of the key: {{ .Values.web.replicaCount }}.
	Expr string
	// Block is a value whose YAML is the field: {{- with Block }} key, toYaml {{- end }}, also where the object has no such field.
	Block string
	// Keep writes the object's own field where the Block is empty.
	Keep bool
	// Lines stand instead of the key and the value.
	Lines []string
	// Before and After stand before and behind the items of a list or the keys of a mapping, also where it is empty.
	Before, After []string
	// Guard is a condition round the field or the list item.
	Guard string
}

// Slots are keyed by field path: spec.template.spec.containers[web].image. A list item is known by its name, otherwise by its
// index: spec.rules[0].
type Slots map[string]Slot

// EncodeTemplate returns the text of a Go template that renders to what Encode writes, except where a slot says
// otherwise. It is the same walk: the order of the fields, also of those that only a slot has, is that of Encode. Other texts that a template
// engine would take for actions are escaped.
func (e *Encoder) EncodeTemplate(object runtime.Object, slots Slots) ([]byte, error) {
	text, err := e.encodeTemplate(contentOf(object), "", slots)
	if err != nil {
		return nil, fmt.Errorf("write %s as a template: %w", describe(object), err)
	}
	return text, nil
}

// EncodeTemplatePart does the same for a part of an object whose path is given.
func (e *Encoder) EncodeTemplatePart(part any, path string, slots Slots) ([]byte, error) {
	text, err := e.encodeTemplate(reflect.ValueOf(part), path, slots)
	if err != nil {
		return nil, fmt.Errorf("write %s as a template: %w", path, err)
	}
	return text, nil
}

func (e *Encoder) encodeTemplate(v reflect.Value, path string, slots Slots) ([]byte, error) {
	w := writer{fresh: true, layouts: e.layouts, template: &templateState{slots: slots, path: path}}
	w.value(v, indent{})
	w.out = append(w.out, '\n')
	return w.out, w.err
}

// EncodeField returns a key and its value as a mapping has them whose keys stand in the given column, with a line break at the end.
func (e *Encoder) EncodeField(key string, value any, column int) ([]byte, error) {
	w := writer{layouts: e.layouts, fresh: true}
	w.out = append(w.out, strings.Repeat(" ", column)...)
	in := indent{mapping: column, list: column}
	w.startKey(key, in)
	if value == nil {
		w.scalar("null")
	} else {
		w.value(reflect.ValueOf(value), in.belowKey())
	}
	w.out = append(w.out, '\n')
	return w.out, w.err
}

// templateState is what a writer of templates knows beyond a writer of manifests.
type templateState struct {
	slots Slots
	path  string
}

// within calls write for a key of the current place.
func (t *templateState) within(key string, write func(Slot, bool)) {
	outer := t.path
	switch {
	case outer == "" || key[0] == '[':
		t.path += key
	default:
		t.path += "." + key
	}
	slot, ok := t.slots[t.path]
	write(slot, ok)
	t.path = outer
}

// field writes a field of a mapping, present or not.
func (w *writer) field(key string, v reflect.Value, present bool, in indent, plain func()) {
	w.template.within(key, func(s Slot, slotted bool) {
		if !slotted {
			if present {
				plain()
			}
			return
		}
		w.guarded(s.Guard, in.mapping, func() {
			switch {
			case s.Lines != nil:
				w.lines(in.mapping, s.Lines)
			case s.Block != "":
				w.block(key, s, v, present, in, plain)
			case s.Expr != "":
				w.startKey(key, in)
				w.scalar(s.Expr)
			case s.Before != nil || s.After != nil:
				w.surrounded(key, s, v, present, in)
			case present:
				plain()
			}
		})
	})
}

// block writes a field whose value is one of the chart.
func (w *writer) block(key string, s Slot, v reflect.Value, present bool, in indent, plain func()) {
	w.line(in.mapping, "{{- with "+s.Block+" }}")
	w.startKey(key, in)
	width := in.mapping + 2
	if isList(v) {
		width = in.mapping
	}
	w.line(width, fmt.Sprintf("{{- toYaml . | nindent %d }}", width))
	if s.Keep && present {
		w.line(in.mapping, "{{- else }}")
		plain()
	}
	w.line(in.mapping, "{{- end }}")
}

// surrounded writes a list or a mapping with lines round its items.
func (w *writer) surrounded(key string, s Slot, v reflect.Value, present bool, in indent) {
	w.startKey(key, in)
	column := in.belowKey().mapping
	if isList(v) {
		column = in.belowKey().list
	}
	w.lines(column, s.Before)
	if present && (v.Kind() != reflect.Slice && v.Kind() != reflect.Map || v.Len() > 0) {
		w.value(v, in.belowKey())
	}
	w.lines(column, s.After)
}

func isList(v reflect.Value) bool {
	for v.IsValid() && (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) {
		v = v.Elem()
	}
	return v.IsValid() && v.Kind() == reflect.Slice
}

// item writes an item of a list, with its dash.
func (w *writer) item(v reflect.Value, i int, in indent, plain func()) {
	w.template.within("["+itemName(v, i)+"]", func(s Slot, slotted bool) {
		if slotted && s.Expr != "" {
			plain = func() { w.line(in.list, "- "+s.Expr) }
		}
		w.guarded(s.Guard, in.list, plain)
	})
}

// itemName returns the name of a list item, or its index where it has none.
func itemName(v reflect.Value, i int) string {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Map {
		if name := v.MapIndex(reflect.ValueOf("name")); name.IsValid() {
			if text, ok := reflect.TypeAssert[string](name); ok && text != "" {
				return text
			}
		}
	}
	if v.Kind() == reflect.Struct {
		if name := v.FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String && name.Len() > 0 {
			return name.String()
		}
	}
	return strconv.Itoa(i)
}

func (w *writer) guarded(condition string, column int, write func()) {
	if condition == "" {
		write()
		return
	}
	w.line(column, "{{- if "+condition+" }}")
	write()
	w.line(column, "{{- end }}")
}

// line writes a line of template text in a column.
func (w *writer) line(column int, text string) {
	w.startLine(column)
	w.out = append(w.out, text...)
}

// lines writes lines below each other. The text %N in one stands for the column where the values below a key of that line's
// mapping stand, for nindent.
func (w *writer) lines(column int, texts []string) {
	for _, text := range texts {
		deeper := len(text) - len(strings.TrimLeft(text, " "))
		w.line(column, strings.ReplaceAll(text, "%N", strconv.Itoa(column+deeper)))
	}
}

// isAction reports whether a template engine would find an action in a text.
func isAction(s string) bool { return strings.Contains(s, "{{") }

// escaped returns an action that renders to the text as a YAML string in double quotes.
func escaped(s string) string { return "{{ " + strconv.Quote(s) + " | quote }}" }

// survives reports whether a text can be a block scalar in a template: the white space at its end would be taken by an action behind
// it that trims.
func survives(s string) bool {
	return !strings.HasSuffix(s, "\n\n") && strings.TrimRight(s, " \t") == s && !strings.HasSuffix(strings.TrimSuffix(s, "\n"), " ") &&
		!strings.HasSuffix(strings.TrimSuffix(s, "\n"), "\t")
}
