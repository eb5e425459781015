package transform

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// convertYAML loads a compose file from text, without a disk, and transforms it. change may edit the input: options,
// files, image facts.
func convertYAML(t testing.TB, text string, change ...func(*Input)) Result {
	t.Helper()
	in := loadYAML(t, text)
	for _, c := range change {
		c(&in)
	}
	result, err := Transform(in)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// loadYAML is the input of a transformation of a compose file called /project/compose.yaml. Variables come from no
// environment; files are those that a test adds.
func loadYAML(t testing.TB, text string) Input {
	t.Helper()
	details := types.ConfigDetails{
		WorkingDir:  "/project",
		ConfigFiles: []types.ConfigFile{{Filename: "/project/compose.yaml", Content: []byte(text)}},
		Environment: types.Mapping{},
	}
	model := map[string]any{}
	var patterns []loader.UnsupportedAttributePattern
	for _, key := range []string{"services", "jobs", "networks", "volumes", "configs", "secrets", "models", "x-kubernetes"} {
		patterns = append(patterns, loader.UnsupportedAttributePattern{Path: tree.Path(key), Detect: func(value any) bool {
			model[key] = copyModel(value)
			return false
		}})
	}
	project, err := loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("shop", true)
		o.ResolvePaths = true
		o.Profiles = []string{"*"}
	}, loader.WithUnsupportedAttributesCheck(patterns, func([]loader.UnsupportedAttribute) {}))
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return Input{Project: project, Model: model, Files: source.Files{}, Images: map[string]source.ImageFacts{}}
}

// copyModel copies the mappings and lists of a model, which the loader goes on changing.
func copyModel(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = copyModel(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = copyModel(value)
		}
		return out
	}
	return v
}

// find returns the object of type T with this name.
func find[T runtime.Object](t testing.TB, r Result, name string) T {
	t.Helper()
	var have []string
	for _, o := range r.Objects {
		if objectName(o) == name {
			if typed, ok := o.Object.(T); ok {
				return typed
			}
		}
		have = append(have, reflect.TypeOf(o.Object).Elem().Name()+"/"+objectName(o))
	}
	var zero T
	t.Fatalf("no %T %q among %s", zero, name, strings.Join(have, ", "))
	return zero
}

// has reports whether the result holds an object of type T with this name.
func has[T runtime.Object](r Result, name string) bool {
	for _, o := range r.Objects {
		if _, ok := o.Object.(T); ok && objectName(o) == name {
			return true
		}
	}
	return false
}

func objectName(o Object) string {
	var named struct {
		Metadata struct{ Name string } `json:"metadata"`
	}
	text, _ := json.Marshal(o.Object)
	_ = json.Unmarshal(text, &named)
	return named.Metadata.Name
}

// codes returns the codes found, as "severity[code] path", in the order of the report.
func codes(r Result) []string {
	var out []string
	for _, f := range r.Findings.Sorted() {
		out = append(out, f.Severity.String()+"["+f.Code+"] "+f.Path.String())
	}
	return out
}

// finding returns the first finding with this code, or fails.
func finding(t testing.TB, r Result, code string) diag.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Code == code {
			return f
		}
	}
	t.Fatalf("no finding %s among %v", code, codes(r))
	return diag.Finding{}
}
