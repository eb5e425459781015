package convert

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/podtemplate"
)

// Running returns the whole project that was decided over, and the services and jobs whose containers the objects have:
// those that are asked for, or if none is, those that the project was loaded for, and whoever shares a Pod with them. Nil is
// all of them. Nothing in the project may be changed.
func (r *Result) Running(asked []string) (whole *types.Project, services []string) {
	if len(asked) == 0 {
		asked = r.scope.services
	}
	if asked == nil {
		return r.scope.whole.Project, nil
	}
	services = slices.Clone(asked)
	for _, o := range r.Objects {
		own := r.Origins[o].Services
		if podtemplate.Read(o) != nil && slices.ContainsFunc(own, func(name string) bool { return slices.Contains(asked, name) }) {
			services = append(services, own...)
		}
	}
	slices.Sort(services)
	return r.scope.whole.Project, slices.Compact(services)
}
