// Package annotations makes annotations of what Docker calls labels.
package annotations

import (
	"encoding/json"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/report"
)

// Add adds annotations to others. Those that hold odd keys become one; for any other key the added value counts.
func Add(to, added map[string]string) {
	odd := Odd(to[labels.Odd])
	maps.Copy(odd, Odd(added[labels.Odd]))
	maps.Copy(to, added)
	if len(odd) > 0 {
		to[labels.Odd] = encode(odd)
	}
}

// Odd reads what Of has written.
func Odd(text string) map[string]string {
	odd := map[string]string{}
	if text == "" || json.Unmarshal([]byte(text), &odd) != nil { // the user may set the annotation to anything
		return map[string]string{}
	}
	return odd
}

// Of returns labels as annotations. Keys that Kubernetes refuses go into one annotation together.
func Of(at diag.Path, set map[string]string, findings *report.Findings) map[string]string {
	out, odd := map[string]string{}, map[string]string{}
	for _, key := range sorted.Keys(set) {
		switch {
		case strings.HasPrefix(key, "kompose.") || strings.HasPrefix(key, "com.docker.compose.") || key == extension.KindLabel:
			// read by the converter, and set by docker compose
		case len(validation.IsQualifiedName(strings.ToLower(key))) == 0 && !strings.HasPrefix(key, labels.OwnPrefix):
			out[key] = set[key]
		default:
			odd[key] = set[key]
		}
	}
	if len(odd) > 0 {
		out[labels.Odd] = encode(odd)
		findings.Addf("label-annotation", at, "", "the annotation %s holds, as JSON, what cannot be the name of an annotation: %s",
			labels.Odd, strings.Join(sorted.Keys(odd), ", "))
	}
	return out
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // a map of strings can be marshalled
		panic(err)
	}
	return string(text)
}
