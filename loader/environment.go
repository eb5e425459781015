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
	r.dotEnv = append(r.dotEnv, paths...)
	values, finding := variables.ReadFiles(paths, r.env, r.displayName)
	if finding != nil {
		r.fail(*finding)
		return
	}
	r.env.Merge(values)
}

const stdinName = "<stdin>"
