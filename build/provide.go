package build

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/diag"
)

// Mode says which images are built.
type Mode string

// The modes.
const (
	Missing Mode = "missing" // those that the engine does not have
	Always  Mode = "always"
	Never   Mode = "never"
)

// Options say how images are built and delivered. The zero value builds what is missing and delivers by what the
// cluster is.
type Options struct {
	Mode Mode
	// Builder is one of [Builders]; empty is auto.
	Builder string
	// Platforms to build for, such as linux/amd64; empty: those of the nodes.
	Platforms []string
	// Args are NAME=value or NAME, in addition to those of the project. NoCache and Pull are the builder's.
	Args          []string
	NoCache, Pull bool
	// Registry is HOST/PATH below which images are pushed that name no registry.
	Registry string
	// Load is one of [LoadModes]; empty is auto.
	Load string
	// Push pushes although no cluster is known.
	Push bool
	// AllowPlatform goes on, with a warning, with an image for a platform that the nodes do not have.
	AllowPlatform bool
	// KnowsPullSecret: the nodes have a login, so that it is no news that the registry wants one.
	KnowsPullSecret bool
	// CopiesLogin: the nodes get the login of this machine for the registries that are pushed to. One that is not there, or
	// does not last, is an error before anything is built.
	CopiesLogin bool
	// DryRun finds out which references there are, and builds, pushes and loads nothing.
	DryRun bool
	// Terminal is where docker compose may draw its progress; nil for none.
	Terminal *os.File
	// Rerun is the command that is running, for advice such as `transship up --build`.
	Rerun string
}

// Request is what to provide.
type Request struct {
	Project *types.Project
	Targets []Target
	// Compose says how docker compose reads the same project.
	Compose ComposeCommand
	// Cluster is where the images are to run; nil for none.
	Cluster *Cluster
	Options Options
	// Meanwhile is called while images are built and delivered, with the services that are to run them. It is not called
	// where nothing is to be built. Its context ends when the images are there, or will not be; an error that it returns
	// before that ends the builds. Nil is nothing to do.
	Meanwhile func(ctx context.Context, services []string) error
}

// Image is an image that was built.
type Image struct {
	// Service is the service or job that builds it, Users are all that run it.
	Service string   `json:"-"`
	Users   []string `json:"-"`
	// Reference is the name for the nodes.
	Reference string `json:"reference"`
	// ID is the engine's name for the content, sha256:… .
	ID string `json:"id,omitempty"`
	// Platform is what it runs on, such as linux/amd64; several are joined by commas.
	Platform string `json:"platform,omitempty"`
	// IsPushed: it is in a registry.
	IsPushed bool `json:"pushed,omitempty"`
	// IsPulled: the nodes take it from a registry, to which a dry run has not pushed it.
	IsPulled bool `json:"-"`

	local string // name in the engine, for pushing and saving
	parts []part // what is pushed: one for each platform
}

// Result is what there is now.
type Result struct {
	Images []Image // sorted by service
	// Pulled are images that were not built because a registry has them, and the nodes pull them from there; sorted.
	Pulled   []string
	Findings diag.List
}

// References returns the reference of each service and job that runs one of the images.
func (r *Result) References() map[string]string {
	out := map[string]string{}
	for _, image := range r.Images {
		for _, user := range image.Users {
			out[user] = image.Reference
		}
	}
	return out
}

// Provide builds what the mode asks for, names it, and brings it to where it is to run. What is wrong with the project or
// the surroundings is an [*Error]; other errors are those of a cancelled context or a broken engine. Nothing on the
// cluster has been changed when there is an error, apart from images that are in it already and what Meanwhile did.
func Provide(ctx context.Context, request Request, sink Sink) (*Result, error) {
	request.Options.Load = cmp.Or(request.Options.Load, LoadModes[0])
	r := &run{Request: request, sink: sink, ids: map[string]engineImage{}}
	err := r.steps(ctx, r.findEngine, r.choose, r.look)
	if err == nil {
		err = r.beside(ctx, func(ctx context.Context) error {
			if r.away {
				return r.steps(ctx, r.buildAway, r.afterPush)
			}
			return r.steps(ctx, r.build, r.examine, r.name, r.deliver)
		})
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(r.images, func(a, b Image) int { return compare(a.Service, b.Service) })
	slices.Sort(r.pulled)
	return &Result{Images: r.images, Pulled: slices.Compact(r.pulled), Findings: r.findings.Sorted()}, nil
}

// steps does one step after the other, as long as none of them has found an error and there is an image left.
func (r *run) steps(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if len(r.Targets) == 0 {
			return nil
		}
		if err := step(ctx); err != nil {
			return err
		}
		if err := failed(r.findings); err != nil {
			return err
		}
	}
	return nil
}

// errProvided is why the context of Meanwhile ended, if it is not for an error.
var errProvided = errors.New("the images are there")

// beside calls a function, and Meanwhile at the same time.
func (r *run) beside(ctx context.Context, provide func(context.Context) error) error {
	if len(r.pending) == 0 || r.Meanwhile == nil {
		return provide(ctx)
	}
	var waiting []string
	for _, t := range r.Targets {
		waiting = append(waiting, t.Users...)
	}
	waiting = append(waiting, r.guarded...)
	slices.Sort(waiting)
	group, inner := errgroup.WithContext(ctx)
	meanwhile, end := context.WithCancelCause(inner)
	group.Go(func() error {
		err := r.Meanwhile(meanwhile, slices.Compact(waiting))
		if errors.Is(context.Cause(meanwhile), errProvided) {
			return nil // what it has not done is done by whoever has the images now
		}
		return err
	})
	group.Go(func() error {
		defer end(errProvided)
		return provide(inner)
	})
	return group.Wait()
}

// run is one call of Provide. Steps drop the targets that are left to the nodes.
type run struct {
	Request
	sink     Sink
	engine   *Engine
	to       destination
	away     bool                   // a builder on another machine builds and pushes; the engine never has the images
	wanted   []string               // platforms to build for; empty: the engine's own
	pending  []Target               // to be built
	single   []Target               // those of them that are built one by one
	pulled   []string               // images that are left to the nodes because a registry has them
	guarded  []string               // services that run them with a login, which they get with the others
	ids      map[string]engineImage // what the engine has, by the name of a target's image
	findings diag.List

	mu     sync.Mutex // where images are pushed while others are built
	images []Image
}

// drop leaves a target to the nodes.
func (r *run) drop(t Target) {
	r.Targets = slices.DeleteFunc(r.Targets, func(o Target) bool { return o.Service == t.Service })
}

func (r *run) say(f diag.Finding) { r.findings.Add(f) }
