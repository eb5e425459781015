package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/storage/databases"
)

// movedData returns the mounts of directories that variables move data of a known program to and that nothing else is mounted
// on.
func (d *mounting) movedData(u *input.Container, others []plan.Mount) []plan.Mount {
	dirs, at := movedDirs(u)
	if len(dirs) == 0 || len(u.Service.Facts.DataDirs) == 0 || !d.runsImageDefault(u) {
		return nil
	}
	var mounts []plan.Mount
	for _, dir := range dirs {
		if slices.ContainsFunc(others, func(m plan.Mount) bool { return source.Within(m.Target, dir) || source.Within(dir, m.Target) }) {
			continue
		}
		mounts = append(mounts, ephemeral(u, at, dir, plan.Mount{At: at, Target: dir, Wish: path.Base(dir), Inherited: true}, false, d.findings))
	}
	return mounts
}

// runsImageDefault reports whether the container runs the program that the image is made for, not a tool that happens to be
// in it, such as a dump of a database.
func (d *mounting) runsImageDefault(u *input.Container) bool {
	if (startsProgram(u) || d.startsByScript(u)) && !u.Service.StartsAnother() && !d.podOf[u].IsFinite() {
		return true
	}
	if len(u.Spec.Entrypoint) > 0 && !startsServer(u.Spec.Entrypoint, u.Spec.Command) && !d.mayStartServer(u) || u.Service.StartsAnother() || d.podOf[u].IsFinite() {
		return false
	}
	if len(u.Spec.Entrypoint) > 0 || len(u.Spec.Command) == 0 || strings.HasPrefix(u.Spec.Command[0], "-") {
		return true
	}
	if first := path.Base(u.Spec.Command[0]); !input.IsShell(first) {
		return !clientProgram.MatchString(first)
	}
	programs := withoutHosts(programsIn(u.Spec.Command[1:]))
	if !slices.ContainsFunc(programs, func(word string) bool { return !idleWord.MatchString(word) }) {
		return false
	}
	return slices.ContainsFunc(programs, serverProgram.MatchString) || !slices.ContainsFunc(programs, isClient)
}

// startsByScript reports whether the file that a shell is given, or that is run itself, starts the program that the image of a container is made for. Of a
// database that is taken to be so where nobody knows what is in the file.
func (d *mounting) startsByScript(u *input.Container) bool {
	words := started(slices.Concat(u.Spec.Entrypoint, u.Spec.Command))
	if len(words) == 0 {
		return false
	}
	file, given := words[0], words[1:]
	isShell := input.IsShell(path.Base(words[0]))
	if isShell {
		for len(given) > 0 && strings.HasPrefix(given[0], "-") && !takesScript.MatchString(given[0]) {
			given = given[1:]
		}
		if len(given) == 0 || takesScript.MatchString(given[0]) {
			return false
		}
		file, given = given[0], given[1:]
	}
	if !path.IsAbs(file) {
		return false
	}
	script := input.ScriptAt(d.project, u, path.Clean(file))
	if script == "" {
		return isShell && databases.IsStore(u)
	}
	return slices.ContainsFunc(callsIn(script), func(call []string) bool {
		if strings.HasPrefix(call[0], "$") { // exec "$@"
			return len(given) > 0 && isProgram(u, given)
		}
		return isProgram(u, call)
	})
}

// mayStartServer reports whether the script by which a container is started goes on with the server of its image: its own words, those of the command
// or the script itself say so, or nobody knows what is in the script.
func (d *mounting) mayStartServer(u *input.Container) bool {
	first := u.Spec.Entrypoint[0]
	if input.IsShell(path.Base(first)) || len(u.Spec.Command) > 0 && clientProgram.MatchString(path.Base(u.Spec.Command[0])) {
		return false
	}
	words := slices.Concat(u.Spec.Entrypoint, u.Spec.Command)
	if slices.ContainsFunc(programsIn(words), serverProgram.MatchString) {
		return true
	}
	for _, at := range input.Programs(u.Spec.Entrypoint) {
		if script := input.ScriptAt(d.project, u, at); script != "" {
			return input.GoesOn(script)
		}
	}
	return strings.HasSuffix(first, ".sh")
}
