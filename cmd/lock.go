package cmd

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/registry"
	"github.com/transship/transship/transform/secret"
)

type lockFlags struct {
	*projectFlags
	streams  Streams
	findings findingFlags

	check, noCache         bool
	platform, from, engine string
	maxSize                string
	timeout                time.Duration
}

func newLock(streams Streams, project *projectFlags) *cobra.Command {
	f := &lockFlags{projectFlags: project, streams: streams, timeout: 5 * time.Minute, maxSize: "2Gi"}
	c := &cobra.Command{
		Use:   "lock [SERVICE...]",
		Short: "Read what the images of the project have, into transship.lock",
		Long: `Read what the images of the project have, into transship.lock beside the compose file.

Conversion needs to know what an image listens on, whom it runs as and what it has where a volume is mounted. A compose
file says none of that, so it is guessed or left open. The lock holds the answers: convert, up and diff use it, and never
ask a network themselves. Commit it with the project.

Images come from their registries, with the credentials of docker and podman, or from the local docker or podman: first
for what the project builds, otherwise for what the registry does not have. Layers are read as a stream and only as far
as they decide something; nothing is unpacked.

With services as arguments, only their images are read, and what the lock has about others stays.`,
		Example: `  transship lock
  transship lock --check                    # in CI: has a registry got another image since?
  transship lock --platform linux/arm64
  transship convert --locked --pin-digests`,
		RunE: f.run,
	}
	c.Flags().SortFlags = false
	addGroup(c, "Which project", f.attach)
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		flags.BoolVar(&f.check, "check", false, "compare the lock with the project and the registries, and change nothing; exit code 1 if they differ")
		flags.StringVar(&f.platform, "platform", "", "`PLATFORM` of services that name none (default: $DOCKER_DEFAULT_PLATFORM, else linux/amd64)")
		addChoice(flags, &f.from, "from", "", "where images are read", string(registry.Auto), string(registry.FromRegistry), string(registry.FromEngine))
		flags.StringVar(&f.engine, "engine", "", "`COMMAND` of the local engine (default: docker, else podman)")
		flags.Var(checked{&f.maxSize, checkSize}, "max-size", "`SIZE` of compressed layers above which an image's files are not read")
		flags.Var((*seconds)(&f.timeout), "timeout", "`TIME` for one image")
		flags.BoolVar(&f.noCache, "no-cache", false, "read everything again")
	})
	addGroup(c, "Findings", f.findings.attach)
	completeChoices(c)
	return c
}

func (f *lockFlags) run(c *cobra.Command, services []string) error {
	ctx := c.Context()
	o := f.options(nil, f.streams.In)
	o.IgnoreLock = true
	loaded, err := f.streams.load(ctx, o)
	if err != nil {
		return f.unloadable(err)
	}
	for _, name := range services {
		if !isEnabled(loaded, name) {
			return usagef("the project has no enabled service %q%s", name, didYouMean(name, loaded.Project.ServiceNames()))
		}
	}
	bases := map[string]string{}
	for name, facts := range loaded.Images {
		bases[name] = facts.BaseImage
	}
	old, err := lockfile.Read(loaded.LockPath)
	if _, broken := asSyntaxError(err); err != nil && (!broken || f.check) {
		run := &lockRun{lockFlags: f, loaded: loaded, found: diag.List{loader.UnreadableLock(lockfile.Name, err)}}
		return run.finish("nothing compared")
	}
	if !f.check {
		if err := lockfile.Replaceable(loaded.LockPath); err != nil {
			return err
		}
	}
	run := &lockRun{
		lockFlags: f, loaded: loaded, old: old, references: lockfile.References(loaded.Project, bases),
		requests: requests(lockfile.Needs(loaded.Project, bases), services, f.defaultPlatform()),
	}
	size, err := parseBytes(f.maxSize)
	if err != nil {
		return err
	}
	options := registry.Options{
		From: registry.Origin(f.from), Engine: f.engine, MaxBytes: size, Timeout: f.timeout, IsSecret: secret.Is,
	}
	if !f.noCache {
		options.CacheDir = registry.CacheDir()
	}
	run.reader = registry.New(options)
	if f.check {
		return run.compare(ctx)
	}
	return run.write(ctx)
}

// unloadable prints what is wrong with a project that cannot be loaded.
func (f *lockFlags) unloadable(err error) error {
	invalid, ok := asLoadError(err)
	if !ok {
		return err
	}
	if err := f.findings.print(f.streams.Err, convert.Failed(invalid)); err != nil {
		return err
	}
	return &silentError{exitFailed}
}

func (f *lockFlags) defaultPlatform() string {
	switch {
	case f.platform != "":
		return f.platform
	case os.Getenv("DOCKER_DEFAULT_PLATFORM") != "":
		return os.Getenv("DOCKER_DEFAULT_PLATFORM")
	}
	return lockfile.DefaultPlatform
}

// requests settles the platform of each need, and leaves out what no named service needs.
func requests(needs []lockfile.Need, services []string, platform string) []registry.Request {
	var out []registry.Request
	for _, need := range needs {
		if len(services) > 0 && !slices.ContainsFunc(need.Services, func(s string) bool { return slices.Contains(services, s) }) {
			continue
		}
		p := need.Platform
		if p == "" {
			p = platform
		}
		same := slices.IndexFunc(out, func(r registry.Request) bool {
			return r.Reference == need.Reference && lockfile.SamePlatform(r.Platform, p)
		})
		if same < 0 {
			out = append(out, registry.Request{Need: need, Platform: p})
			continue
		}
		out[same].Need = out[same].And(need)
	}
	return out
}

// lockRun is one run of `transship lock`.
type lockRun struct {
	*lockFlags
	loaded     *loader.Loaded
	old        *lockfile.File
	references map[string]bool
	requests   []registry.Request
	reader     *registry.Reader
	found      diag.List
}

// write reads all images and writes the lock. What could not be read keeps the entry that it has.
func (r *lockRun) write(ctx context.Context) error {
	results := r.reader.Read(ctx, r.requests, r.progress())
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var read []lockfile.Image
	for i, result := range results {
		if result.Err == nil {
			read = append(read, result.Image)
			if why := result.Image.FilesUnknown; why != "" {
				help := "write `user` and what the mounts need into the compose file"
				if strings.Contains(why, "layers have") {
					help = "--max-size raises the limit"
				}
				r.report(diag.Warning, "image-too-large", r.requests[i].At, help,
					"the files of %s were not read: %s; what lies at its mounts and who its users are stays unknown", result.Image.Reference, why)
			}
		}
	}
	r.reportFailures(results)
	lock := r.old.Update(read, r.references)
	if len(lock.Images) == 0 && r.old == nil {
		return r.finish("nothing written")
	}
	changed, err := lock.Write(r.loaded.LockPath)
	if err != nil {
		return err
	}
	done := "unchanged"
	if changed {
		done = "written"
	}
	return r.finish(fmt.Sprintf("%s %s: %s read", lockfile.Name, done, amount(len(read), "1 image", "%d images")))
}

// compare says what in the lock is not as it should be.
func (r *lockRun) compare(ctx context.Context) error {
	if r.old == nil {
		r.report(diag.Error, "lock-incomplete", nil, "run `transship lock`", "there is no %s beside the compose file", lockfile.Name)
		return r.finish("nothing compared")
	}
	var changed []registry.Request
	for _, request := range r.requests {
		entry, found := r.old.Find(request.Reference, request.Platform)
		switch {
		case !found && request.Built: // its base is in the lock
		case !found:
			r.report(diag.Error, "lock-incomplete", request.At, "run `transship lock`", "%s does not have %s for %s", lockfile.Name, request.Reference, request.Platform)
		case entry.Lack(request.Need) != "":
			r.report(diag.Error, "lock-incomplete", request.At, "run `transship lock`", "%s has %s, but %s", lockfile.Name, request.Reference, entry.Lack(request.Need))
		case entry.Source == "registry":
			changed = append(changed, request)
		}
	}
	for _, image := range r.old.Images {
		if !r.references[image.Reference] {
			r.report(diag.Error, "lock-stale", nil, "`transship lock` removes it", "%s has %s, which the project no longer uses", lockfile.Name, image.Reference)
		}
	}
	results := r.reader.Digests(ctx, changed)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for i, result := range results {
		entry, _ := r.old.Find(changed[i].Reference, changed[i].Platform)
		if result.Err == nil && result.Image.Digest != entry.Digest {
			r.report(diag.Error, "image-changed", changed[i].At, "run `transship lock` and read what changes",
				"the registry has %s as %s, %s has %s", changed[i].Reference, result.Image.Digest, lockfile.Name, entry.Digest)
		}
	}
	r.requests = changed
	r.reportFailures(results)
	return r.finish(amount(len(changed), "1 image", "%d images") + " compared with the registries")
}
