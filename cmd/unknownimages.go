package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// tellOfImages says in one line which of the notes that are not shown are about images that nobody has looked into: a service may
// fail for what they tell. A port that is guessed is no such note, for nothing depends on it.
func (f *findingFlags) tellOfImages(w io.Writer, result *convert.Result) {
	n := 0
	for _, found := range result.Findings {
		if found.Code == "volume-size-default" {
			n++
		}
	}
	if n > 0 && !f.verbose {
		f.note(w, amount(n, "1 claim asks for 1Gi, which nobody chose: --volume-size=10Gi, or x-kubernetes: {size: 10Gi} on the volume",
			"%d claims ask for 1Gi, which nobody chose: --volume-size=10Gi for all, or x-kubernetes: {size: 10Gi} on a volume"))
	}
	if services := servicesWith(result, "healthcheck-unread"); len(services) > 0 && !f.verbose {
		f.note(w, fmt.Sprintf("whether the images of %s have the programs that their healthchecks run is not known: without these they would never be ready (healthcheck-unread, -v)", someOf(services)))
	}
	if services := servicesWith(result, "image-to-push"); len(services) > 0 && !f.verbose {
		f.note(w, fmt.Sprintf("the images of %s are built from this project, and Pods get what their registries have: transship build --push first (image-to-push, -v)", someOf(services)))
	}
	if f.verbose || result.Loaded == nil || !slices.ContainsFunc(result.Findings, func(found diag.Finding) bool {
		return found.Severity == diag.Info && found.Code != "port-inferred" && convert.IsAnsweredByLock(found, result.Loaded)
	}) {
		return
	}
	if services := servicesWith(result, "image-unread"); len(services) > 0 {
		f.note(w, fmt.Sprintf("which volumes the images of %s declare is not known, and they mount none for data: data that they keep would be lost with their Pods (image-unread, -v)", someOf(services)))
	}
	if services := servicesWith(result, "volume-owner"); len(services) > 0 {
		f.note(w, fmt.Sprintf("which user %s runs as is not known: one that is not root cannot write to its new volumes (volume-owner, -v)", someOf(services)))
	}
	f.note(w, unknownImages(result))
}

// servicesWith returns the services about which there is a finding of a code.
func servicesWith(result *convert.Result, code string) []string {
	var services []string
	for _, found := range result.Findings {
		if found.Code == code && len(found.Path) > 1 && !slices.Contains(services, found.Path[1]) {
			services = append(services, found.Path[1])
		}
	}
	return services
}

// someOf names up to three of some things, and counts the others.
func someOf(list []string) string {
	const most = 3
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
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
	for _, name := range slices.Concat(result.Loaded.Project.ServiceNames(), sorted.Keys(result.Loaded.Project.Jobs)) {
		if !result.Loaded.Images[name].ConfigKnown {
			unknown++
		}
	}
	if len(settled) == 0 || unknown == 0 {
		return ""
	}
	var parts []string
	for _, code := range sorted.Keys(settled) {
		parts = append(parts, fmt.Sprintf("%d %s", settled[code], code))
	}
	return fmt.Sprintf("what the images of %s have is not known here: `transship lock` reads it, which settles %s", amount(unknown, "1 service", "%d services"), strings.Join(parts, ", "))
}
