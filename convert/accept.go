package convert

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform/extension"
)

// Acceptance is a finding that somebody lives with. An error becomes a warning, a warning an info; neither fails a command that
// is strict.
type Acceptance struct {
	Code    string
	Path    string // the Compose key with all below it; "" for every place. A star stands for any name
	Because string // why; may be empty

	source acceptanceSource
	exact  bool      // what lies below the path is not meant
	at     diag.Path // of the item of x-kubernetes.accept
}

// KnownWarning accepts the warnings of a code at exactly one key; "" is the project as a whole.
func KnownWarning(code, path string) Acceptance {
	return Acceptance{Code: code, Path: path, exact: true}
}

// acceptanceSource tells who accepts.
type acceptanceSource int

const (
	ofBaseline acceptanceSource = iota // of a list of warnings that a program wrote: nobody accepts errors that way
	ofFlag                             // --allow
	ofProject                          // x-kubernetes.accept
)

// AllowedEffects are codes whose --allow changes what is emitted. What is said then is about that, and stays a warning.
var AllowedEffects = []string{"hostpath", "devices", "seccomp-file", "unsafe-sysctls"}

// acceptances lists everything that a conversion accepts. What is wrong in the list of the project is returned as findings.
func acceptances(loaded *loader.Loaded, o Options) ([]Acceptance, diag.List) {
	var list []Acceptance
	for _, code := range o.Transform.Allow {
		list = append(list, Acceptance{Code: code, source: ofFlag})
	}
	var wrong diag.List
	all, _ := extension.Read(loaded.Project) // transform reports what cannot be read
	for i, a := range all.Project.Accept {
		at := diag.At("x-kubernetes", "accept").Index(i)
		if problem := problemOf(a); problem != "" {
			wrong.Add(diag.Finding{
				Severity: diag.Error, Code: "extension-value", Path: at, Range: loaded.Locate(at), Message: problem,
				Help: "write {code: CODE, path: KEY, because: REASON}; the code stands in brackets before every finding",
			})
			continue
		}
		list = append(list, Acceptance{Code: a.Code, Path: a.Path, Because: a.Because, source: ofProject, at: at})
	}
	return append(list, o.Baseline...), wrong
}

// problemOf says what is wrong with an item of x-kubernetes.accept, or nothing.
func problemOf(a extension.Accept) string {
	if a.Code == "" {
		return "an accepted finding needs its code"
	}
	var codes []string
	for _, c := range Codes() {
		if c.Name == a.Code {
			return ""
		}
		codes = append(codes, c.Name)
	}
	text := "no finding has the code " + a.Code
	if meant := suggest.Closest(a.Code, codes); meant != "" {
		text += ": did you mean " + meant + "?"
	}
	return text
}

// accept lowers the severity of findings that are accepted, and tells of items of the project's list that accept nothing.
func accept(findings diag.List, list []Acceptance, loaded *loader.Loaded) diag.List {
	out := slices.Clone(findings)
	used := make([]bool, len(list))
	for i := range out {
		f := &out[i]
		for n, a := range list {
			if a.matches(*f) {
				used[n] = true
				a.lower(f)
				break
			}
		}
	}
	for n, a := range list {
		if a.source == ofProject && !used[n] {
			out.Add(diag.Finding{
				Severity: diag.Info, Code: "accept-unused", Path: a.at, Range: loaded.Locate(a.at),
				Message: "nothing is found that this accepts: " + strings.TrimSpace(a.Code+" "+a.Path), Help: "remove it, unless other flags or files need it",
			})
		}
	}
	return out
}

// matches reports whether somebody lives with a finding.
func (a Acceptance) matches(f diag.Finding) bool {
	switch {
	case a.Code != f.Code, a.source == ofBaseline && f.Severity == diag.Error:
		return false
	case a.exact:
		return f.Path.String() == a.Path
	default:
		return isAt(f.Path, a.Path)
	}
}

// lower makes the finding what it is when it is accepted. Transform has done so with the errors that a flag allows.
func (a Acceptance) lower(f *diag.Finding) {
	switch {
	case f.Severity == diag.Error:
		f.Severity = diag.Warning
		f.Help = strings.TrimSuffix(strings.TrimSuffix(f.Help, "--allow="+f.Code+" makes it a warning"), "; ")
	case f.Severity == diag.Warning && a.source == ofFlag && (slices.Contains(AllowedEffects, f.Code) || severityOf(f.Code) == diag.Error):
	case f.Severity == diag.Warning:
		f.Severity = diag.Info
	}
	if a.source == ofProject {
		f.Help = "accepted by x-kubernetes" + prefixed(": ", a.Because)
	}
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// IsAccepted reports whether somebody lives with a finding of this result. Such a finding fails no command.
func (r *Result) IsAccepted(f diag.Finding) bool {
	return slices.ContainsFunc(r.accepted, func(a Acceptance) bool { return a.matches(f) })
}

// isAt reports whether a path is what a pattern names, or lies below it.
func isAt(path diag.Path, pattern string) bool {
	if pattern == "" {
		return true
	}
	if !strings.Contains(pattern, "*") { // names may have dots in them
		rest, found := strings.CutPrefix(path.String(), pattern)
		return found && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	elements := strings.FieldsFunc(strings.ReplaceAll(pattern, "[", ".["), func(r rune) bool { return r == '.' })
	if len(elements) > len(path) {
		return false
	}
	for i, e := range elements {
		if e != path[i] && e != "*" && (e != "[*]" || !strings.HasPrefix(path[i], "[")) {
			return false
		}
	}
	return true
}
