package chart

import (
	"bytes"
	"strings"

	"github.com/transship/transship/convert/manifest"
)

// kind says what a value may be; the schema and the table of the README are made from it.
type kind string

const (
	mapping kind = ""        // has keys of its own; no other keys are allowed
	text    kind = "text"    // string
	boolean kind = "boolean" // true or false
	count   kind = "count"   // integer from 0
	number  kind = "number"  // integer or null
	free    kind = "free"    // a mapping as in the Kubernetes object, or null
	list    kind = "list"    // a list as in the Kubernetes object, or null
	textMap kind = "strings" // a mapping of names to texts, or null
	digest  kind = "digest"  // sha256:…, or empty
	policy  kind = "policy"  // imagePullPolicy

	pullSecrets  kind = "pullSecrets"  // a list of names, or of mappings with a name
	serviceKind  kind = "serviceKind"  // type of a Service
	ingressHosts kind = "ingressHosts" // a list of hosts with paths
	quantity     kind = "quantity"     // an amount, such as 10Gi
)

// values is an entry of values.yaml. The zero value with the kind mapping is an empty tree.
type values struct {
	key, comment string
	kind         kind
	leaf         any // of every kind but mapping; typed objects are written as in manifests
	entries      []*values
}

// in returns the entry for a mapping, made at the end if it is not there.
func (v *values) in(key string) *values {
	for _, e := range v.entries {
		if e.key == key {
			return e
		}
	}
	e := &values{key: key}
	v.entries = append(v.entries, e)
	return e
}

// set adds a value.
func (v *values) set(key string, k kind, leaf any) *values {
	e := v.in(key)
	e.kind, e.leaf = k, leaf
	return e
}

// find returns the entry at a path of keys, or nil.
func (v *values) find(path ...string) *values {
	for _, key := range path {
		var next *values
		for _, e := range v.entries {
			if e.key == key {
				next = e
			}
		}
		if v = next; v == nil {
			return nil
		}
	}
	return v
}

// says sets the comment above the entry.
func (v *values) says(comment string) { v.comment = comment }

// encode writes the tree as YAML with its comments, and an empty line between the entries of the first level.
func (v *values) encode(e *manifest.Encoder) ([]byte, error) {
	var out bytes.Buffer
	for i, entry := range v.entries {
		if i > 0 {
			out.WriteByte('\n')
		}
		if err := entry.write(&out, e, 0); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func (v *values) write(out *bytes.Buffer, e *manifest.Encoder, column int) error {
	margin := strings.Repeat(" ", column)
	for line := range strings.Lines(v.comment) {
		out.WriteString(margin + "# " + strings.TrimSuffix(line, "\n") + "\n")
	}
	if v.kind != mapping {
		field, err := e.EncodeField(v.key, v.leaf, column)
		out.Write(field)
		return err
	}
	if len(v.entries) == 0 {
		field, err := e.EncodeField(v.key, map[string]string{}, column)
		out.Write(field)
		return err
	}
	out.WriteString(margin + manifest.Key(v.key) + ":\n")
	for _, entry := range v.entries {
		if err := entry.write(out, e, column+2); err != nil {
			return err
		}
	}
	return nil
}
