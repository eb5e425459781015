package loader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/transform"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"
	"github.com/compose-spec/compose-go/v2/validation"

	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader/variables"
	"github.com/transship/transship/source"
)

// Reload resolves an edited copy of Model the way Load resolved Model itself, without parsing, merging or interpolating
// anything again: a program can ask what the project would be without one of its keys. The result has the new Project,
// Model and Images, and goes by the name of the edited model if that is another one; its Files, Sources and Locate are
// those of l, and it has no Findings. model is not changed. The error says why the edited model is no project.
//
// Reload reads files only for what the edit changes: the env files of services, and the Dockerfile of a build that is
// another one than before. It may be used from several goroutines at once.
func (l *Loaded) Reload(ctx context.Context, model map[string]any) (*Loaded, error) {
	if l.run == nil {
		return nil, errors.New("the project was not loaded from files")
	}
	return guard.Catch("resolving the model", func() (*Loaded, error) { return l.reload(ctx, model) })
}

func (l *Loaded) reload(ctx context.Context, model map[string]any) (*Loaded, error) {
	r := *l.run // what a run notes down on its way belongs to this call alone
	r.failures, r.absent, r.vars = nil, nil, variables.Unset{}
	copied, _ := clone(model).(map[string]any)
	dict, err := transform.SetDefaultValues(copied)
	if err != nil {
		return nil, err
	}
	if err := validation.Validate(beforeEnvironment(dict)); err != nil {
		return nil, err
	}
	r.model, _ = clone(dict).(map[string]any)
	if name, _ := dict["name"].(string); name != "" && dict["name"] != l.Model["name"] {
		r.name, r.env = loader.NormalizeProjectName(name), maps.Clone(r.env)
		r.env[consts.ComposeProjectName] = r.name
	}
	dict["name"] = r.name
	if r.derived, err = loader.Normalize(dict, r.env); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{r.bindAgain, r.checkConsistency, r.selectServices, r.resolveEnvironment} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(ctx); err != nil {
			return nil, err
		}
		if len(r.failures) > 0 {
			return nil, r.failed()
		}
	}
	out := *l
	out.Images = r.imagesAfter(l)
	out.Project, out.Model, out.Findings = r.project, r.model, nil
	return &out, nil
}

// beforeEnvironment returns a model without the content that compose-go has put beside the `environment` of configs and
// secrets; its own validation, which comes before that, would refuse both together.
func beforeEnvironment(dict map[string]any) map[string]any {
	out := maps.Clone(dict)
	for _, section := range []string{"configs", "secrets"} {
		all, ok := dict[section].(map[string]any)
		if !ok {
			continue
		}
		edited := maps.Clone(all)
		for name, value := range all {
			if fields, ok := value.(map[string]any); ok && fields["environment"] != nil && fields["content"] != nil {
				fields = maps.Clone(fields)
				delete(fields, "content")
				edited[name] = fields
			}
		}
		out[section] = edited
	}
	return out
}

// bindAgain makes the typed project of the model, without a look at the files and without the search for the key that is at
// fault.
func (r *run) bindAgain(context.Context) error {
	details := types.ConfigDetails{WorkingDir: r.dir, Environment: r.env}
	options := loader.ToOptions(&details, []func(*loader.Options){func(o *loader.Options) {
		o.SetProjectName(r.name, true)
		o.Profiles = r.profiles()
		o.ConvertWindowsPaths = utils.StringToBool(r.env["COMPOSE_CONVERT_WINDOWS_PATHS"])
		o.SkipConsistencyCheck = true
		o.SkipResolveEnvironment = true
		o.SkipResolveLabels = true
	}})
	project, err := loader.ModelToProject(r.derived, options, details)
	if err != nil {
		return fmt.Errorf("resolve the model: %w", err)
	}
	project.ComposeFiles = append([]string(nil), r.files...)
	r.project = project
	return nil
}

// imagesAfter returns what is known of the images of an edited project: what was known before, where build and image
// are the same.
func (r *run) imagesAfter(before *Loaded) map[string]source.ImageFacts {
	images := map[string]source.ImageFacts{}
	changed := &types.Project{Services: types.Services{}, Jobs: types.Jobs{}}
	same := func(name string, is, was *types.ContainerSpec, build, built *types.BuildConfig) bool {
		if !reflect.DeepEqual(build, built) || is.Platform != was.Platform || is.Image != was.Image && !strings.HasPrefix(was.Image, is.Image+"@") {
			return false
		}
		if facts, known := before.Images[name]; known {
			images[name] = facts
		}
		return true
	}
	for name, s := range r.project.Services {
		was := before.Project.Services[name]
		if !same(name, &s.ContainerSpec, &was.ContainerSpec, s.Build, was.Build) {
			changed.Services[name] = s
		}
	}
	for name, job := range r.project.Jobs {
		was := before.Project.Jobs[name]
		if !same(name, &job.ContainerSpec, &was.ContainerSpec, job.Build, was.Build) {
			changed.Jobs[name] = job
		}
	}
	found, _ := r.readDockerfiles(changed, before.Lock)
	r.applyLock(r.project, found, before.Lock)
	maps.Copy(found, images)
	return found
}
