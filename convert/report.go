package convert

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/transship/transship/transform/keys"
)

// Report says of every key of a project what became of it.
type Report struct {
	Project  string        `json:"project"`
	Objects  []string      `json:"objects"` // Kind/name, in apply order
	Keys     []KeyReport   `json:"keys"`
	Findings []FindingNote `json:"findings"` // those that belong to no key of the list
}

// KeyReport is one key that the files hold.
type KeyReport struct {
	Path       string        `json:"path"`
	File       string        `json:"file,omitempty"`
	Line       int           `json:"line,omitempty"`
	Class      string        `json:"class"`                // exact, close, hint, local, meta or refused
	Kubernetes string        `json:"kubernetes"`           // the field or object the key becomes, or "none"
	Difference string        `json:"difference,omitempty"` // how the behaviour differs
	Findings   []FindingNote `json:"findings,omitempty"`   // what was found at the key in this project
}

// FindingNote is a finding without its place.
type FindingNote struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
	Help     string `json:"help,omitempty"`
}

// NewReport makes the report of a conversion. A project that could not be loaded has findings only.
func NewReport(r *Result) Report {
	report := Report{Project: r.Project, Objects: []string{}, Keys: []KeyReport{}, Findings: []FindingNote{}}
	for _, o := range r.Objects {
		if accessor, err := meta.Accessor(o); err == nil {
			report.Objects = append(report.Objects, o.GetObjectKind().GroupVersionKind().Kind+"/"+accessor.GetName())
		}
	}
	found := map[string][]FindingNote{}
	for _, f := range r.Findings {
		note := FindingNote{Severity: f.Severity.String(), Code: f.Code, Path: f.Path.String(), Message: f.Message, Help: f.Help}
		found[note.Path] = append(found[note.Path], note)
	}
	if r.Loaded != nil {
		for _, k := range keys.Walk(r.Loaded.Model) {
			path := k.Path.String()
			place := r.Loaded.Locate(k.Path)
			report.Keys = append(report.Keys, KeyReport{
				Path: path, File: place.File, Line: place.Line, Class: k.Row.Class.String(),
				Kubernetes: k.Row.Kubernetes, Difference: k.Row.Difference, Findings: found[path],
			})
			delete(found, path)
		}
	}
	for _, f := range r.Findings {
		if notes, left := found[f.Path.String()]; left {
			report.Findings = append(report.Findings, notes...)
			delete(found, f.Path.String())
		}
	}
	return report
}

// WriteJSON writes the report as one JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// WriteMarkdown writes the report as a page for people.
func (r Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on Kubernetes\n\n%d objects: %s\n\n", r.Project, len(r.Objects), strings.Join(r.Objects, ", "))
	b.WriteString("## Keys\n\n| Key | Place | Class | Becomes | Note |\n|---|---|---|---|---|\n")
	for _, k := range r.Keys {
		place := ""
		if k.Line > 0 {
			place = fmt.Sprintf("%s:%d", k.File, k.Line)
		}
		notes := []string{}
		if k.Difference != "" {
			notes = append(notes, k.Difference)
		}
		for _, f := range k.Findings {
			notes = append(notes, fmt.Sprintf("**%s** %s: %s", f.Severity, f.Code, f.Message))
		}
		writeRow(&b, "`"+k.Path+"`", place, k.Class, k.Kubernetes, strings.Join(notes, "; "))
	}
	if len(r.Findings) > 0 {
		b.WriteString("\n## Further findings\n\n| Severity | Code | Key | What happens | What to do |\n|---|---|---|---|---|\n")
		for _, f := range r.Findings {
			writeRow(&b, f.Severity, f.Code, "`"+f.Path+"`", f.Message, f.Help)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeRow(b *strings.Builder, cells ...string) {
	for i, c := range cells {
		cells[i] = strings.NewReplacer("|", "\\|", "\n", " ").Replace(c)
	}
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}
