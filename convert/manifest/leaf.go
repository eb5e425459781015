package manifest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var (
	jsonNumber    = reflect.TypeFor[json.Number]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()

	typeQuantity    = reflect.TypeFor[resource.Quantity]()
	typeIntOrString = reflect.TypeFor[intstr.IntOrString]()
	typeTime        = reflect.TypeFor[metav1.Time]()
	typeMicroTime   = reflect.TypeFor[metav1.MicroTime]()
	typeDuration    = reflect.TypeFor[metav1.Duration]()
)

// leaf writes a struct that stands for one value, and reports whether v is one. The forms are those of the types' own
// JSON methods; the frequent types are spelled out because calling those methods means parsing their output again.
func (w *writer) leaf(v reflect.Value, in indent) bool {
	switch v.Type() {
	case typeQuantity:
		q := v.Interface().(resource.Quantity) // a copy: String caches its result in the receiver
		w.scalar(quoted(q.String()))
	case typeIntOrString:
		if i := v.Interface().(intstr.IntOrString); i.Type == intstr.Int {
			w.value(reflect.ValueOf(i.IntVal), in)
		} else {
			w.value(reflect.ValueOf(i.StrVal), in)
		}
	case typeTime:
		w.moment(v.Interface().(metav1.Time).Time, time.RFC3339)
	case typeMicroTime:
		w.moment(v.Interface().(metav1.MicroTime).Time, metav1.RFC3339Micro)
	case typeDuration:
		w.scalar(quoted(v.Interface().(metav1.Duration).Duration.String()))
	default:
		if !v.Type().Implements(jsonMarshaler) {
			return false
		}
		w.generic(v, in)
	}
	return true
}

func (w *writer) moment(t time.Time, layout string) {
	if t.IsZero() {
		w.scalar("null")
		return
	}
	w.scalar(quoted(t.UTC().Format(layout)))
}

// generic writes a value in the form its JSON has.
func (w *writer) generic(v reflect.Value, in indent) {
	data, err := json.Marshal(v.Interface())
	if err != nil {
		w.fail(err)
		return
	}
	var content any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&content); err != nil {
		w.fail(err)
		return
	}
	if content == nil {
		w.scalar("null")
		return
	}
	w.value(reflect.ValueOf(content), in)
}
