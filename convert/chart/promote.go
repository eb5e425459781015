package chart

import (
	"reflect"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/convert/manifest"
)

// promotable lists the fields of a container and of a Pod that become values as a whole.
var (
	promotableOfContainer = []string{"command", "args", "workingDir", "lifecycle", "ports"}
	promotableOfPod       = []string{"terminationGracePeriodSeconds", "hostAliases", "dnsConfig"}
)

// fieldOf returns the field of a struct that has a name in JSON, which is the Go name with a small first letter in these types.
func fieldOf(object any, name string) reflect.Value {
	goName := string(name[0]-'a'+'A') + name[1:]
	if name == "dnsConfig" {
		goName = "DNSConfig"
	}
	return reflect.ValueOf(object).Elem().FieldByName(goName)
}

func (p *pod) promoteContainer(at string, s *service, c *corev1.Container) {
	for _, name := range promotableOfContainer {
		p.promote(at, s, name, fieldOf(c, name))
	}
}

func (p *pod) promotePod() {
	for _, name := range promotableOfPod {
		p.promote(p.path, p.main, name, fieldOf(p.spec, name))
	}
}

func (p *pod) promote(at string, s *service, name string, field reflect.Value) {
	p.promoteTo(p.slots, at, s, name, field)
}

// promoteTo makes a value of a field, when an overlay changes it.
func (b *builder) promoteTo(slots manifest.Slots, at string, s *service, name string, field reflect.Value) {
	if !b.promoted[s.key+"."+name] {
		return
	}
	value := ".Values." + s.key + "." + name
	switch field.Kind() {
	case reflect.Slice:
		setBlock(s.values, name, list, field.Interface(), field.Len() == 0)
		slots[at+"."+name] = manifest.Slot{Block: value}
	case reflect.String:
		s.values.set(name, text, field.String())
		slots[at+"."+name] = manifest.Slot{Lines: []string{"{{- with " + value + " }}", name + ": {{ . | quote }}", "{{- end }}"}}
	default:
		if field.Type() == reflect.TypeFor[*int64]() {
			var leaf any
			if !field.IsNil() {
				leaf = field.Elem().Interface()
			}
			s.values.set(name, number, leaf)
			slots[at+"."+name] = manifest.Slot{Lines: []string{"{{- if not (kindIs \"invalid\" " + value + ") }}", name + ": {{ " + value + " }}", "{{- end }}"}}
			return
		}
		setBlock(s.values, name, free, field.Interface(), field.IsZero())
		slots[at+"."+name] = manifest.Slot{Block: value}
	}
}
