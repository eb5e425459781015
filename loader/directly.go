package loader

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"

	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader/direct"
	"github.com/transship/transship/loader/variables"
)

// loadDirectly does the work of loadGenerally for an ordinary project in a fraction of the time. It leaves no
// trace if it declines, and then compose-go's own load answers.
func (r *run) loadDirectly() bool {
	aside := &run{options: r.options, env: r.env, dir: r.dir, name: r.name, main: r.main, vars: variables.Unset{Names: slices.Clone(r.vars.Names)}}
	accepted, err := guard.Catch("reading the project", func() (bool, error) { return aside.acceptDirectly() })
	if err != nil || !accepted {
		return false
	}
	r.model, r.derived, r.vars, r.project = aside.model, aside.derived, aside.vars, aside.project
	r.project.ComposeFiles = slices.Clone(r.files)
	r.locator.Model, r.direct = r.model, true
	return true
}

func (r *run) acceptDirectly() (bool, error) {
	details := r.details()
	options := loader.ToOptions(&details, []func(*loader.Options){r.configure})
	model, ok := direct.Model(r.main.Docs, details.WorkingDir, r.env, options)
	if !ok {
		return false, nil
	}
	r.env[consts.ComposeProjectName] = r.name // as compose-go does
	r.model, _ = clone(model).(map[string]any)
	model["name"] = r.name
	var err error
	if r.derived, err = loader.Normalize(model, r.env); err != nil {
		return false, err
	}
	r.project, ok = direct.Project(r.derived, details.WorkingDir, r.env, options)
	return ok, nil
}
