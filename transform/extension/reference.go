package extension

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

// Doc documents a key of x-kubernetes, or a kompose.* label.
type Doc struct {
	Where string // the part of the compose file it stands in: "a service or a job"
	Name  string // as written below x-kubernetes, "publish.host", or the label
	Value string // what it takes, as Markdown
	Does  string
}

// Keys returns every key of x-kubernetes, in the order of the reference.
func Keys() []Doc {
	var list []Doc
	for _, p := range places {
		list = appendKeys(list, p.where, p.value, "")
	}
	return list
}

// Reference returns the reference page of x-kubernetes in Markdown.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString("# x-kubernetes\n\n")
	b.WriteString("`x-kubernetes` says what the Compose format has no key for. Docker Compose ignores it. It is read strictly: an unknown key or\n")
	b.WriteString("value is an error with a suggestion. [x-kubernetes.schema.json](x-kubernetes.schema.json) is the same as a JSON schema.\n")
	where := ""
	for _, k := range Keys() {
		if k.Where != where {
			where = k.Where
			fmt.Fprintf(&b, "\n## In %s\n\n| Key | Value | What it does |\n|---|---|---|\n", where)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, k.Value, k.Does)
	}
	return b.Bytes()
}

func appendKeys(list []Doc, where string, t reflect.Type, prefix string) []Doc {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		list = append(list, Doc{where, prefix + name, valueOf(f), f.Tag.Get("doc")})
		inner, suffix := f.Type, "."
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			if inner.Kind() == reflect.Slice {
				suffix = "[]."
			}
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner.PkgPath() == reflect.TypeFor[Service]().PkgPath() && hasKeys(inner) {
			list = appendKeys(list, where, inner, prefix+name+suffix)
		}
	}
	return list
}

func hasKeys(t reflect.Type) bool {
	return t != reflect.TypeFor[Port]() && t != reflect.TypeFor[Probe]()
}

func valueOf(f reflect.StructField) string {
	if enum := f.Tag.Get("enum"); enum != "" {
		return "`" + strings.ReplaceAll(enum, ",", "`, `") + "`"
	}
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[Probe]():
		return "`true`, `false` or a probe"
	case t == reflect.TypeFor[Publish]():
		return "a type or a mapping"
	case t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Map:
		return "mapping"
	case t.Kind() == reflect.Bool:
		return "`true` or `false`"
	case t.Kind() == reflect.Int32 || t.Kind() == reflect.Int64:
		return "number"
	case t.Name() == "Quantity":
		return "quantity"
	case t.Kind() == reflect.Struct:
		return "mapping"
	}
	return "text"
}

// KomposeReference returns the reference page of the kompose.* labels in Markdown.
func KomposeReference() []byte {
	var b bytes.Buffer
	b.WriteString("# kompose.* labels\n\n")
	b.WriteString("Projects made for Kompose convert without edits: its labels are read as their equivalents, each with one info. Where a label and\n")
	b.WriteString("`x-kubernetes` speak of the same thing, `x-kubernetes` wins. An unknown `kompose.*` label is a warning.\n\n")
	b.WriteString("| Label | Read as |\n|---|---|\n")
	for _, l := range Labels() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", l.Name, l.Does)
	}
	return b.Bytes()
}

// WhereLabels is where Compose files have the labels of Kompose.
const WhereLabels = "the labels of a service or a volume"

// Labels returns every kompose.* label that is read.
func Labels() []Doc {
	var list []Doc
	for _, l := range komposeLabels {
		list = append(list, Doc{Where: "labels", Name: l.name, Does: l.means})
	}
	for _, l := range [][2]string{
		{"kompose.volume.selector", "x-kubernetes.selector of the volume: {service: value}"},
		{"kompose.volume.size", "x-kubernetes.size of the volume"},
		{"kompose.volume.storage-class-name", "x-kubernetes.storageClass of the volume"},
		{"kompose.volume.subpath", "volumes[].volume.subpath"},
	} {
		list = append(list, Doc{Where: "labels", Name: l[0], Does: l[1]})
	}
	return list
}
