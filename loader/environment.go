package loader

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"

	"github.com/transship/transship/loader/variables"
)

// readEnvironment collects what interpolation may use: the process environment always wins over .env.
func (r *run) readEnvironment(context.Context) error {
	dir := r.options.WorkingDirectory
	abs, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	r.workDir = abs
	environ := r.options.Environ
	if environ == nil {
		environ = os.Environ()
	}
	r.machine = types.Mapping(utils.GetAsEqualsMap(environ))
	r.env = maps.Clone(r.machine)
	if _, ok := r.env["PWD"]; !ok {
		r.env["PWD"] = r.workDir
	}
	if r.options.ProjectDirectory != "" {
		r.dir = r.abs(r.options.ProjectDirectory)
	}
	r.readDotEnv()
	return nil
}

// readDotEnv adds the project's env files to the environment. It runs before and after the compose files are known,
// because .env may name them by COMPOSE_FILE, and they may stand in another directory with a .env of its own.
func (r *run) readDotEnv() {
	files := r.options.EnvFiles
	if len(files) == 0 {
		files = strings.FieldsFunc(r.env["COMPOSE_ENV_FILES"], func(c rune) bool { return c == ',' })
	}
	if len(files) == 0 {
		if disabled, _ := strconv.ParseBool(r.env["COMPOSE_DISABLE_ENV_FILE"]); disabled {
			return
		}
		dotEnv := filepath.Join(r.projectDir(), ".env")
		if info, err := os.Stat(dotEnv); err != nil || info.IsDir() {
			return
		}
		files = []string{dotEnv}
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = r.abs(f)
	}
	values, finding := variables.ReadFiles(paths, r.env, r.displayName)
	if finding != nil {
		r.fail(*finding)
		return
	}
	r.env.Merge(values)
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

const stdinName = "<stdin>"
