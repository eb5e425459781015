package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/registryclient"
)

func compare(a, b string) int { return cmp.Compare(a, b) }

// atOnce is how many runs of an engine go on beside each other.
const atOnce = 4

// findEngine finds the builder. Without one, images that the project names are left to the nodes unless a build was
// asked for: they may be in a registry.
func (r *run) findEngine(ctx context.Context) (err error) {
	r.engine, err = find(ctx, cmp.Or(r.Options.Builder, Builders[0]), true)
	none := (*noBuilderError)(nil)
	if !errors.As(err, &none) {
		return err
	}
	for _, t := range slices.Clone(r.Targets) {
		if r.Options.DryRun || r.Options.Mode == Never && r.Cluster != nil ||
			r.Options.Mode != Always && t.IsNamed && t.PullPolicy != "build" && r.Cluster != nil {
			r.drop(t)
			continue
		}
		r.say(t.finding("build-no-builder", fmt.Sprintf("%s is to be built, and there is no builder: %s", t.Image, none.Error()),
			"start Docker or Podman; or build elsewhere by `transship push --registry HOST/PATH --image-file images.json` and run "+
				"`transship up --images images.json` here; or name an image that the nodes can pull and run `transship up --no-build`"))
	}
	return nil
}

// choose decides where images go and for which platforms they are built, before anything takes time.
func (r *run) choose(context.Context) error {
	r.to = destinationFor(r.Cluster, r.engine, r.Options)
	nodes := r.Cluster.Platforms()
	if r.wanted = r.Options.Platforms; len(r.wanted) == 0 {
		r.wanted = nodes
	}
	r.away = r.engine.builder.isAway() && (r.engine.storeless || r.to.kind == push)
	if !r.away && len(r.Options.Platforms) == 0 && len(r.wanted) == 1 && r.wanted[0] == r.engine.Platform {
		r.wanted = nil // nobody has to be told
	}
	for _, t := range r.Targets {
		switch {
		case t.Platform != "":
			r.judge(t, []string{plain(t.Platform)})
		case r.away && len(r.wanted) > 0:
			r.judge(t, plains(r.wanted))
		}
		if _, err := repositoryOf(t); err != nil {
			r.say(t.finding("build-failed", err.Error(), "write `image: registry/name` in lower case"))
		}
	}
	return nil
}

// look finds out which images are there and which are to be built.
func (r *run) look(ctx context.Context) error {
	there := make([]map[string]engineImage, len(r.Targets))
	known := make([]bool, len(r.Targets))
	remote := make([]bool, len(r.Targets))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, t := range r.Targets {
		if r.isBuiltAnyway(t) {
			continue
		}
		group.Go(func() (err error) {
			there[i], known[i], err = r.inspect(inner, t)
			if err == nil && !known[i] && r.mayBeRemote(t) {
				remote[i] = inRegistry(inner, t.Image)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, t := range slices.Clone(r.Targets) {
		switch {
		case r.isBuiltAnyway(t):
			r.pending = append(r.pending, r.variants(t)...)
		case known[i]:
			maps.Copy(r.ids, there[i])
		case remote[i]:
			r.sink.tell(Step{Service: t.Service, Action: "there", Image: t.Image, Detail: "the registry has it, so that the nodes can pull it; --build builds it"})
			r.pulled = append(r.pulled, t.Image)
			if r.Options.KnowsPullSecret {
				r.guarded = append(r.guarded, t.Users...)
			} else if wantsLogin(ctx, t.Image) {
				r.say(r.lacksLogin(t, t.Image))
			}
			r.drop(t)
		case r.Options.DryRun:
			r.sink.tell(Step{Service: t.Service, Action: "not built yet", Image: t.Image})
			r.drop(t)
		case r.Options.Mode == Never:
			r.missing(t)
		default:
			r.pending = append(r.pending, r.variants(t)...)
		}
	}
	return r.suit()
}

// isBuiltAnyway reports whether an image is built whatever there is.
func (r *run) isBuiltAnyway(t Target) bool {
	return !r.Options.DryRun && (r.Options.Mode == Always || r.Options.Mode != Never && t.PullPolicy == "build")
}

// inspect looks for what is built of an image, by the names that it has in the engine. found: all of it is there.
func (r *run) inspect(ctx context.Context, t Target) (there map[string]engineImage, found bool, err error) {
	there = map[string]engineImage{}
	if r.away {
		return nil, false, nil // what has been built is with the builder
	}
	for _, v := range r.variants(t) {
		local, known, err := r.engine.inspect(ctx, v.Image)
		if err != nil || !known {
			return nil, false, err
		}
		there[v.Image] = local
	}
	return there, true, nil
}

// inspectBuilt looks at an image that has just been built. Podman, and Docker's classic builder, take steps of a build for
// another platform as their own where the image starts from scratch: they build once more, without them.
func (r *run) inspectBuilt(ctx context.Context, t Target, known map[string]engineImage) (image engineImage, found bool, err error) {
	if image, found = known[t.Image]; !found {
		image, found, err = r.engine.inspect(ctx, t.Image)
	}
	wanted := r.platformOf(t)
	if err != nil || !found || wanted == "" || plain(wanted) == image.Platform || !slices.ContainsFunc(r.single, is(t)) {
		return image, found, err
	}
	findings, err := r.buildOne(ctx, t, true)
	r.findings = append(r.findings, findings...)
	if err != nil {
		return engineImage{}, false, err
	}
	return r.engine.inspect(ctx, t.Image)
}

func is(t Target) func(Target) bool { return func(o Target) bool { return o.Image == t.Image } }

// mayBeRemote reports whether it makes sense to ask a registry for an image before it is built, as docker compose does.
func (r *run) mayBeRemote(t Target) bool {
	return r.Cluster != nil && r.Options.Mode == Missing && t.IsNamed && t.PullPolicy != "build" && t.PullPolicy != "never" && !r.Options.DryRun
}

// missing says that an image was not built, or leaves it to the nodes if they may know it.
func (r *run) missing(t Target) {
	if r.Cluster != nil && t.IsNamed {
		r.drop(t)
		return
	}
	command := "transship build " + t.Service
	switch {
	case r.Cluster != nil:
		command = "transship up --build"
	case r.away:
		command = "transship build --push " + t.Service
	}
	r.say(t.finding("build-missing", t.Image+" has not been built", "run `"+command+"`"))
}

// suit refuses what cannot be delivered, before anything is built.
func (r *run) suit() error {
	program := r.to.missingProgram()
	for _, t := range r.Targets {
		repo, err := repositoryOf(t)
		if err != nil {
			continue
		}
		if r.engine.storeless && r.to.kind != push {
			r.say(t.finding("build-needs-registry", fmt.Sprintf("no registry is named for %s: %s builds it elsewhere (driver %s), and there is no engine here that could keep it",
				t.Image, r.engine.builder.name, r.engine.builder.driver), r.pushingAdvice(repo)))
			continue
		}
		here, _, ok := r.to.references(repo, r.Options.Push)
		if ok && r.Options.CopiesLogin && r.to.kind == push {
			r.checkLogin(t, here+":"+t.Service)
		}
		if !ok {
			r.say(t.finding("build-needs-registry", fmt.Sprintf("no registry is named for %s: %s", t.Image, cmp.Or(r.to.why, "its name holds none")),
				r.pushingAdvice(repo)))
		}
		if program != "" && !r.Options.DryRun {
			r.say(t.finding("build-load", fmt.Sprintf("%s loads images into %s, and there is no such program", program, r.to.product),
				fmt.Sprintf("install %s, or run `%s --registry HOST/PATH` to push instead", program, r.Options.Rerun)))
		}
	}
	return nil
}

// checkLogin says what is wrong with the login that the nodes are to get.
func (r *run) checkLogin(t Target, ref string) {
	_, err := loginFor(ref)
	if err == nil {
		return
	}
	help := fmt.Sprintf("run `%s login %s` with an account that may read there, or name a Secret of the cluster: `%s --pull-secret NAME`",
		r.engine.Program, hostOf(ref), r.Options.Rerun)
	if broken := (*registryclient.LoginError)(nil); errors.As(err, &broken) {
		help = broken.Remedy()
	}
	r.say(t.finding("registry-auth", "--pull-secret=copy has nothing to copy: "+err.Error(), help))
}

// lacksLogin returns the warning about a registry that gives an image away only to those who log in, where the nodes have no login.
func (r *run) lacksLogin(t Target, ref string) diag.Finding {
	host := hostOf(ref)
	f := t.finding("registry-auth", fmt.Sprintf("%s gives %s to nobody without a login, and the Pods have none", host, ref),
		fmt.Sprintf("let the nodes log in, or run `%s --pull-secret copy`, or make a Secret and name it: `kubectl create secret docker-registry pull "+
			"--docker-server=%s --docker-username=NAME --docker-password=TOKEN`, then `%s --pull-secret pull`", r.Options.Rerun, host, r.Options.Rerun))
	f.Severity = diag.Warning
	return f
}

// pushingAdvice says how an image gets a registry.
func (r *run) pushingAdvice(repo repository) string {
	run := r.Options.Rerun
	if r.engine.storeless && r.Cluster == nil && !r.Options.Push {
		run += " --push"
	}
	return fmt.Sprintf("run `%s --registry HOST/PATH` with a registry that you may push to and the nodes can pull from, or write `image: HOST/PATH/%s`",
		run, strings.TrimPrefix(repo.path, "library/"))
}
