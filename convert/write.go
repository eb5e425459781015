package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
)

// YAMLOptions are the choices of the YAML writers.
type YAMLOptions struct {
	// Comment returns the lines that stand as a comment above an object, without the number sign; empty for none. What
	// could end a line of YAML early is made visible. Nil means no comments.
	Comment func(runtime.Object) string
	// FieldComment returns what stands as a comment behind the line where a field begins; empty for none. Nil means no
	// such comments. [FieldComments] makes such a function.
	FieldComment func(runtime.Object, manifest.Field) string
}

// WriteYAML writes the objects as one stream of documents, in the order given.
func WriteYAML(w io.Writer, objects []runtime.Object, o YAMLOptions) error {
	encoder := manifest.NewEncoder()
	for i, object := range objects {
		var document bytes.Buffer
		if i > 0 {
			document.WriteString("---\n")
		}
		if err := appendDocument(&document, encoder, object, o); err != nil {
			return err
		}
		if _, err := w.Write(document.Bytes()); err != nil {
			return fmt.Errorf("write the manifests: %w", err)
		}
	}
	return nil
}

func appendDocument(b *bytes.Buffer, encoder *manifest.Encoder, object runtime.Object, o YAMLOptions) error {
	if o.Comment != nil {
		b.WriteString(diag.Comment(o.Comment(object)))
	}
	if o.FieldComment != nil {
		text, fields, err := encoder.Trace(object)
		if err != nil {
			return err
		}
		b.Write(commented(text, fields, func(f manifest.Field) string { return o.FieldComment(object, f) }))
		return nil
	}
	text, err := encoder.Encode(object)
	if err != nil {
		return err
	}
	b.Write(text)
	return nil
}

// WriteJSON writes the objects as one v1 List, in the order given.
func WriteJSON(w io.Writer, objects []runtime.Object) error {
	encoder := manifest.NewEncoder()
	compact := []byte(`{"apiVersion":"v1","kind":"List","items":[`)
	for i, object := range objects {
		if i > 0 {
			compact = append(compact, ',')
		}
		text, err := encoder.EncodeJSON(object)
		if err != nil {
			return err
		}
		compact = append(compact, text...)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, append(compact, "]}"...), "", "    "); err != nil {
		return fmt.Errorf("indent the JSON: %w", err)
	}
	indented.WriteByte('\n')
	if _, err := w.Write(indented.Bytes()); err != nil {
		return fmt.Errorf("write the manifests: %w", err)
	}
	return nil
}
