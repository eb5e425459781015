package loader

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/source"
)

// lockPath returns where transship.lock belongs: beside the first compose file, or in the project directory for a project
// from standard input.
func (r *run) lockPath() string {
	if len(r.files) > 0 && r.files[0] != "-" {
		return filepath.Join(filepath.Dir(r.files[0]), lockfile.Name)
	}
	return filepath.Join(r.dir, lockfile.Name)
}

// readLock reads transship.lock, nil if there is none. One that cannot be understood is an error: a conversion without it
// would give another result than with it.
func (r *run) readLock() *lockfile.File {
	if r.options.IgnoreLock {
		return nil
	}
	path := r.lockPath()
	lock, err := lockfile.Read(path)
	if err == nil {
		return lock
	}
	r.fail(UnreadableLock(r.displayName(path), err))
	return nil
}

// UnreadableLock says what is wrong with a lock, called name, that [lockfile.Read] could not read.
func UnreadableLock(name string, err error) diag.Finding {
	f := diag.Finding{
		Severity: diag.Error, Code: "lock-file", Range: diag.Range{File: name},
		Message: fmt.Sprintf("%s cannot be read: %v", name, disk.Cause(err)),
		Help:    "`transship lock` writes it anew; remove it first if something else has written it",
	}
	if syntax, ok := errors.AsType[*lockfile.SyntaxError](err); ok {
		f.Range.Line, f.Range.Column = syntax.Line, syntax.Column
		f.Help = cmp.Or(syntax.Help, f.Help)
	}
	return f
}

// applyLock adds what transship.lock says to the facts about the images, and pins their digests if that is asked for.
func (r *run) applyLock(p *types.Project, images map[string]source.ImageFacts, lock *lockfile.File) diag.List {
	if r.options.IgnoreLock || lock == nil && !r.options.Locked && !r.options.PinDigests {
		return nil
	}
	l := &locking{run: r, project: p, images: images, lock: lock, bases: map[string]string{}}
	for name, facts := range images {
		l.bases[name] = facts.BaseImage
	}
	l.check()
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		l.apply(name, diag.At("services", name), &s.ContainerSpec, s.Build)
		for i := range s.PreStart {
			hook := &s.PreStart[i].ContainerSpec
			if entry, found := l.lock.Find(hook.Image, hook.Platform); found && hook.Image != s.Image {
				l.images[source.HookName(name, i)] = entry.Facts()
			}
			l.pin(diag.At("services", name, "pre_start").Index(i), hook, nil)
		}
		p.Services[name] = s
	}
	for _, name := range sorted.Keys(p.Jobs) {
		j := p.Jobs[name]
		l.apply(name, diag.At("jobs", name), &j.ContainerSpec, j.Build)
		p.Jobs[name] = j
	}
	return l.findings
}

// locking brings a project and its lock together.
type locking struct {
	*run
	project  *types.Project
	images   map[string]source.ImageFacts
	bases    map[string]string // by service or job name
	lock     *lockfile.File
	findings diag.List
}

func (l *locking) report(severity diag.Severity, code string, at diag.Path, help, format string, args ...any) {
	l.findings.Add(diag.Finding{
		Severity: severity, Code: code, Path: at, Range: l.locator.Locate(at), Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// apply adds the entry of a service's image to what is known about it.
func (l *locking) apply(name string, at diag.Path, spec *types.ContainerSpec, build *types.BuildConfig) {
	entry, found := l.lock.Find(lockfile.ImageOf(l.project.Name, name, spec, build), spec.Platform)
	if found && !l.images[name].Locked { // a project that is resolved again has it already
		l.images[name] = source.MergeFacts(l.images[name], entry.Facts())
	}
	l.pin(at, spec, build)
}

// pin names an image by its digest, tag included: name:tag@sha256:….
func (l *locking) pin(at diag.Path, spec *types.ContainerSpec, build *types.BuildConfig) {
	if !l.options.PinDigests || spec.Image == "" || strings.Contains(spec.Image, "@") {
		return
	}
	entry, found := l.lock.Find(spec.Image, spec.Platform)
	switch {
	case found && entry.Digest != "":
		spec.Image += "@" + entry.Digest
	case build != nil:
		l.report(diag.Warning, "pin-digest", at, "push the image and run `transship lock`",
			"%s is built by the project and was not in a registry yet, so it has no digest to pin", spec.Image)
	default:
		l.report(diag.Error, "pin-digest", at, "run `transship lock`", "%s has no digest in %s to pin", spec.Image, lockfile.Name)
	}
}

// check compares the lock with what the project has to know.
func (l *locking) check() {
	severity := diag.Warning
	if l.options.Locked {
		severity = diag.Error
	}
	if l.lock == nil {
		if l.options.Locked {
			l.report(severity, "lock-incomplete", nil, "run `transship lock` and commit "+lockfile.Name, "there is no %s beside the compose file", lockfile.Name)
		}
		return
	}
	for _, need := range lockfile.Needs(l.project, l.bases) {
		entry, found := l.lock.Find(need.Reference, need.Platform)
		others := l.lock.PlatformsOf(need.Reference)
		switch {
		case found && entry.Lack(need) != "":
			l.report(severity, "lock-incomplete", need.At, "run `transship lock`", "%s has %s, but %s", lockfile.Name, need.Reference, entry.Lack(need))
		case found, l.isKnownOtherwise(need):
		case len(others) > 0:
			wanted := need.Platform
			if wanted == "" {
				wanted = lockfile.DefaultPlatform
			}
			l.report(diag.Error, "lock-platform", need.At, "run `transship lock` for the platform that the project names",
				"%s has %s for %s, which is not %s: users, files and commands may differ", lockfile.Name, need.Reference, strings.Join(others, " and "), wanted)
		default:
			l.report(severity, "lock-incomplete", need.At, "run `transship lock`", "%s does not have %s", lockfile.Name, need.Reference)
		}
	}
	references := lockfile.References(l.project, l.bases)
	for _, image := range l.lock.Images {
		if !references[image.Reference] && !l.isPart() {
			l.report(diag.Info, "lock-stale", nil, "`transship lock` removes it", "%s has %s, which the project no longer uses", lockfile.Name, image.Reference)
		}
	}
}

// isPart reports whether the Dockerfiles of some services were not read, whose base images the lock may have.
func (l *locking) isPart() bool { return len(l.project.DisabledServices) > 0 }

// isKnownOtherwise reports whether an image that the project builds is known by its base image, or the other way round.
func (l *locking) isKnownOtherwise(need lockfile.Need) bool {
	known := func(name string) bool {
		s, isService := l.project.Services[name]
		spec, build := &s.ContainerSpec, s.Build
		if !isService {
			j := l.project.Jobs[name]
			spec, build = &j.ContainerSpec, j.Build
		}
		if build == nil {
			return false
		}
		base := l.bases[name]
		_, baseLocked := l.lock.Find(base, spec.Platform)
		_, builtLocked := l.lock.Find(lockfile.ImageOf(l.project.Name, name, spec, build), spec.Platform)
		return base == "scratch" || baseLocked || builtLocked
	}
	return !slices.ContainsFunc(need.Services, func(name string) bool { return !known(name) })
}
