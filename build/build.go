package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/diag"
)

// ComposeCommand says how docker compose reads the project that was loaded.
type ComposeCommand struct {
	ProjectName, Directory    string
	Files, EnvFiles, Profiles []string
	// Stdin is the text of the file that is called -.
	Stdin string
}

func (c ComposeCommand) args(program string) []string {
	args := []string{program, "compose", "--project-name", c.ProjectName, "--project-directory", c.Directory}
	for _, flag := range []struct {
		name   string
		values []string
	}{{"--file", c.Files}, {"--env-file", c.EnvFiles}, {"--profile", c.Profiles}} {
		for _, value := range flag.values {
			args = append(args, flag.name, value)
		}
	}
	return args
}

// build builds what is pending: what docker compose can build in one run of it, the rest one by one.
func (r *run) build(ctx context.Context) error {
	var together, single []Target
	for _, t := range r.pending {
		if r.engine.compose && !t.IsJob && len(t.Section.Platforms) <= 1 && len(r.wanted) <= 1 {
			together = append(together, t)
		} else {
			single = append(single, t)
		}
	}
	began := time.Now()
	r.single = single
	for _, t := range r.pending {
		r.sink.tell(Step{Service: t.Service, Action: "building", Image: t.Image})
	}
	if len(together) > 0 {
		if err := r.compose(ctx, together); err != nil {
			return err
		}
	}
	if err := r.waves(ctx, single, func(ctx context.Context, t Target) (diag.List, error) { return r.buildOne(ctx, t, false) }); err != nil {
		return err
	}
	if len(r.pending) > 0 && failed(r.findings) == nil {
		r.sink.tell(Step{Action: "built", Image: strings.Join(names(r.pending), ", "), Detail: took(began)})
	}
	return nil
}

func took(since time.Time) string { return time.Since(since).Round(100 * time.Millisecond).String() }

// environment is what the builder gets in addition to the user's own.
func (r *run) environment(platform string) []string {
	var env []string
	if platform != "" {
		env = append(env, "DOCKER_DEFAULT_PLATFORM="+platform)
	}
	// Docker's containerd store counts the record of a build into the id of the image: each build would look new.
	return append(env, "BUILDX_NO_DEFAULT_ATTESTATIONS=1")
}

// wantedOne is the platform to build for where it can be only one; empty is the engine's own.
func (r *run) wantedOne() string {
	if len(r.wanted) == 1 {
		return r.wanted[0]
	}
	return ""
}

func (r *run) compose(ctx context.Context, targets []Target) error {
	args := append(r.Compose.args(r.engine.Program), "build")
	if r.Options.NoCache {
		args = append(args, "--no-cache")
	}
	if r.Options.Pull {
		args = append(args, "--pull")
	}
	for _, arg := range r.Options.Args {
		args = append(args, "--build-arg", arg)
	}
	var stdin io.Reader
	if slices.Contains(r.Compose.Files, "-") {
		stdin = strings.NewReader(r.Compose.Stdin)
	}
	whose := authors{services: names(targets)}
	_, err := process{
		args: append(args, names(targets)...), env: r.environment(r.wantedOne()), stdin: stdin,
		line: func(text string) { r.sink.tell(whose.output(text)) }, terminal: r.Options.Terminal,
	}.run(ctx)
	ended := (*programError)(nil)
	if !errors.As(err, &ended) {
		return err
	}
	blamed := slices.DeleteFunc(slices.Clone(targets), func(t Target) bool { return !strings.Contains(lastLine(ended), "target "+t.Service+":") })
	if len(blamed) != 1 { // only bake says in so many words which one it was
		blamed = slices.DeleteFunc(slices.Clone(targets), func(t Target) bool { return !strings.Contains(ended.Tail, t.Service) })
	}
	if len(blamed) != 1 {
		blamed = targets[:1]
	}
	what := "docker compose could not build " + strings.Join(names(targets), ", ")
	if len(targets) == 1 || len(blamed) == 1 && strings.Contains(ended.Tail, blamed[0].Service) {
		what = "docker compose could not build it"
	}
	r.buildFailed(blamed[0], what, ended, strings.Join(shellWords(append(r.Compose.args(r.engine.Program), append([]string{"build"}, names(targets)...)...)), " "))
	return nil
}

// buildFailed says that a builder failed, with its last lines where nobody has seen them.
func (r *run) buildFailed(t Target, what string, ended *programError, again string) {
	if what += ended.brief(); ended.Tail == "" {
		what += fmt.Sprintf(" (code %d; it has said why above)", ended.Code)
	}
	r.sink.tell(Step{Service: t.Service, Action: "failed", Image: t.Image})
	help := "run `" + again + "` to see all that it says"
	if strings.Contains(ended.Tail, "moby.buildkit.frontend.contexts") {
		help = "the BuildKit in this Docker Engine does not know `additional_contexts`: update Docker to 23 or newer, or run `docker buildx create --use` for a builder with a newer one"
	}
	r.say(t.finding("build-failed", what, ended.with(help)))
}

// shellWords quotes the words that a shell would not take as they are.
func shellWords(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		if out[i] = w; w == "" || strings.ContainsAny(w, " \t\n'\"\\$`&|;<>()*?[]#~!{}") {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return out
}

// buildFunc builds one image, and says what is wrong with it.
type buildFunc func(ctx context.Context, t Target) (diag.List, error)

// waves builds targets one by one, those first that others build from, beside each other as far as they may.
func (r *run) waves(ctx context.Context, targets []Target, build buildFunc) error {
	built := map[string]bool{}
	for _, t := range r.Targets {
		built[t.Service] = !slices.ContainsFunc(targets, func(o Target) bool { return o.Service == t.Service })
	}
	for len(targets) > 0 {
		var now, later []Target
		for _, t := range targets {
			if r.waitsFor(t, built) {
				later = append(later, t)
			} else {
				now = append(now, t)
			}
		}
		if len(now) == 0 {
			r.say(later[0].finding("build-failed", "the images of "+strings.Join(names(later), ", ")+" are built from each other", "take one of the `service:` contexts out"))
			return nil
		}
		if err := r.wave(ctx, now, build); err != nil || failed(r.findings) != nil {
			return err
		}
		for _, t := range now {
			built[t.Service] = true
		}
		targets = later
	}
	return nil
}

func (r *run) waitsFor(t Target, built map[string]bool) bool {
	for _, value := range t.Section.AdditionalContexts {
		if service, is := strings.CutPrefix(value, servicePrefix); is {
			if done, ours := built[service]; ours && !done {
				return true
			}
		}
	}
	return false
}

// wave builds targets beside each other. Those of one name follow each other, as docker compose has it: the last wins.
func (r *run) wave(ctx context.Context, targets []Target, build buildFunc) error {
	byImage := map[string][]Target{}
	var order []string
	for _, t := range targets {
		if byImage[t.Image] == nil {
			order = append(order, t.Image)
		}
		byImage[t.Image] = append(byImage[t.Image], t)
	}
	findings := make([]diag.List, len(order))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, image := range order {
		group.Go(func() error {
			for _, t := range byImage[image] {
				found, err := build(inner, t)
				findings[i] = append(findings[i], found...)
				if err != nil || found.Worst() == diag.Error {
					return err
				}
			}
			return nil
		})
	}
	err := group.Wait()
	for _, found := range findings {
		r.findings = append(r.findings, found...)
	}
	return err
}

// buildOne builds one image by `docker build` or `podman build`; afresh: each step again.
func (r *run) buildOne(ctx context.Context, t Target, afresh bool) (diag.List, error) {
	if !r.engine.podman && !r.engine.buildx && len(t.Section.AdditionalContexts) > 0 {
		return diag.List{t.finding("build-failed", "`additional_contexts` need buildx, and "+r.engine.Program+" does not have it",
			"install buildx, which is a plugin of Docker, or build with Podman: `--builder podman`")}, nil
	}
	s := &section{engine: r.engine, target: t, project: r.Project, options: r.Options, images: map[string]string{}}
	afresh = afresh || r.engine.podman && hasDirectory(t.Section.AdditionalContexts)
	s.options.NoCache = s.options.NoCache || afresh
	// What Podman builds for several platforms may not come from its cache: see inspectBuilt.
	s.timeless = r.engine.podman && (afresh || t.isVariant)
	for _, other := range r.Targets {
		s.images[other.Service] = other.Image
		for _, v := range r.variants(other) {
			if v.Platform == t.Platform {
				s.images[other.Service] = v.Image
			}
		}
	}
	args, dockerfile := s.command([]string{t.Image}, r.platformOf(t))
	env := r.environment("")
	if (s.buildKit || r.engine.needsBuildKit(r.platformOf(t))) && !r.engine.podman && !r.engine.buildx {
		env = append(env, "DOCKER_BUILDKIT=1")
	}
	var stdin io.Reader
	if dockerfile != "" {
		stdin = strings.NewReader(dockerfile)
	}
	_, err := process{
		args: append([]string{r.engine.Program}, args...), env: env, stdin: stdin,
		line: func(text string) { r.sink.tell(Output{t.Service, text}) },
	}.run(ctx)
	ended := (*programError)(nil)
	if errors.As(err, &ended) {
		inner := &run{sink: r.sink}
		inner.buildFailed(t, r.engine.Program+" could not build it", ended, "transship build --builder "+r.engine.Program+" "+t.Service)
		return append(s.findings, inner.findings...), nil
	}
	return s.findings, err
}

// hasDirectory reports whether a further context is a directory: Podman takes what it has copied from one out of its cache,
// whatever has changed there since.
func hasDirectory(contexts map[string]string) bool {
	for _, value := range contexts {
		if !isRemote(value) && !strings.HasPrefix(value, servicePrefix) {
			return true
		}
	}
	return false
}

// platformOf returns the platform to build an image for: the service's own, else what the nodes are; of several that the
// section lists, one that they are.
func (r *run) platformOf(t Target) string {
	switch {
	case t.Platform != "":
		return t.Platform
	case len(t.Section.Platforms) == 1:
		return t.Section.Platforms[0]
	case len(r.wanted) == 0 && len(t.Section.Platforms) > 1:
		return r.engine.Platform
	case len(r.wanted) == 0 && r.engine.podman:
		return r.engine.Platform // else it takes the steps of a build for another platform as its own
	}
	return r.wantedOne()
}
