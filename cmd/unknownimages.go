package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/convert"
)

// unknownImages says how many images of a project are not known, and what `transship lock` would settle; nothing where
// that would settle nothing.
func unknownImages(result *convert.Result) string {
	if result.Loaded == nil || result.Loaded.Project == nil {
		return ""
	}
	settled := map[string]int{}
	for _, f := range result.Findings {
		if convert.IsAnsweredByLock(f, result.Loaded.Images) {
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
	return fmt.Sprintf("what the images of %s have is not known here: `transship lock` reads it, which settles %s", plural(unknown, "service"), strings.Join(parts, ", "))
}
