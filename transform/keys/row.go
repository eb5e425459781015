// Package keys is the table of every key of the Compose schema and what becomes of it. Findings for keys without an
// equivalent, the reference documentation, `transship explain` and the tests that forbid silent losses all read it.
package keys

import "github.com/transship/transship/diag"

// Class says what happens to a key.
type Class uint8

const (
	// Exact keys have the same observable behaviour on Kubernetes.
	Exact Class = iota + 1
	// Close keys are mapped with a documented difference.
	Close
	// Hint keys have no equivalent: nothing is emitted and the user is told.
	Hint
	// Local keys concern the image build or the developer's machine.
	Local
	// Meta keys are consumed by the loader or by the converter itself.
	Meta
	// Refused keys cannot be honoured safely: an error unless allowed.
	Refused
)

// String returns the lower-case name of the class.
func (c Class) String() string {
	switch c {
	case Exact:
		return "exact"
	case Close:
		return "close"
	case Hint:
		return "hint"
	case Local:
		return "local"
	case Meta:
		return "meta"
	case Refused:
		return "refused"
	default:
		return "invalid"
	}
}

// Row is one key of the Compose schema. Its texts are written for users: lower case, without a full stop, so that they
// can stand in a finding as well as in the reference.
//
// A row of the source tables that has no Class is a part of the key above it: it takes everything but Path, Docker
// and Example from there.
type Row struct {
	// Path is a pattern of schema.AttributePaths(), such as "services.*.ports.[].target". In the source tables the
	// prefix "container." stands for what services, jobs and pre_start hooks share, "workload." for what services and
	// jobs share; All and Lookup return expanded patterns only.
	Path       string
	Class      Class
	Owner      string // file below transform that maps the key, such as container/image.go; empty when the generic finding covers it
	Docker     string // what the key does on Docker
	Kubernetes string // the Kubernetes field or object, or "none"
	Difference string // how the behaviour differs; for Exact the exceptions, if any
	Advice     string // what to do instead, for Hint and Refused

	// Code and Severity are those of the generic finding. Rows with an Owner name the code that the owner reports
	// where there is one of its own.
	Code     string
	Severity diag.Severity
	// NoopValues are values that ask for nothing that is lost: what Docker does without the key, or what Kubernetes
	// does anyway. They give no generic finding.
	NoopValues []any
	// HarmlessValues lower the generic finding to an info.
	HarmlessValues []any

	Example Example
}

// Example shows a key before and after a conversion. In is a whole Compose project, Out the part of the objects that
// the key makes.
type Example struct{ In, Out string }

// IsZero reports whether there is no example.
func (e Example) IsZero() bool { return e == Example{} }
