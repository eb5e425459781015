package loader

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/consts"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/notices"
)

// FindFiles returns the paths of the compose files that Load would merge, as the user would write them. The error is an
// [*Error] that says which file is missing. Nothing is parsed.
func FindFiles(ctx context.Context, o Options) ([]string, error) {
	r := newRun(o)
	if err := r.take(ctx, r.readEnvironment, r.findComposeFiles); err != nil {
		return nil, err
	}
	names := make([]string, len(r.files))
	for i, path := range r.files {
		names[i] = r.displayName(path)
	}
	return names, nil
}

// Check returns, as an [*Error], what is wrong with the files that Load would read: one that is not there, one that is no
// YAML, one that is no compose file. What they say is not looked at, and standard input is left to Load.
func Check(ctx context.Context, o Options) error {
	r := newRun(o)
	if err := r.take(ctx, r.readEnvironment, r.findComposeFiles); err != nil || slices.Contains(r.files, "-") {
		return err
	}
	return r.take(ctx, r.readComposeFiles)
}

// findComposeFiles decides which files are merged: those named by the options, those of COMPOSE_FILE, or the first
// default name found in the working directory or one of its parents, with its override file.
// Source: docker compose, cli.WithConfigFileEnv and cli.WithDefaultConfigPath of compose-go.
func (r *run) findComposeFiles(context.Context) error {
	named := r.options.Files
	origin := ""
	if len(named) == 0 {
		if value, ok := r.env[consts.ComposeFilePath]; ok && value != "" {
			separator := r.env[consts.ComposePathSeparator]
			if separator == "" {
				separator = string(os.PathListSeparator)
			}
			named, origin = strings.Split(value, separator), " (named by COMPOSE_FILE)"
		}
	}
	for _, f := range named {
		r.addComposeFile(f, origin)
	}
	if len(named) == 0 {
		r.discover()
	}
	if len(r.failures) > 0 {
		return nil
	}
	if r.dir == "" {
		r.dir = r.projectDir()
	}
	if info, err := os.Stat(r.dir); err != nil || !info.IsDir() {
		r.fail(diag.Finding{
			Code: "project-directory", Message: fmt.Sprintf("the project directory %s is not a directory", r.displayName(r.dir)),
			Help: "correct --project-directory",
		})
	}
	r.readDotEnv()
	return nil
}

func (r *run) addComposeFile(name, origin string) {
	if name == "-" {
		r.files = append(r.files, name)
		return
	}
	if isRemote(name) {
		r.fail(remoteFinding(name, "compose file", diag.Range{}))
		return
	}
	path := r.abs(name)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.fail(diag.Finding{
			Code: "compose-file", Message: fmt.Sprintf("the compose file %s%s cannot be read: %v", name, origin, disk.Cause(err)),
			Help: "correct the path; relative paths start in the working directory",
		})
	case info.IsDir():
		r.fail(diag.Finding{
			Code: "compose-file", Message: fmt.Sprintf("the compose file %s%s is a directory", name, origin),
			Help: "name a file in it, or run in that directory without -f",
		})
	default:
		r.files = append(r.files, path)
	}
}

func (r *run) discover() {
	start := r.projectDir()
	for dir := start; ; dir = filepath.Dir(dir) {
		if found := r.firstFile(cli.DefaultFileNames, dir); found != "" {
			r.files = append(r.files, found)
			if extra := r.firstFile(cli.DefaultOverrideFileNames, dir); extra != "" {
				if r.override = extra; !r.options.NoOverride {
					r.files = append(r.files, extra)
				}
			}
			return
		}
		if filepath.Dir(dir) == dir {
			break
		}
	}
	r.fail(diag.Finding{
		Code:    "no-compose-file",
		Message: fmt.Sprintf("no compose file in %s or a directory above it (looked for %s)", start, strings.Join(cli.DefaultFileNames, ", ")),
		Help:    "run in the project's directory, or name the file with -f",
	})
}

// firstFile returns the first of the names that is a file in a directory. Those that come after it are noted: Docker
// Compose warns of them.
func (r *run) firstFile(names []string, dir string) string {
	first := ""
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		switch {
		case err != nil || info.IsDir():
		case first == "":
			first = path
		default:
			r.passedOver = append(r.passedOver, notices.PassedOver{File: path, Used: first})
		}
	}
	return first
}
