// Package transform turns a loaded Compose project into typed Kubernetes objects and findings. It is pure: no disk, no
// network, no clock, no environment, no logging; the same input gives the same output on every machine.
package transform

import (
	"github.com/compose-spec/compose-go/v2/types"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// Input is everything a transformation looks at. Nothing in it is changed.
type Input struct {
	Project *types.Project
	// Model is the merged, canonical YAML model before defaults were derived: it knows which keys the user wrote,
	// also those whose value is the zero value of its Go type.
	Model   map[string]any
	Files   source.Files
	Images  map[string]source.ImageFacts // facts stated by the project itself (Dockerfiles), by service name
	Locate  source.Locate
	Options Options
}

// Result is the outcome. Objects are complete even when Findings holds errors; the caller decides whether to use them.
type Result struct {
	Objects  []runtime.Object // typed, in no particular order that a caller may rely on
	Findings diag.List        // with positions, severities after Options.Allow, not sorted
}
