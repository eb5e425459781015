package cmd

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
)

// tellOfImages says in one line which of the notes that are not shown are about images that nobody has looked into: a service may
// fail for what they tell. A port that is guessed is no such note, for nothing depends on it.
func (f *findingFlags) tellOfImages(w io.Writer, result *convert.Result) {
	if f.verbose || result.Loaded == nil || !slices.ContainsFunc(result.Findings, func(found diag.Finding) bool {
		return found.Severity == diag.Info && found.Code != "port-inferred" && convert.IsAnsweredByLock(found, result.Loaded)
	}) {
		return
	}
	f.note(w, unknownImages(result))
}

// unknownImages says how many images of a project are not known, and what `transship lock` would settle; nothing where
// that would settle nothing.
func unknownImages(result *convert.Result) string {
	if result.Loaded == nil || result.Loaded.Project == nil {
		return ""
	}
	settled := map[string]int{}
	for _, f := range result.Findings {
		if convert.IsAnsweredByLock(f, result.Loaded) {
			settled[f.Code]++
		}
	}
	unknown := 0
	for _, name := range slices.Concat(result.Loaded.Project.ServiceNames(), slices.Sorted(maps.Keys(result.Loaded.Project.Jobs))) {
		if !result.Loaded.Images[name].ConfigKnown {
			unknown++
		}
	}
	if len(settled) == 0 || unknown == 0 {
		return ""
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(settled)) {
		parts = append(parts, fmt.Sprintf("%d %s", settled[code], code))
	}
	return fmt.Sprintf("what the images of %s have is not known here: `transship lock` reads it, which settles %s", amount(unknown, "1 service", "%d services"), strings.Join(parts, ", "))
}
