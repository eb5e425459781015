package loader

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/utils"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// nameProject settles the project's name: the option, COMPOSE_PROJECT_NAME, `name` of the last file that has one, or
// the directory. It must be known before interpolation, which may use ${COMPOSE_PROJECT_NAME}.
// Source: docker compose, withNamePrecedenceLoad of compose-go.
func (r *run) nameProject(context.Context) error {
	given, origin := r.options.ProjectName, "the project name"
	if given == "" {
		given, origin = r.env[consts.ComposeProjectName], "COMPOSE_PROJECT_NAME"
	}
	if given != "" {
		if loader.NormalizeProjectName(given) != given {
			r.fail(diag.Finding{
				Code:    "project-name",
				Message: origin + " \"" + given + "\" is invalid: it may hold lower-case letters, digits, - and _, and starts with a letter or digit",
				Help:    "use " + suggestion(loader.NormalizeProjectName(given), "another name"),
			})
		}
		r.name = given
	} else {
		r.name = loader.NormalizeProjectName(r.namedInFiles())
	}
	if r.name == "" {
		r.fail(diag.Finding{
			Code:    "project-name",
			Message: "the project has no name: the directory " + r.dir + " holds no letter or digit that a name could use",
			Help:    "give one with -p, or write name: at the top of the compose file",
		})
	}
	r.env[consts.ComposeProjectName] = r.name
	for _, b := range r.main.all() {
		b.env[consts.ComposeProjectName] = r.name
	}
	return nil
}

// namedInFiles returns the `name` of the last file that has one, else the name of the project directory.
func (r *run) namedInFiles() string {
	name := ""
	for _, d := range r.main.docs {
		for _, root := range d.roots {
			if n := deref(child(root, "name")); n != nil && n.Value != "" {
				name = n.Value
			}
		}
	}
	if name == "" {
		return filepath.Base(r.dir)
	}
	resolved, err := r.vars.substitute(name, r.env.Resolve)
	if err != nil {
		return "" // compose-go meets the same value and words the error
	}
	return resolved
}

func suggestion(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return "\"" + value + "\""
}

// resolveProject hands the files to compose-go: merge, interpolation, include, extends, validation, normalization and
// consistency checks are all its own.
func (r *run) resolveProject(ctx context.Context) (*types.Project, error) {
	r.locator = newLocator(r.main)
	details := types.ConfigDetails{WorkingDir: r.dir, Environment: r.env}
	for _, d := range r.main.docs {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: d.path, Content: d.withoutVersion()})
	}
	project, err := loader.LoadWithContext(ctx, details, r.configure)
	r.locator.model = r.model
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.explain(err)
		return nil, r.failed()
	}
	project.ComposeFiles = slices.Clone(r.files)
	if len(r.options.Services) > 0 {
		project = project.WithoutUnnecessaryResources()
	}
	return r.resolveEnvironment(project)
}

// withoutVersion is the text with the obsolete `version` line made a comment. compose-go would ignore the key as well,
// but says so through the logger of the whole process; losses reports it instead.
func (d *document) withoutVersion() []byte {
	text := d.text
	for _, root := range d.roots {
		key, value := entry(root, "version")
		if key == nil || key.Column != 1 || key.Line != value.Line || value.Tag != "!!str" || root.Style&yaml.FlowStyle != 0 {
			continue
		}
		d.lineFrom(1, 1) // fills d.lines
		at := d.lines[key.Line-1]
		if bytes.HasPrefix(text[at:], []byte("version")) && len(root.Content) > 2 && d.scalarWidth(value) > 0 {
			text = bytes.Clone(text)
			text[at] = '#'
		}
	}
	return text
}

// configure sets compose-go's options as docker compose does, and hooks into the three places where it would lose
// something: interpolation (unset variables), the model before derived keys are added, and the order in which env
// files are read (they are checked first, so that all that are missing are reported, and none is a device).
func (r *run) configure(o *loader.Options) {
	o.SetProjectName(r.name, true)
	o.Profiles = r.profiles()
	o.SelectedServices = r.options.Services
	o.ConvertWindowsPaths = utils.StringToBool(r.env["COMPOSE_CONVERT_WINDOWS_PATHS"])
	o.MaxNodeVisits = maxNodes
	o.SkipResolveEnvironment = true
	o.SkipResolveLabels = true
	o.Interpolate.Substitute = r.vars.substitute
	o.Interpolate.TypeCastMapping = r.neededCasts(o.Interpolate.TypeCastMapping)
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
