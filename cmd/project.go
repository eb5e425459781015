package cmd

import (
	"io"

	"github.com/spf13/pflag"

	"github.com/transship/transship/loader"
)

// projectFlags say which Compose project is meant. They are those of docker compose, and like there they may stand
// before the command as well as behind it.
type projectFlags struct {
	files, envFiles, profiles []string
	name, directory           string
	locked, pinDigests        bool
}

// attachLock adds how transship.lock is used, for the commands that convert.
func (f *projectFlags) attachLock(flags *pflag.FlagSet) {
	flags.BoolVar(&f.locked, "locked", false, "refuse a project whose images transship.lock does not cover")
	flags.BoolVar(&f.pinDigests, "pin-digests", false, "name images by the digest in transship.lock, as name:tag@sha256:…")
}

func (f *projectFlags) attach(flags *pflag.FlagSet) {
	flags.VarP(appended{&f.files}, "file", "f", "compose `FILE`, - for standard input (repeatable; default as docker compose: compose.yaml and its override here or in a parent directory)")
	flags.StringVarP(&f.name, "project-name", "p", f.name, "project `NAME` (default: the project's name, or that of its directory)")
	flags.StringVar(&f.directory, "project-directory", f.directory, "`DIR` that relative paths start from (default: that of the first compose file)")
	flags.Var(appended{&f.envFiles}, "env-file", "environment `FILE` instead of .env (repeatable)")
	flags.Var(appended{&f.profiles}, "profile", "`PROFILE` to enable, * for all (repeatable)")
}

func (f *projectFlags) options(services []string, stdin io.Reader) loader.Options {
	return loader.Options{
		Files: f.files, ProjectName: f.name, ProjectDirectory: f.directory, EnvFiles: f.envFiles, Profiles: f.profiles,
		Services: services, Stdin: stdin, Locked: f.locked, PinDigests: f.pinDigests,
	}
}
