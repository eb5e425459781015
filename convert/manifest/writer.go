package manifest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// writer appends one document to out.
type writer struct {
	out   []byte
	fresh bool // the next token follows "- " or starts the document, so it needs neither a line break nor a space
	key   string
	// mergeKey names what tells the items of the list apart that is the value of the key written last; see [Field].
	mergeKey string
	layouts  layouts
	trace    *trace // nil unless somebody wants to know where things stand
	err      error

	template *templateState // nil for a manifest
}

// indent says in which columns a value continues: the keys of a mapping and the dashes of a list. Below a key the dashes
// stand in the column of the key, as kubectl writes them.
type indent struct{ mapping, list int }

func (i indent) belowKey() indent  { return indent{mapping: i.mapping + 2, list: i.mapping} }
func (i indent) belowDash() indent { return indent{mapping: i.list + 2, list: i.list + 2} }

// errEncoding is returned for a string that no YAML document can hold.
var errEncoding = errors.New("the text is not valid UTF-8")

func (w *writer) value(v reflect.Value, in indent) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.scalar("null")
			return
		}
		w.value(v.Elem(), in)
	case reflect.Struct:
		if !w.leaf(v, in) {
			w.structure(v, in)
		}
	case reflect.Map:
		w.mapping(v, in)
	case reflect.Slice, reflect.Array:
		w.list(v, in)
	case reflect.String:
		w.text(v, in)
	case reflect.Bool:
		w.scalar(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.scalar(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		w.scalar(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		w.generic(v, in)
	default:
		w.fail(fmt.Errorf("%s has no form in YAML", v.Type()))
	}
}

// structure writes the fields of a struct that say something. A struct with none is written as {}: whoever calls decides
// beforehand whether an empty one has a meaning.
func (w *writer) structure(v reflect.Value, in indent) {
	start, wasFresh := len(w.out), w.fresh
	for _, f := range w.layouts.of(v.Type()) {
		fv, ok := f.in(v)
		present := ok && (!f.omits(fv) || isEmptyVariable(v, f))
		switch {
		case w.template != nil:
			w.field(f.name, fv, present, in, func() { w.structField(f, fv, in) })
		case present:
			w.structField(f, fv, in)
		}
	}
	if len(w.out) == start {
		w.fresh = wasFresh
		w.scalar("{}")
	}
}

// structField writes a field. What is optional and turns out to be empty is taken back.
func (w *writer) structField(f field, v reflect.Value, in indent) {
	before, fresh := len(w.out), w.fresh
	w.startKey(f.name, in)
	behindKey := len(w.out)
	w.trace.enter(f.name, f.name, false, before, behindKey)
	w.mergeKey = f.mergeKey
	w.value(v, in.belowKey())
	w.trace.leave(len(w.out))
	if f.omitEmpty && v.Kind() == reflect.Struct && string(w.out[behindKey:]) == " {}" {
		w.out, w.fresh = w.out[:before], fresh
		w.trace.forget(before)
	}
}

// mapEntry writes a key of a mapping and its value.
func (w *writer) mapEntry(key string, v reflect.Value, in indent) {
	before := len(w.out)
	w.startKey(key, in)
	if w.trace != nil {
		step := keyStep(key)
		w.trace.enter(step, step, false, before, len(w.out))
	}
	w.mergeKey = ""
	w.value(v, in.belowKey())
	w.trace.leave(len(w.out))
}

func (w *writer) mapping(v reflect.Value, in indent) {
	if v.Len() == 0 {
		w.scalar("{}")
		return
	}
	keys := v.MapKeys()
	free := v.Type().Elem().Kind() == reflect.Interface
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if free {
			if d := freeRank(a.String()) - freeRank(b.String()); d != 0 {
				return d
			}
		}
		return strings.Compare(a.String(), b.String())
	})
	for _, key := range keys {
		write := func() { w.mapEntry(key.String(), v.MapIndex(key), in) }
		if w.template != nil {
			w.field(key.String(), v.MapIndex(key), true, in, write)
		} else {
			write()
		}
	}
}

func (w *writer) list(v reflect.Value, in indent) {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		w.scalar(quoted(base64.StdEncoding.EncodeToString(v.Bytes())))
		return
	}
	if v.Len() == 0 {
		w.scalar("[]")
		return
	}
	var paths, identities []string
	if w.trace != nil {
		paths, identities = itemSteps(v, w.mergeKey)
	}
	for i := range v.Len() {
		write := func() {
			if w.trace != nil {
				w.listItem(v.Index(i), in, paths[i], identities[i])
			} else {
				w.listItem(v.Index(i), in, "", "")
			}
		}
		if w.template != nil {
			w.item(v.Index(i), i, in, write)
		} else {
			write()
		}
	}
}

func (w *writer) listItem(v reflect.Value, in indent, path, identity string) {
	before := len(w.out)
	w.startLine(in.list)
	w.out = append(w.out, '-', ' ')
	w.fresh = true
	w.trace.enter(path, identity, true, before, len(w.out))
	w.value(v, in.belowDash())
	w.trace.leave(len(w.out))
}

func (w *writer) text(v reflect.Value, in indent) {
	s := v.String()
	switch {
	case v.Type() == jsonNumber:
		w.scalar(s)
	case !utf8.ValidString(s):
		w.fail(errEncoding)
	case w.template != nil && isAction(s):
		w.scalar(escaped(s))
	case fitsBlock(s) && (w.template == nil || survives(s)):
		w.scalar("") // the space that separates the key from the indicator
		w.out = appendBlock(w.out, s, in.mapping)
	default:
		w.scalar(quoted(s))
	}
}

// startKey writes a key up to its colon. A reader may give up on a key of more than 1024 characters on one line, so a
// very long one takes the explicit form.
func (w *writer) startKey(key string, in indent) {
	w.key = key
	if !utf8.ValidString(key) {
		w.fail(errEncoding)
	}
	w.startLine(in.mapping)
	text := quoted(key)
	if w.template != nil && isAction(key) {
		text = escaped(key)
	}
	if len(text) > 1000 {
		w.out = append(append(w.out, "? "...), text...)
		w.startLine(in.mapping)
	} else {
		w.out = append(w.out, text...)
	}
	w.out = append(w.out, ':')
}

func (w *writer) startLine(column int) {
	if w.fresh {
		w.fresh = false
		return
	}
	w.out = append(w.out, '\n')
	for range column {
		w.out = append(w.out, ' ')
	}
}

func (w *writer) scalar(text string) {
	if !w.fresh {
		w.out = append(w.out, ' ')
	}
	w.fresh = false
	w.out = append(w.out, text...)
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = fmt.Errorf("%s: %w", w.key, err)
	}
}
