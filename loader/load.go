// Package loader reads a Compose project: its files, its environment, standard input, Dockerfiles and every local file that
// the project refers to, each once and with caps on sizes. It makes no network call. What is wrong with a project is
// returned as findings with places.
package loader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/notices"
)

// Load reads and resolves the project that o describes. It makes no network call. Whatever is wrong with the project
// itself is returned as [*Error], also a project that makes a parser panic; other errors are those of the machine, such
// as a cancelled context. It returns as soon as ctx ends, whatever it is waiting for.
func Load(ctx context.Context, o Options) (*Loaded, error) {
	loaded, err := guard.Run(ctx, "reading the project", func() (*Loaded, error) {
		r := newRun(o)
		loaded, err := guard.Catch("reading the project", func() (*Loaded, error) { return r.load(ctx) })
		if bug, is := errors.AsType[*guard.InternalError](err); is {
			return nil, r.crash(bug)
		}
		return loaded, err
	})
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("load the project: %w", context.Cause(ctx))
	}
	return loaded, err
}

// load takes the steps of a load in turn.
func (r *run) load(ctx context.Context) (*Loaded, error) {
	err := r.take(ctx,
		r.readEnvironment, r.findComposeFiles, r.readComposeFiles, r.nameProject, r.checkBounds, // what the user wrote
		r.readModel, r.checkConsistency, r.selectServices, r.resolveEnvironment, // what it means
	)
	if err != nil {
		return nil, err
	}
	return r.readFiles(ctx)
}

// take takes steps in turn, and stops after the first that finds something wrong.
func (r *run) take(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
		if len(r.failures) > 0 {
			return r.failed()
		}
	}
	return nil
}

// directories returns those of which files may be read, that of the project first: those of the projects that it includes, and those of
// the files that are merged, as each is named by who runs the project.
func (r *run) directories() []string {
	var dirs, files []string
	for _, b := range r.main.All() {
		dirs = append(dirs, b.Dir)
		for _, d := range slices.Concat(b.Docs, slices.Collect(maps.Values(b.Extended))) {
			if dir := filepath.Dir(d.Path); filepath.IsAbs(d.Path) && filepath.Dir(dir) != dir {
				files = append(files, dir)
			}
		}
	}
	slices.Sort(files)
	return append(dirs, slices.Compact(files)...)
}

// readFiles reads what the project refers to, and tells what the load has lost.
func (r *run) readFiles(ctx context.Context) (*Loaded, error) {
	reader := disk.NewReader(ctx, r.directories())
	reader.ReadProject(r.project)
	lock := r.readLock()
	if len(r.failures) > 0 {
		return nil, r.failed()
	}
	images, findings := r.readDockerfiles(r.project, lock)
	locked := r.applyLock(r.project, images, lock)
	addDistributions(r.project, images)
	lost := notices.Find(notices.Reading{
		Main: r.main, Locator: r.locator, Files: reader.Files, Env: r.env, Machine: r.machine, Unset: r.vars.Names,
		Override: r.override, LeftOut: r.options.NoOverride, PassedOver: r.passedOver, Selected: len(r.options.Services) > 0, Display: r.displayName,
	}, r.project)
	return &Loaded{
		Project:      r.project,
		Model:        r.model,
		Locate:       r.locator.Locate,
		Texts:        r.whence(reader.Files),
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
