package convert

import (
	"slices"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/source"
)

// answeredByLock are the findings that say what is not known about an image, or what was guessed of it, and whether the
// image's configuration is enough to answer them or its files are needed.
var answeredByLock = map[string]struct{ files bool }{
	"copy-up-likely":       {files: true},
	"copy-up-missing":      {files: true},
	"copy-up-unknown":      {files: true},
	"entrypoint-reset":     {},
	"group-name":           {files: true},
	"headless":             {},
	"port-inferred":        {},
	"user-name":            {files: true},
	"volume-owner":         {files: true},
	"volume-owner-unknown": {files: true},
}

// IsAnsweredByLock reports whether `transship lock` would answer a finding about an image of the project.
func IsAnsweredByLock(f diag.Finding, images map[string]source.ImageFacts) bool {
	kind, ok := answeredByLock[f.Code]
	if !ok || len(f.Path) < 2 || f.Path[0] != "services" && f.Path[0] != "jobs" {
		return false
	}
	facts := images[f.Path[1]]
	switch {
	case kind.files:
		return !facts.Locked
	case (f.Code == "port-inferred" || f.Code == "headless") && len(facts.Ports) > 0: // the Dockerfile exposes it
		return false
	}
	return !facts.ConfigKnown
}

// pointToLock says in the help of findings about images that the lock would answer them.
func pointToLock(findings diag.List, loaded *loader.Loaded) diag.List {
	const help = "`transship lock` reads it from the image"
	out := slices.Clone(findings)
	for i, f := range out {
		switch {
		case !IsAnsweredByLock(f, loaded.Images):
		case f.Help == "":
			out[i].Help = help
		default:
			out[i].Help = f.Help + "; " + help
		}
	}
	return out
}
