package loader

import (
	"fmt"
	"io"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/source"
)

// Options says which project to load. The zero value loads the project of the current directory with the environment
// of the process, as `docker compose` without arguments does.
type Options struct {
	// Files are the compose files in the order they are merged; "-" is standard input. Empty means COMPOSE_FILE, then
	// the default names (compose.yaml first) in the working directory and its parents, with their override file.
	Files []string
	// NoOverride leaves out the override file that is found by its default name; an info tells of it.
	NoOverride bool
	// ProjectName overrides COMPOSE_PROJECT_NAME, the `name` of the files and the name of the directory, in this order.
	ProjectName string
	// ProjectDirectory is what relative paths resolve against. Empty means the directory of the first compose file.
	ProjectDirectory string
	// EnvFiles replace the project's .env file. Empty means COMPOSE_ENV_FILES, then .env in the project directory.
	EnvFiles []string
	// Profiles to enable; "*" enables all. Empty means COMPOSE_PROFILES.
	Profiles []string
	// Services restricts the project to these and what they depend on. Empty means all that the profiles enable.
	Services []string
	// AllowMissing goes on, with a warning, where an env_file or label_file is not there, which docker compose refuses.
	AllowMissing bool
	// Locked refuses a project whose images transship.lock does not cover.
	Locked bool
	// PinDigests names images by the digest that transship.lock has, as name:tag@sha256:….
	PinDigests bool
	// IgnoreLock leaves transship.lock unread.
	IgnoreLock bool
	// Stdin is read when Files names "-". Nil is an empty input.
	Stdin io.Reader
	// Environ holds KEY=value pairs; nil means the environment of the process.
	Environ []string
	// WorkingDirectory is where relative paths of these options start; empty means that of the process.
	WorkingDirectory string

	general bool // leaves every project to compose-go's own load: tests compare both
}

// Loaded is a project as it was read. Nothing in it may be changed.
type Loaded struct {
	// Project is the resolved project: profiles applied, services selected, env files and label files merged in.
	Project *types.Project
	// Model is the merged canonical model before compose-go adds derived keys: a key is in it only if a file names it,
	// or if it has a default of its own in the specification.
	Model map[string]any
	// Locate finds keys of Model and Project in the files.
	Locate source.Locate
	// Texts tells where the texts of Model and Project come from.
	Texts source.Texts
	// Files are the local files and directories the project refers to, by absolute path.
	Files source.Files
	// Images holds what is known about the images of the services, by service or job name: what their Dockerfiles state,
	// and what transship.lock says.
	Images map[string]source.ImageFacts
	// Lock is transship.lock; nil if there is none. LockPath is where it is, or would be.
	Lock     *lockfile.File
	LockPath string
	// Findings are what loading would have lost in silence.
	Findings diag.List
	// ComposeFiles are the absolute paths of the files that were merged, "-" for standard input. Included and
	// extended files are not among them.
	ComposeFiles []string
	// Sources holds the text of every YAML file that was read, by the name that diag.Range.File uses.
	Sources map[string][]byte

	run *run // for Reload
}

// Error is a project that cannot be loaded. It holds at least one finding of severity error, and warnings that may explain it.
type Error struct {
	Findings diag.List
	// Sources holds the text of the files that could be read, by the name that diag.Range.File uses.
	Sources map[string][]byte
	// Environment is what the files were interpolated with, as far as it is known: a message may quote a value of it.
	Environment map[string]string
}

// Error joins the messages of all findings, one per line, each with its place.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Findings))
	for _, f := range e.Findings {
		if f.Severity != diag.Error {
			continue
		}
		place := ""
		if f.Range.IsKnown() {
			place = fmt.Sprintf("%s:%d:%d: ", f.Range.File, f.Range.Line, f.Range.Column)
		}
		lines = append(lines, place+f.Message)
	}
	return strings.Join(lines, "\n")
}
