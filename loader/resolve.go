package loader

import (
	"context"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"

	"github.com/transship/transship/loader/diagnosis"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// resolveProject hands the files to compose-go: merge, interpolation, include, extends, validation, normalization and
// consistency checks are all its own.
func (r *run) resolveProject(ctx context.Context) (*types.Project, error) {
	r.locator = position.New(r.main)
	details := types.ConfigDetails{WorkingDir: r.dir, Environment: r.env}
	for _, d := range r.main.Docs {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: d.Path, Content: d.WithoutVersion()})
	}
	project, err := loader.LoadWithContext(ctx, details, r.configure)
	r.locator.Model = r.model
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.failures = append(r.failures, r.attempt().Explain(err)...)
		return nil, r.failed()
	}
	project.ComposeFiles = slices.Clone(r.files)
	if len(r.options.Services) > 0 {
		project = project.WithoutUnnecessaryResources()
	}
	return r.resolveEnvironment(project)
}

// configure sets compose-go's options as docker compose does, and hooks into the three places where it would lose
// something: interpolation (unset variables), the model before derived keys are added, and the order in which env
// files are read (they are checked first, so that all that are missing are reported, and none is a device).
func (r *run) configure(o *loader.Options) {
	o.SetProjectName(r.name, true)
	o.Profiles = r.profiles()
	o.SelectedServices = r.options.Services
	o.ConvertWindowsPaths = utils.StringToBool(r.env["COMPOSE_CONVERT_WINDOWS_PATHS"])
	o.MaxNodeVisits = document.MaxNodes
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

// attempt is what the wording of an error of compose-go needs to know.
func (r *run) attempt() *diagnosis.Attempt {
	return &diagnosis.Attempt{
		Files: r.main, Locator: r.locator, Model: r.model, Profiles: r.profiles(), Dir: r.dir, Sources: r.texts,
	}
}
