package loader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/notices"
	"github.com/transship/transship/loader/position"
	"github.com/transship/transship/loader/variables"
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

// Error is a project that cannot be loaded. It holds at least one finding of severity error.
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

// Load reads and resolves the project that o describes. It makes no network call. Whatever is wrong with the project
// itself is returned as [*Error], also a project that makes a parser panic; other errors are those of the machine, such
// as a cancelled context. It returns as soon as ctx ends, whatever it is waiting for.
func Load(ctx context.Context, o Options) (*Loaded, error) {
	loaded, err := guard.Run(ctx, "reading the project", func() (*Loaded, error) {
		r := &run{options: o, texts: map[string][]byte{}, mappingFiles: map[string]error{}}
		loaded, err := guard.Catch("reading the project", func() (*Loaded, error) { return r.load(ctx) })
		if bug, is := errors.AsType[*guard.Bug](err); is {
			return nil, r.crash(bug)
		}
		return loaded, err
	})
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("load the project: %w", context.Cause(ctx))
	}
	return loaded, err
}

// run is one call of Load.
type run struct {
	options      Options
	workDir      string        // absolute form of Options.WorkingDirectory
	machine      types.Mapping // process environment
	env          types.Mapping // process environment, then .env
	files        []string      // absolute paths or "-", in merge order
	override     string        // the override file that was found by its default name
	dir          string        // project directory
	passedOver   []notices.PassedOver
	name         string           // project name
	main         *document.Bundle // files as parsed
	texts        map[string][]byte
	vars         variables.Unset
	model        map[string]any // merged
	derived      map[string]any // merged, with the keys that compose-go derives
	locator      *position.Locator
	project      *types.Project
	direct       bool             // compose-go's own load was not needed
	includes     int              // files that were included so far
	failures     diag.List        // errors so far
	mappingFiles map[string]error // why each env_file and label_file cannot be read, by path
	absent       diag.List        // files that are not there although they should
}

// load takes the steps of a load in turn and stops after the first that finds something wrong.
func (r *run) load(ctx context.Context) (*Loaded, error) {
	for _, step := range []func(context.Context) error{
		r.readEnvironment, r.findComposeFiles, r.readComposeFiles, r.nameProject, r.checkBounds, // what the user wrote
		r.mergeModel, r.bindProject, r.checkConsistency, r.selectServices, r.resolveEnvironment, // what it means
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(ctx); err != nil {
			return nil, err
		}
		if len(r.failures) > 0 {
			return nil, r.failed()
		}
	}
	return r.readFiles(ctx)
}

// readFiles reads what the project refers to, and tells what the load has lost.
func (r *run) readFiles(ctx context.Context) (*Loaded, error) {
	bundles := r.main.All()
	dirs := make([]string, len(bundles))
	for i, b := range bundles {
		dirs[i] = b.Dir
	}
	reader := disk.NewReader(ctx, dirs)
	reader.ReadProject(r.project)
	lock := r.readLock()
	if len(r.failures) > 0 {
		return nil, r.failed()
	}
	images, findings := r.readDockerfiles(r.project, lock)
	locked := r.applyLock(r.project, images, lock)
	lost := notices.Find(notices.Reading{
		Main: r.main, Locator: r.locator, Files: reader.Files, Env: r.env, Machine: r.machine, Unset: r.vars.Names,
		Override: r.override, LeftOut: r.options.NoOverride, PassedOver: r.passedOver, Selected: len(r.options.Services) > 0, Display: r.displayName,
	}, r.project)
	return &Loaded{
		Project:      r.project,
		Model:        r.model,
		Locate:       r.locator.Locate,
		Files:        reader.Files,
		Images:       images,
		Findings:     slices.Concat(findings, locked, r.absent, lost),
		Lock:         lock,
		LockPath:     r.lockPath(),
		ComposeFiles: r.files,
		Sources:      r.texts,
		run:          r,
	}, ctx.Err()
}

// fail records an error of the project.
func (r *run) fail(f diag.Finding) {
	f.Severity = diag.Error
	r.failures.Add(f)
}

// failed returns all recorded errors as one.
func (r *run) failed() error {
	return &Error{Findings: r.failures.Sorted(), Sources: r.texts, Environment: r.env}
}

// crash turns a panic of a parser into an error that names the files: a program that embeds this package must survive
// any input.
func (r *run) crash(bug *guard.Bug) error {
	names := make([]string, 0, len(r.files))
	for _, f := range r.files {
		names = append(names, r.displayName(f))
	}
	where := strings.Join(names, ", ")
	r.fail(diag.Finding{
		Code: "loader-crash", Range: diag.Range{File: where},
		Message: fmt.Sprintf("reading %s ended in an internal error: %v (in %s)", where, bug.Value, strings.Join(bug.Trace[:min(1, len(bug.Trace))], "")),
		Help:    "please report this together with the file; docker compose config may tell what is unusual in it",
	})
	return r.failed()
}
