package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
)

// setupTest matches a test of a script whether something is there already; the group is what. isDone matches what such a script says where it is, and
// makes what it does where it is not.
var (
	setupTest = pattern.New(`(?:\[\[?|\btest)\s+(?:!\s+)?-[defs]\s+["']?(/[\w./-]*(?:\$\{?\w+\}?)?[\w./-]*|\$\{?[A-Z]\w+\}?)["']?`).Holding("-d", "-e", "-f", "-s")
	isDone    = pattern.New(`(?i)already|exists|skip|initiali[sz]ed|first[ -](run|time|start|boot)`)
	makes     = pattern.New(`(?:^|[\s;&|(])(?:mkdir|touch|tee|git\s+clone|tar|unzip|cp|mv|install)\s[^;&|\n]*$|>\s*["']?$`)
)

// ownPlaces are directories of which an image has its own files, and those that do not last anywhere.
var ownPlaces = []string{"/bin", "/sbin", "/usr", "/etc", "/lib", "/proc", "/sys", "/dev", "/run", "/tmp", "/var/run", "/var/tmp", "/var/cache", "/opt/venv"}

// reportSetup tells of a script that sets something up unless it is there, where no volume keeps it. A container of Docker keeps its files until it
// is removed; one of a Pod begins with those of the image whenever it starts again.
func (d *mounting) reportSetup(u *input.Container, mounts []plan.Mount) {
	if u.IsHook || d.podOf[u].IsFinite() {
		return
	}
	for _, script := range d.scriptsOf(u) {
		for _, at := range setupTest.FindAllStringSubmatchIndex(script, -1) {
			place := path.Clean(assigned(script[:at[2]], script[at[2]:at[3]]))
			if place == "/" || strings.Contains(place, "$") && slices.ContainsFunc(mounts, isWritableClaim) { // it may lie there
				continue
			}
			if slices.Contains(u.Facts.CopyTargets, place) || slices.ContainsFunc(ownPlaces, func(dir string) bool { return source.Within(place, dir) }) ||
				slices.ContainsFunc(mounts, func(m plan.Mount) bool { return source.Within(place, m.Target) }) ||
				!isDone.MatchString(script[at[1]:min(len(script), at[1]+200)]) && !makesPlace(script, place) {
				continue
			}
			d.findings.Addf("ephemeral-data", u.At, "mount a named volume there",
				"a script of %s looks whether %s is there, and sets it up if not; no volume keeps it, so it is set up anew whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, place)
			return
		}
	}
}

// assigned returns the path that a script gave to a variable before, and what is not a variable alone as it is.
func assigned(before, written string) string {
	name, isVariable := strings.CutPrefix(written, "$")
	name = strings.Trim(name, "{}")
	i := strings.LastIndex(before, name+"=")
	if !isVariable || i < 0 || i > 0 && !strings.ContainsRune("\n \t;", rune(before[i-1])) {
		return written
	}
	value := strings.TrimLeft(before[i+len(name)+1:], `"'`)
	if end := strings.IndexAny(value, "\"' \t\n;"); end > 0 && value[0] == '/' && !strings.Contains(value[:end], "$") {
		return value[:end]
	}
	return written
}

// makesPlace reports whether a script makes a file or directory.
func makesPlace(script, place string) bool {
	for i := strings.Index(script, place); i >= 0; {
		if makes.MatchString(script[strings.LastIndexByte(script[:i], '\n')+1 : i]) {
			return true
		}
		next := strings.Index(script[i+len(place):], place)
		if next < 0 {
			return false
		}
		i += len(place) + next
	}
	return false
}

// scriptsOf returns the words of what a container runs and the scripts of the project among them.
func (d *mounting) scriptsOf(u *input.Container) []string {
	words := slices.Concat(u.Spec.Entrypoint, u.Spec.Command)
	if len(u.Spec.Entrypoint) == 0 && u.Service.Build() != nil {
		words = slices.Concat(u.Facts.Entrypoint, u.Spec.Command)
		if len(u.Spec.Command) == 0 {
			words = slices.Concat(u.Facts.Entrypoint, u.Facts.Cmd)
		}
	}
	scripts := slices.Clone(words)
	for _, at := range input.Programs(words) {
		scripts = append(scripts, input.ScriptAt(d.project, u, at))
	}
	return scripts
}
