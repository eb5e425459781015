package loader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/transform"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"
	"github.com/compose-spec/compose-go/v2/validation"

	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader/direct"
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
	dict, err := l.withDefaults(model)
	if err != nil {
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

// withDefaults returns a copy of an edited model with its default values, or says what is wrong with it. What the edit has left
// as it was has its values and was found right: those parts of a section that it shares with the model of l.
func (l *Loaded) withDefaults(model map[string]any) (map[string]any, error) {
	edited, same := map[string]any{}, map[string]map[string]any{}
	for section, value := range model {
		parts, isMapping := value.(map[string]any)
		before, wasMapping := l.Model[section].(map[string]any)
		if !isMapping || !wasMapping {
			edited[section] = clone(value)
			continue
		}
		changed := map[string]any{}
		same[section] = map[string]any{}
		for name, part := range parts {
			if copied := clone(part); isSame(part, before[name]) {
				same[section][name] = copied
			} else {
				changed[name] = copied
			}
		}
		edited[section] = changed
	}
	dict, err := transform.SetDefaultValues(edited)
	if err != nil {
		return nil, err
	}
	if err := validation.Validate(beforeEnvironment(dict)); err != nil {
		return nil, err
	}
	for section, parts := range same {
		all, ok := dict[section].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s is no mapping any more", section)
		}
		maps.Copy(all, parts)
	}
	return dict, nil
}

// isSame reports whether two values are one mapping, not two that are alike.
func isSame(a, b any) bool {
	x, isMapping := a.(map[string]any)
	y, wasMapping := b.(map[string]any)
	return isMapping && wasMapping && reflect.ValueOf(x).Pointer() == reflect.ValueOf(y).Pointer()
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
	if r.direct { // an edit of a project that was loaded directly most likely can be bound directly, too
		if project, ok := direct.Project(r.derived, r.dir, r.env, options); ok {
			r.project = project
			r.project.ComposeFiles = slices.Clone(r.files)
			return nil
		}
		again, _ := clone(r.model).(map[string]any) // what was tried has changed the derived model
		again["name"] = r.name
		var err error
		if r.derived, err = loader.Normalize(again, r.env); err != nil {
			return err
		}
	}
	project, err := loader.ModelToProject(r.derived, options, details)
	if err != nil {
		return fmt.Errorf("resolve the model: %w", err)
	}
	r.project = project
	r.project.ComposeFiles = slices.Clone(r.files)
	return nil
}

// imagesAfter returns what is known of the images of an edited project: what was known before, where build and image
// are the same.
func (r *run) imagesAfter(before *Loaded) map[string]source.ImageFacts {
	images := map[string]source.ImageFacts{}
	changed := &types.Project{Services: types.Services{}, Jobs: types.Jobs{}}
	now, then := source.BuildsOf(r.project), source.BuildsOf(before.Project)
	same := func(name string, is, was *types.ContainerSpec, build, built *types.BuildConfig) bool {
		if !reflect.DeepEqual(now.Of(build, is), then.Of(built, was)) || is.Platform != was.Platform || is.Image != was.Image && !strings.HasPrefix(was.Image, is.Image+"@") {
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
	addDistributions(changed, found)
	maps.Copy(found, images)
	return found
}
