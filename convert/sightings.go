package convert

import (
	"encoding/json"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/secret"
)

// sightings tells objects that certainly hold no known secret from those that have to be searched field by field. Nearly all
// hold none, and rendering an object to search it costs more than all the rest of converting it.
type sightings struct {
	secrets *secret.Set
	types   map[reflect.Type]structKind // those of the structs that were asked about
}

// structKind says how a struct is searched.
type structKind int

const (
	byFields  structKind = iota
	asNumber             // a quantity: its text is what matters
	unlessNil            // it renders itself
	notAtAll             // a name of its fields is a known secret: the names of fields are texts of an object as well
)

// mayHold reports whether a secret can stand in an object as it is rendered. False is certain.
func (s sightings) mayHold(o runtime.Object) bool { return s.in(reflect.ValueOf(o)) }

func (s sightings) found(text string) bool { return len(s.secrets.Find(text)) > 0 }

var (
	quantityType    = reflect.TypeFor[resource.Quantity]()
	intOrStringType = reflect.TypeFor[intstr.IntOrString]()
	marshalerType   = reflect.TypeFor[json.Marshaler]()
)

func (s sightings) in(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return s.found(v.String())
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && s.in(v.Elem())
	case reflect.Slice, reflect.Array:
		return s.inList(v)
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if s.in(entries.Key()) || s.in(entries.Value()) {
				return true
			}
		}
		return false
	case reflect.Struct:
		return s.inStruct(v)
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16,
		reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return false // JSON has them as numbers, which are no texts
	default:
		return true // not known
	}
}

func (s sightings) inList(v reflect.Value) bool {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return v.Len() > 0 // JSON has bytes in base64
	}
	for i := range v.Len() {
		if s.in(v.Index(i)) {
			return true
		}
	}
	return false
}

func (s sightings) inStruct(v reflect.Value) bool {
	t := v.Type()
	kind, known := s.types[t]
	if !known {
		kind = s.kindOf(t)
		s.types[t] = kind
	}
	switch kind {
	case asNumber:
		q, ok := reflect.TypeAssert[resource.Quantity](v)
		return !ok || s.found(q.String())
	case unlessNil:
		return !v.IsZero()
	case notAtAll:
		return true
	case byFields:
	}
	for _, field := range v.Fields() {
		if s.in(field) {
			return true
		}
	}
	return false
}

func (s sightings) kindOf(t reflect.Type) structKind {
	switch {
	case t == quantityType:
		return asNumber
	case t == intOrStringType:
		return byFields
	case reflect.PointerTo(t).Implements(marshalerType): // such as a time
		return unlessNil
	}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); s.found(f.Name) || s.found(name) {
			return notAtAll
		}
	}
	return byFields
}
