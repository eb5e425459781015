package loader

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/notices"
	"github.com/transship/transship/loader/position"
	"github.com/transship/transship/loader/variables"
)

// run is one call of Load.
type run struct {
	options      Options
	workDir      string        // absolute form of Options.WorkingDirectory
	machine      types.Mapping // process environment
	env          types.Mapping // process environment, then .env
	files        []string      // absolute paths or "-", in merge order
	dotEnv       []string      // absolute paths of the files of env
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

func newRun(o Options) *run {
	return &run{options: o, texts: map[string][]byte{}, mappingFiles: map[string]error{}}
}

// fail records an error of the project.
func (r *run) fail(f diag.Finding) {
	f.Severity = diag.Error
	r.failures.Add(f)
}

// failed returns all recorded errors as one, with the variables that were empty: they are often the cause.
func (r *run) failed() error {
	if r.main != nil {
		for _, f := range notices.OfFailure(r.main, r.vars.Names) {
			r.failures.Add(f)
		}
	}
	return &Error{Findings: r.failures.Sorted(), Sources: r.texts, Environment: r.env}
}

// crash turns a panic of a parser into an error that names the files: a program that embeds this package must survive
// any input.
func (r *run) crash(bug *guard.InternalError) error {
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

// abs resolves a path of the options against the working directory.
func (r *run) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.workDir, path)
}

// projectDir is what relative paths of the compose files resolve against, as far as it is known yet.
func (r *run) projectDir() string {
	if r.dir != "" {
		return r.dir
	}
	files := r.files
	if len(files) == 0 {
		for _, f := range r.options.Files {
			if f != "-" {
				f = r.abs(f)
			}
			files = append(files, f)
		}
	}
	for _, f := range files {
		if f != "-" {
			return filepath.Dir(f)
		}
	}
	return r.workDir
}

// displayName is how the user would write a path: relative to the working directory where it lies below it.
func (r *run) displayName(path string) string {
	if path == "-" {
		return stdinName
	}
	if rel, err := filepath.Rel(r.workDir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
