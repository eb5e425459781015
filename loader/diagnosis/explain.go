// Package diagnosis finds out what is wrong with a project that compose-go refuses, all of it, and where.
package diagnosis

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// Attempt is a load that compose-go refused: what it was given, and how far it came.
type Attempt struct {
	Files   *document.Bundle
	Locator *position.Locator
	Dir     string            // of the project
	Sources map[string][]byte // text of the files by the names that the findings use
}

// Explain turns an error of compose-go into findings. compose-go stops at the first problem and mostly says so in
// prose; so the problem is looked for again where all of its kind can be reported with their places, and the prose is
// kept only if that does not account for it.
func (a *Attempt) Explain(err error) diag.List {
	found := a.search(err)
	searched := found
	for _, e := range flatten(err) {
		f := a.word(e)
		kin := family(f.Code)
		if strings.HasPrefix(e.Error(), "validating ") { // whatever words the schema has for it
			kin = family("invalid-value")
		}
		covered := slices.ContainsFunc(searched, func(o diag.Finding) bool { return family(o.Code) == kin })
		if !covered {
			found.Add(f)
		}
	}
	for i := range found {
		found[i].Severity = diag.Error
	}
	return found
}

// family groups the codes that compose-go's messages do not tell apart.
func family(code string) string {
	switch code {
	case "unknown-key", "invalid-name":
		return "invalid-value"
	default:
		return code
	}
}

// search repeats the checks of the stage that failed.
func (a *Attempt) search(err error) diag.List {
	var found diag.List
	found = append(found, a.interpolationFindings()...)
	if strings.HasPrefix(err.Error(), "validating ") || len(found) == 0 {
		found = append(found, a.schemaFindings()...)
	}
	found = append(found, a.infiniteFindings()...)
	return append(found, a.shortFormFindings()...)
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, flatten(e)...)
		}
		return out
	}
	return decodingErrors(err)
}

// serviceNames are the names of the services in all files, whether they are used or not.
func (a *Attempt) serviceNames() []string {
	var out []string
	for d := range a.Files.Files() {
		for _, root := range d.Roots {
			if services := document.Deref(document.Child(root, "services")); services != nil && services.Kind == yaml.MappingNode {
				for i := 0; i < len(services.Content); i += 2 {
					out = append(out, services.Content[i].Value)
				}
			}
		}
	}
	return out
}

// lonelyDash is the name of standard input in a message, where it is no part of a word or number.
var lonelyDash = regexp.MustCompile(`(^|\s)-([\s:]|$)`)

// shorten replaces absolute paths of the files that were read by the names the user knows.
func (a *Attempt) shorten(text string) string {
	for _, b := range a.Files.All() {
		for _, d := range b.Docs {
			if d.Path == "-" {
				text = lonelyDash.ReplaceAllString(text, "${1}"+d.Name+"${2}")
				continue
			}
			text = strings.ReplaceAll(text, d.Path, d.Name)
		}
		for _, path := range slices.Sorted(maps.Keys(b.Extended)) {
			text = strings.ReplaceAll(text, path, b.Extended[path].Name)
		}
	}
	return strings.ReplaceAll(text, a.Dir+"/", "")
}

// fileIn returns the file that a message names, by default the first.
func (a *Attempt) fileIn(text string) string {
	for _, name := range slices.Sorted(maps.Keys(a.Sources)) {
		if strings.Contains(text, name) {
			return name
		}
	}
	return a.Files.Docs[0].Name
}
