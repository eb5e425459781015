package loader

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/diagnosis"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// readModel makes the merged model and the typed project of the files.
func (r *run) readModel(ctx context.Context) error {
	r.locator = position.New(r.main)
	if !r.options.general && r.loadDirectly() {
		return nil
	}
	err := r.loadGenerally(ctx)
	r.locator.Model = r.model
	if err != nil {
		return r.explain(ctx, err)
	}
	return nil
}

// loadGenerally hands the files to compose-go, which merges, interpolates, includes, extends and validates them: the
// result is the model with the keys that compose-go derives, in r.derived, and before that without them, in r.model. Of the
// model it makes the typed project, and applies the profiles.
func (r *run) loadGenerally(ctx context.Context) error {
	details := r.details()
	model, err := guard.Catch("reading the project", func() (map[string]any, error) {
		return loader.LoadModelWithContext(ctx, details, r.configure)
	})
	if err != nil {
		return err
	}
	r.derived = model
	project, err := guard.Catch("reading the project", func() (*types.Project, error) {
		return loader.ModelToProject(r.derived, loader.ToOptions(&details, []func(*loader.Options){r.configure}), details)
	})
	if err != nil {
		return err
	}
	project.ComposeFiles = slices.Clone(r.files)
	r.project = project
	return nil
}

// checkConsistency reports what contradicts itself or leads nowhere.
func (r *run) checkConsistency(context.Context) error {
	r.failures = slices.Concat(diagnosis.Inconsistencies(r.project, r.locator), diagnosis.ZeroBytes(r.main))
	return nil
}

// selectServices restricts the project to the services that were asked for and what they depend on. A service that no
// profile enables is enabled by its name. compose-go would copy the whole project once for every service that is left
// out. Source: ModelToProject and WithSelectedServices of compose-go.
func (r *run) selectServices(context.Context) error {
	if len(r.options.Services) == 0 {
		return nil
	}
	p, err := r.project.WithServicesEnabled(r.options.Services...)
	if err != nil {
		return err
	}
	chosen := map[string]bool{}
	err = p.ForEachService(r.options.Services, func(name string, _ *types.ServiceConfig) error {
		chosen[name] = true
		return nil
	})
	if err != nil {
		r.noSuchService(err)
		return nil
	}
	r.checkEnabled(p, chosen)
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		if !chosen[name] {
			p.DisabledServices[name] = s
			delete(p.Services, name)
			continue
		}
		maps.DeleteFunc(s.DependsOn, func(ref string, _ types.ServiceDependency) bool { return !chosen[ref] })
	}
	r.project = p.WithoutUnnecessaryResources()
	return nil
}

// checkEnabled checks the services that were enabled by name only now: profiles left them out of the check before.
func (r *run) checkEnabled(p *types.Project, chosen map[string]bool) {
	late := func(name string) bool {
		_, checked := r.project.Services[name]
		return chosen[name] && !checked
	}
	if slices.ContainsFunc(p.ServiceNames(), late) {
		r.failures = append(r.failures, slices.DeleteFunc(diagnosis.Inconsistencies(p, r.locator), func(f diag.Finding) bool {
			return len(f.Path) < 2 || f.Path[0] != "services" || !late(f.Path[1])
		})...)
	}
}

// noSuchService words the error about a name that is none.
func (r *run) noSuchService(err error) {
	services := sorted.Keys(r.project.AllServices())
	name := strings.TrimPrefix(err.Error(), "no such service: ")
	help := suggest.DidYouMean(name, services, "choose among "+strings.Join(services, ", "))
	if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
		help = "a file is named with -f: -f " + name
	}
	r.fail(diag.Finding{Code: "no-such-service", Path: diag.At("services", name), Message: "there is no service " + name, Help: help})
}

// explain records why compose-go refused the files.
func (r *run) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	attempt := diagnosis.Attempt{Files: r.main, Locator: r.locator, Dir: r.dir, Sources: r.texts, Try: r.try(ctx)}
	r.failures = append(r.failures, attempt.Explain(err)...)
	return r.failed()
}

// try returns a function that loads some texts in the place of the files of a bundle, without a trace in r.
func (r *run) try(ctx context.Context) func(*document.Bundle, []diagnosis.Text) error {
	return func(b *document.Bundle, texts []diagnosis.Text) error {
		details := types.ConfigDetails{WorkingDir: b.Dir, Environment: b.Env}
		for _, t := range texts {
			details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: t.Path, Content: t.Content})
		}
		aside := &run{options: r.options, env: r.env, name: r.name, main: r.main}
		_, err := guard.Catch("reading the project", func() (*types.Project, error) {
			model, err := loader.LoadModelWithContext(ctx, details, aside.configure)
			if err != nil {
				return nil, err
			}
			return loader.ModelToProject(model, loader.ToOptions(&details, []func(*loader.Options){aside.configure}), details)
		})
		return err
	}
}

// details is what compose-go gets to read.
func (r *run) details() types.ConfigDetails {
	details := types.ConfigDetails{WorkingDir: r.dir, Environment: r.env}
	for _, d := range r.main.Docs {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: d.Path, Content: d.WithoutVersion()})
	}
	return details
}

// configure sets compose-go's options as docker compose does, and hooks into the two places where it would lose
// something: interpolation (unset variables), and the model before derived keys are added. What compose-go does after
// it has a project is left to the steps of this package: they report everything at once, and read no file unchecked.
func (r *run) configure(o *loader.Options) {
	o.SetProjectName(r.name, true)
	o.Profiles = r.profiles()
	o.ConvertWindowsPaths = utils.StringToBool(r.env["COMPOSE_CONVERT_WINDOWS_PATHS"])
	o.MaxNodeVisits = document.MaxNodes
	o.SkipConsistencyCheck = true
	o.SkipResolveEnvironment = true
	o.SkipResolveLabels = true
	o.Interpolate.Substitute = r.vars.Substitute
	o.Interpolate.TypeCastMapping = neededCasts(r.main, o.Interpolate.TypeCastMapping)
	whole := loader.UnsupportedAttributePattern{Path: tree.NewPath(), Detect: func(value any) bool {
		r.model, _ = clone(value).(map[string]any)
		return false
	}}
	loader.WithUnsupportedAttributesCheck([]loader.UnsupportedAttributePattern{whole}, func([]loader.UnsupportedAttribute) {})(o)
}

func (r *run) profiles() []string {
	if len(r.options.Profiles) > 0 {
		return r.options.Profiles
	}
	var out []string
	for p := range strings.SplitSeq(r.env[consts.ComposeProfiles], ",") {
		out = append(out, strings.TrimSpace(p))
	}
	return out
}

// clone copies a model deeply; compose-go goes on changing its own.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	default:
		return value
	}
}
