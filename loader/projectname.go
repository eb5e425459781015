package loader

import (
	"context"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
)

// nameProject decides the project's name: the option, COMPOSE_PROJECT_NAME, `name` of the last file that has one, or
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
	if r.name == "" { // also where `name: ${VARIABLE}` has no value
		r.name = loader.NormalizeProjectName(filepath.Base(r.dir))
	}
	if r.name == "" {
		r.fail(diag.Finding{
			Code:    "project-name",
			Message: "the project has no name: the directory " + r.dir + " holds no letter or digit that a name could use",
			Help:    "give one with -p, or write name: at the top of the compose file",
		})
	}
	r.env[consts.ComposeProjectName] = r.name
	for _, b := range r.main.All() {
		b.Env[consts.ComposeProjectName] = r.name
	}
	return nil
}

// namedInFiles returns the `name` of the last file that has one, or nothing.
func (r *run) namedInFiles() string {
	name := ""
	for _, d := range r.main.Docs {
		for _, root := range d.Roots {
			if n := document.Deref(document.Child(root, "name")); n != nil && n.Value != "" {
				name = n.Value
			}
		}
	}
	resolved, err := r.vars.Substitute(name, r.env.Resolve)
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
