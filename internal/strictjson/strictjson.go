// Package strictjson reads JSON files that people and other programs hand in: nothing in them is ignored, and what is wrong has a line.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Error is what is wrong with a text, and where.
type Error struct {
	Line, Column int // 1-based
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// WithoutBOM drops what some editors of Windows put before a text.
func WithoutBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }

// Decode reads the one value of a text into what v points to. A key that v does not have or that is there twice, null for what is no
// pointer, something behind the value and a value of another kind are errors: the error is an [*Error].
func Decode(text []byte, v any) error {
	text = WithoutBOM(text)
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(v); err != nil {
		return located(text, err)
	}
	end := decoder.InputOffset()
	if rest := bytes.TrimLeft(text[end:], " \t\r\n"); len(rest) > 0 {
		return errorAt(text, int64(len(text)-len(rest)+1), "there is something behind the end of the value")
	}
	w := walker{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	w.decoder.UseNumber()
	return w.value(reflect.TypeOf(v).Elem(), "")
}

// kinds are the words for what belongs at a key, by the kind of Go's types.
var kinds = map[reflect.Kind]string{
	reflect.Int64: "a whole number", reflect.Int: "a whole number", reflect.String: "a text", reflect.Bool: "true or false",
	reflect.Slice: "a list", reflect.Map: "a mapping", reflect.Struct: "a mapping",
}

// located gives an error of encoding/json its place in the text.
func located(text []byte, err error) error {
	if syntax, is := errors.AsType[*json.SyntaxError](err); is {
		return errorAt(text, syntax.Offset, "%v", err)
	}
	if wrong, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		value, _, _ := strings.Cut(wrong.Value, " ") // "number 1.5"
		if expected := kinds[wrong.Type.Kind()]; expected != "" {
			value = strings.NewReplacer("array", "list", "object", "mapping").Replace(value)
			return errorAt(text, wrong.Offset, "%s is a %s where %s belongs", subject(wrong.Field), value, expected)
		}
		return errorAt(text, wrong.Offset, "%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errorAt(text, int64(len(text)), "it ends in the middle")
	}
	return errorAt(text, 0, "%v", err)
}

// errorAt returns the error at the byte before an offset, which is how encoding/json counts.
func errorAt(text []byte, offset int64, format string, args ...any) *Error {
	before := text[:min(max(offset, 0), int64(len(text)))]
	return &Error{
		Line: bytes.Count(before, []byte("\n")) + 1, Column: max(1, len(before)-bytes.LastIndexByte(before, '\n')-1),
		Message: fmt.Sprintf(format, args...),
	}
}

func subject(field string) string {
	if field == "" {
		return "the value"
	}
	return field
}

// walker goes through a text that fits a type, and refuses what encoding/json ignores.
type walker struct {
	text    []byte
	decoder *json.Decoder
}

// value reads one value for a type; nil is a type that takes anything.
func (w *walker) value(t reflect.Type, at string) error {
	token, err := w.decoder.Token()
	if err != nil {
		return located(w.text, err)
	}
	if token == nil && t != nil && t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface {
		return errorAt(w.text, w.decoder.InputOffset(), "%s is null where %s belongs", subject(at), kinds[t.Kind()])
	}
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch token {
	case json.Delim('['):
		for w.decoder.More() {
			if err := w.value(elementOf(t), at); err != nil {
				return err
			}
		}
	case json.Delim('{'):
		if err := w.mapping(t, at); err != nil {
			return err
		}
	default:
		return nil
	}
	_, err = w.decoder.Token()
	return err
}

// mapping reads the keys of a mapping and their values.
func (w *walker) mapping(t reflect.Type, at string) error {
	seen := map[string]bool{}
	for w.decoder.More() {
		token, err := w.decoder.Token()
		if err != nil {
			return located(w.text, err)
		}
		key, _ := token.(string) // encoding/json has read the text before: keys are texts
		element, known := elementOf(t), true
		if t != nil && t.Kind() == reflect.Struct {
			element, known = fieldOf(t, key)
		}
		switch {
		case !known:
			return errorAt(w.text, w.decoder.InputOffset(), "there is no key %q", key)
		case seen[key]:
			return errorAt(w.text, w.decoder.InputOffset(), "the key %q is there twice", key)
		}
		seen[key] = true
		if err := w.value(element, strings.TrimPrefix(at+"."+key, ".")); err != nil {
			return err
		}
	}
	return nil
}

// elementOf returns the type of what is in a list or a mapping.
func elementOf(t reflect.Type) reflect.Type {
	if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Map) {
		return t.Elem()
	}
	return nil
}

// fieldOf returns the type of the field with a name, which has to be written exactly so.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for field := range t.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name == key && name != "" {
			return field.Type, true
		}
	}
	return nil, false
}

// LineOf returns the line of the value at some keys and, in lists, numbers from 0 on; 0 if there is none. Of a key that is there twice it
// is the first.
func LineOf(text []byte, path ...any) int {
	text = WithoutBOM(text)
	decoder := json.NewDecoder(bytes.NewReader(text))
	for _, step := range path {
		open, err := decoder.Token()
		if _, inList := step.(int); err != nil || inList && open != json.Delim('[') || !inList && open != json.Delim('{') {
			return 0
		}
		if !reach(decoder, step) {
			return 0
		}
	}
	if _, err := decoder.Token(); err != nil {
		return 0
	}
	return errorAt(text, decoder.InputOffset(), "").Line
}

// reach reads up to the value at a key of a mapping, or at a number of a list.
func reach(decoder *json.Decoder, step any) bool {
	for i := 0; decoder.More(); i++ {
		if _, inList := step.(int); !inList {
			key, err := decoder.Token()
			if err != nil {
				return false
			}
			if key == step {
				return true
			}
		} else if i == step {
			return true
		}
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}
