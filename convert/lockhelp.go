package convert

import (
	"slices"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
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
	"healthcheck-unknown":  {},
	"image-unread":         {},
	"port-inferred":        {},
	"user-name":            {files: true},
	"volume-owner":         {files: true},
	"volume-owner-unknown": {files: true},
}

// helpedByLock are the findings for which the lock may tell something that makes them go away, and what that is.
var helpedByLock = map[string]string{
	"no-healthcheck":  "`transship lock` tells whether the image has one",
	"restart-unclear": "`transship lock` tells whether the image has ports, as servers have",
}

// IsAnsweredByLock reports whether `transship lock` would answer a finding about an image of the project.
func IsAnsweredByLock(f diag.Finding, loaded *loader.Loaded) bool {
	kind, ok := answeredByLock[f.Code]
	if !ok || len(f.Path) < 2 || f.Path[0] != "services" && f.Path[0] != "jobs" {
		return false
	}
	facts := loaded.Images[f.Path[1]]
	switch {
	case kind.files:
		return !facts.Locked
	case (f.Code == "port-inferred" || f.Code == "headless") && len(facts.Ports) > 0: // the Dockerfile exposes it
		return false
	case f.Code == "headless" && len(f.Path) != 2: // what a peer says of the name
		return false
	case f.Code == "healthcheck-unknown" && (len(f.Path) != 3 || f.Path[2] != "healthcheck"): // the test is written, and names nothing
		return false
	}
	return !facts.ConfigKnown
}

// isHelpedByLock reports whether the lock may tell something about a finding of [helpedByLock].
func isHelpedByLock(f diag.Finding, loaded *loader.Loaded) bool {
	if f.Code == "no-healthcheck" { // services.web.depends_on.db.condition is about db
		return len(f.Path) == 5 && !loaded.Images[f.Path[3]].ConfigKnown
	}
	// One finding speaks of all services.
	for name, s := range loaded.Project.Services {
		if s.Restart == "" && len(s.Ports)+len(s.Expose) == 0 && !loaded.Images[name].ConfigKnown {
			return true
		}
	}
	return false
}

// pointToLock says in the help of findings about images that the lock would answer them, or may.
func pointToLock(findings diag.List, loaded *loader.Loaded) diag.List {
	out := slices.Clone(findings)
	for i, f := range out {
		help := helpedByLock[f.Code]
		switch {
		case IsAnsweredByLock(f, loaded):
			help = "`transship lock` reads it from the image"
		case help == "" || !isHelpedByLock(f, loaded):
			continue
		}
		if f.Help != "" {
			help = f.Help + "; " + help
		}
		out[i].Help = help
	}
	return out
}
