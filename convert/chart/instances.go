package chart

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform"
)

// instances finds the mappings of an object that have the label of the instance, and lets the name of the release stand there. It
// looks only where the type of the object has mappings: most fields of a Pod have none.
type instances struct {
	instance string
	slots    manifest.Slots
	mappings map[reflect.Type]bool // whether values of a type may have mappings
	err      error
}

// in looks at a value and everything below it.
func (s *instances) in(path string, v reflect.Value) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if !s.mayHave(v.Type()) {
		return
	}
	switch {
	case isMarshaler(v.Type()):
		s.inJSON(path, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			name, inline := jsonName(v.Type().Field(i))
			switch {
			case inline:
				s.in(path, v.Field(i))
			case name != "":
				s.in(below(path, name), v.Field(i))
			}
		}
	case v.Kind() == reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			s.entry(path, entries.Key().String(), entries.Value())
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			s.in(path+"["+itemName(v.Index(i), i)+"]", v.Index(i))
		}
	}
}

func (s *instances) entry(path, key string, v reflect.Value) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if key != transform.LabelInstance || v.Kind() != reflect.String || v.String() != s.instance {
		if v.IsValid() {
			s.in(below(path, key), v)
		}
		return
	}
	if _, taken := s.slots[path]; !taken {
		s.slots[below(path, key)] = manifest.Slot{Expr: action("$.Release.Name | quote")}
	}
}

// inJSON looks at a value that writes itself.
func (s *instances) inJSON(path string, v reflect.Value) {
	if v.IsZero() {
		return
	}
	if v.CanAddr() {
		v = v.Addr() // its method may be that of the pointer
	}
	data, err := json.Marshal(v.Interface())
	if err != nil {
		s.err = fmt.Errorf("read the fields of an object: %w", err)
		return
	}
	var content any
	if err := json.Unmarshal(data, &content); err != nil {
		s.err = fmt.Errorf("read the fields of an object: %w", err)
		return
	}
	if content != nil {
		s.in(path, reflect.ValueOf(content))
	}
}

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// mayHave reports whether a value of a type may have a mapping of texts somewhere. A type that is being asked about answers no
// to itself.
func (s *instances) mayHave(t reflect.Type) bool {
	if known, ok := s.mappings[t]; ok {
		return known
	}
	s.mappings[t] = false
	has := false
	switch {
	case isMarshaler(t):
		zero, err := json.Marshal(reflect.Zero(t).Interface())
		has = err != nil || len(zero) == 0 || zero[0] == '{' || zero[0] == '['
	case t.Kind() == reflect.Struct:
		for field := range t.Fields() {
			has = s.mayHave(field.Type) || has
		}
	case t.Kind() == reflect.Map:
		element := t.Elem().Kind()
		has = element == reflect.String || element == reflect.Interface || s.mayHave(t.Elem())
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Pointer:
		has = s.mayHave(t.Elem())
	case t.Kind() == reflect.Interface:
		has = true
	}
	s.mappings[t] = has
	return has
}

// isMarshaler reports whether a type writes its own JSON, as amounts and times do.
func isMarshaler(t reflect.Type) bool {
	for _, face := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Implements(face) || reflect.PointerTo(t).Implements(face) {
			return true
		}
	}
	return false
}

// jsonName returns the name that a field has in JSON, or that its own fields stand in its place.
func jsonName(f reflect.StructField) (name string, inline bool) {
	name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "-" || !f.IsExported() && !f.Anonymous:
		return "", false
	case name == "" && f.Anonymous:
		return "", true
	case name == "":
		return f.Name, false
	}
	return name, false
}

// itemName returns how a path calls an item of a list: by its name where it has one, else by its place.
func itemName(item reflect.Value, i int) string {
	for item.Kind() == reflect.Pointer || item.Kind() == reflect.Interface {
		item = item.Elem()
	}
	name := reflect.Value{}
	switch item.Kind() {
	case reflect.Struct:
		for f := range item.NumField() {
			if key, _ := jsonName(item.Type().Field(f)); key == "name" {
				name = reflect.Indirect(item.Field(f))
			}
		}
	case reflect.Map:
		name = item.MapIndex(reflect.ValueOf("name"))
		if name.Kind() == reflect.Interface {
			name = name.Elem()
		}
	}
	if name.Kind() == reflect.String && name.String() != "" {
		return name.String()
	}
	return strconv.Itoa(i)
}
