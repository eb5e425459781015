package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"

	"github.com/transship/transship/diag"
)

const maxEnvFileSize = 16 << 20

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
	values, finding := readEnvFiles(paths, r.env, r.displayName)
	if finding != nil {
		r.fail(*finding)
		return
	}
	r.env.Merge(values)
}

// readEnvFiles parses env files in order; current wins over what they say when they refer to variables.
func readEnvFiles(paths []string, current types.Mapping, display func(string) string) (types.Mapping, *diag.Finding) {
	values := types.Mapping{}
	for _, path := range paths {
		data, problem := readEnvFile(path)
		if problem != nil {
			return nil, &diag.Finding{
				Code: "env-file", Range: diag.Range{File: display(path)},
				Message: fmt.Sprintf("the env file %s cannot be read: %v", display(path), problem),
				Help:    "create the file, or correct the path",
			}
		}
		parsed, err := dotenv.ParseWithLookup(bytes.NewReader(data), func(k string) (string, bool) {
			if v, ok := current[k]; ok {
				return v, true
			}
			v, ok := values[k]
			return v, ok
		})
		if err != nil {
			finding := envTextFinding(display(path), data, err)
			return nil, &finding
		}
		maps.Copy(values, parsed)
	}
	return values, nil
}

func readEnvFile(path string) ([]byte, error) {
	if path == os.DevNull {
		return nil, nil
	}
	return readRegular(path, maxEnvFileSize)
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

// lineOf finds the "line N" that parsers put into their messages, 0 if there is none.
func lineOf(message string) int {
	_, after, found := strings.Cut(message, "line ")
	if !found {
		return 0
	}
	digits := 0
	for digits < len(after) && after[digits] >= '0' && after[digits] <= '9' {
		digits++
	}
	n, _ := strconv.Atoi(after[:digits])
	return n
}

// cause strips the operation and path that the os package puts before the reason.
func cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
