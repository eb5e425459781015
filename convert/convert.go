// Package convert turns a Compose project into Kubernetes objects. It is the front door of the library:
//
//	result, err := convert.Convert(ctx, convert.Options{Load: loader.Options{Files: []string{"compose.yaml"}}})
//
// gives typed objects in apply order and typed findings; [WriteYAML], [WriteJSON] and [WriteDir] write them. Nothing in
// this package prints, exits or keeps state, and everything may be used from several goroutines at once.
package convert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/secret"
)

// Options say what to convert and how. The zero value converts the project of the current directory.
type Options struct {
	Load      loader.Options
	Transform transform.Options
	// Baseline are warnings that are known and no longer told as such, besides those that the project itself accepts.
	Baseline []Acceptance
	// ImageRefs are the images that were built and delivered, by service or job name. They stand in the objects instead
	// of what the project names.
	ImageRefs map[string]string
}

// Result is the outcome of a conversion.
type Result struct {
	// Project is the name of the Compose project.
	Project string
	// Objects are in apply order. They are nil when Findings holds an error, because what an error describes endangers
	// data, security or traffic: nobody should apply such objects by accident. Options.Transform.Allow turns single
	// errors into warnings.
	Objects []runtime.Object
	// Origins says for each of the Objects which Compose keys it was made from and which services own it.
	Origins map[runtime.Object]transform.Origin
	// Findings are sorted by their place in the files.
	Findings diag.List
	// Sources holds the text of every YAML file that was read, by the name that the findings use.
	Sources map[string][]byte
	// Loaded is the project as it was read; nil when it could not be loaded. Nothing in it may be changed.
	Loaded *loader.Loaded

	secrets  *secret.Set
	accepted []Acceptance
	scope    scope
}

// Err returns nil, or an [*Error] when the project cannot be converted as it is.
func (r *Result) Err() error {
	if r.Findings.Worst() < diag.Error {
		return nil
	}
	return &Error{Findings: r.Findings}
}

// Error is a project with findings of severity error.
type Error struct{ Findings diag.List }

// Error joins the messages of the errors, one per line, each with its place.
func (e *Error) Error() string {
	var lines []string
	for _, f := range e.Findings {
		if f.Severity == diag.Error {
			lines = append(lines, f.String())
		}
	}
	return strings.Join(lines, "\n")
}

// Convert loads a project and converts it. What is wrong with the project is no error of the call: it is in
// Result.Findings (see [Result.Err]), all of it at once. The error is for the world around: a cancelled context, an
// unreadable working directory, or a [*InternalError]. Convert never panics, and it returns as soon as the context ends.
func Convert(ctx context.Context, o Options) (*Result, error) {
	return guard.Run(ctx, "converting the project", func() (*Result, error) { return convert(ctx, o) })
}

func convert(ctx context.Context, o Options) (*Result, error) {
	o.Load.AllowMissing = o.Load.AllowMissing || slices.Contains(o.Transform.Allow, "missing-file")
	var again bytes.Buffer // standard input can be read once only
	stdin := o.Load.Stdin
	if stdin != nil && len(o.Load.Services) > 0 {
		o.Load.Stdin = io.TeeReader(stdin, &again)
	}
	loaded, err := loader.Load(ctx, o.Load)
	if err != nil {
		if ctx.Err() != nil { // what was wrong then is not the project's fault
			return nil, fmt.Errorf("load the project: %w", context.Cause(ctx))
		}
		if invalid, ok := errors.AsType[*loader.Error](err); ok {
			return Failed(invalid), nil
		}
		return nil, err
	}
	o.Load.Stdin = &again
	scope, err := scopeOf(ctx, loaded, o.Load)
	if err != nil {
		return nil, err
	}
	return fromLoaded(loaded, scope, o)
}

// Again converts the project of an earlier result with other options, and reads nothing. The project must have been
// loaded. The error is that of [Convert].
func Again(ctx context.Context, earlier *Result, o Options) (*Result, error) {
	return guard.Run(ctx, "converting the project", func() (*Result, error) {
		return fromLoaded(earlier.Loaded, earlier.scope, o)
	})
}

// fromLoaded decides over the whole project and writes a part of it, or all.
func fromLoaded(loaded *loader.Loaded, s scope, o Options) (*Result, error) {
	whole, services := s.whole, s.services
	secrets := secret.OfProject(whole.Project, whole.Model, whole.Files)
	in := transform.Input{
		Project:   whole.Project,
		Model:     whole.Model,
		Files:     whole.Files,
		Images:    whole.Images,
		ImageRefs: o.ImageRefs,
		Secrets:   secrets,
		Locate:    loaded.Locate,
		Texts:     whole.Texts,
		Options:   o.Transform,
	}
	out, err := converted(in)
	if err != nil {
		return nil, err
	}
	if optional := optionalServices(s, o.Transform.Live); len(optional) > 0 {
		if out.Objects, err = withOptional(in, out.Objects, optional); err != nil {
			return nil, err
		}
	}
	out.Findings = findingsAbout(out.Findings, whole.Project, loaded.Project, withPodMates(out.Objects, services))
	out.Findings = pointToLock(out.Findings, loaded)
	out.Objects = choose(out.Objects, services)
	accepts, wrong := acceptances(loaded, o)
	if o.Transform.EnvSecrets != "none" {
		wrong = append(wrong, leaks(out, secrets, loaded)...)
	}
	found := accept(slices.Concat(loaded.Findings, out.Findings, wrong), accepts, loaded)
	result := &Result{
		Project:  loaded.Project.Name,
		Findings: masked(found.Sorted(), secrets),
		Sources:  loaded.Sources,
		Loaded:   loaded,
		secrets:  secrets,
		accepted: accepts,
		scope:    s,
	}
	if result.Err() == nil {
		result.Objects, result.Origins = make([]runtime.Object, 0, len(out.Objects)), map[runtime.Object]transform.Origin{}
		for _, o := range out.Objects {
			result.Objects = append(result.Objects, o.Object)
			result.Origins[o.Object] = o.Origin
		}
		result.Objects = Ordered(result.Objects)
	}
	return result, nil
}
