// Package diagnosis finds out what is wrong with a project that compose-go refuses, all of it, and where.
package diagnosis

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// Attempt is a load that compose-go refused: what it was given, and how to try less of it.
type Attempt struct {
	Files   *document.Bundle
	Locator *position.Locator
	Dir     string            // of the project
	Sources map[string][]byte // text of the files by the names that the findings use
	// Try loads some texts in the place of the files of a bundle, and returns why compose-go refuses them. A panic of
	// compose-go is a [*guard.InternalError].
	Try func(b *document.Bundle, texts []Text) error

	inherited diag.List           // what is wrong with `extends`
	broken    map[*yaml.Node]bool // the values of `extends` that are behind it
}

// maxCauses bounds how many errors are searched for one after the other.
const maxCauses = 50

// Explain turns an error of compose-go into findings. compose-go stops at the first problem, which may be another one
// on every run, and mostly says so in prose; so the problems are looked for again where all of their kind can be reported
// with their places. What that does not account for is found by loading less and less of the files.
func (a *Attempt) Explain(err error) diag.List {
	a.inherited, a.broken = a.extendsFindings()
	found := slices.Concat(a.interpolationFindings(), a.infiniteFindings(), a.inherited)
	if len(found) == 0 || isViolation(err) {
		found = append(found, a.schemaFindings()...)
	}
	found = append(found, a.shortFormFindings()...) // which say nothing of whether the rest fits the schema
	if more, complete := a.search(a.Files, found); complete {
		found = append(found, more...)
	} else {
		found = append(found, a.worded(a.allErrors(err), found)...)
	}
	for i := range found {
		found[i].Severity = diag.Error
		if !found[i].Range.IsKnown() {
			found[i].Range = diag.Range{File: a.Files.Docs[0].Name, Line: 1, Column: 1}
		}
	}
	return unique(found)
}

// allErrors returns the errors that compose-go has for the files as they are: one after the other of several, until it seems to have
// no other.
func (a *Attempt) allErrors(first error) error {
	var texts []Text
	size := 0
	for _, d := range a.Files.Docs {
		texts = append(texts, Text{Path: d.Path, Content: d.WithoutVersion()})
		size += len(d.Text) / 10
	}
	all := map[string]error{first.Error(): first}
	for range again(size) {
		if err := a.Try(a.Files, texts); err != nil {
			all[err.Error()] = err
		}
	}
	var found []error
	for _, text := range sorted.Keys(all) {
		found = append(found, all[text])
	}
	return errors.Join(found...)
}

// again is how often files of a number of parts are loaded to hear all their errors: often, as long as that takes no time.
func again(parts int) int { return min(max(5_000/(parts+1), 3), 24) }

// unique drops what two searches have found both.
func unique(list diag.List) diag.List {
	type place struct {
		where diag.Range
		code  string
	}
	seen := map[place]bool{}
	return slices.DeleteFunc(list, func(f diag.Finding) bool {
		key := place{f.Range, f.Code}
		twice := seen[key] && f.Code != "unknown-key"
		seen[key] = true
		return twice
	})
}

// worded returns the errors of compose-go in its own words, unless they are of a kind that was found with places.
func (a *Attempt) worded(err error, searched diag.List) diag.List {
	var found diag.List
	for _, e := range flatten(err) {
		f := a.word(e)
		kin := family(f.Code)
		if isViolation(e) { // whatever words the schema has for it
			kin = family("invalid-value")
		}
		if !slices.ContainsFunc(searched, func(o diag.Finding) bool { return family(o.Code) == kin }) {
			found.Add(f)
		}
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

// isViolation reports whether the schema is what a text does not fit.
func isViolation(err error) bool { return strings.HasPrefix(err.Error(), "validating ") }

// flatten takes joined errors apart, in an order of their own.
func flatten(err error) []error {
	out := apart(err)
	slices.SortStableFunc(out, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return out
}

func apart(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, apart(e)...)
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
var lonelyDash = pattern.New(`(^|\s)-([\s:]|$)`)

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
		for _, path := range sorted.Keys(b.Extended) {
			text = strings.ReplaceAll(text, path, b.Extended[path].Name)
		}
	}
	return strings.ReplaceAll(text, a.Dir+"/", "")
}

// fileIn returns the file that a message names, by default the first.
func (a *Attempt) fileIn(text string) string {
	for _, name := range sorted.Keys(a.Sources) {
		if strings.Contains(text, name) {
			return name
		}
	}
	return a.Files.Docs[0].Name
}
