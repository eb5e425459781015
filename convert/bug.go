package convert

import (
	"errors"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform"
)

// InternalError is a panic inside of the conversion that became an error: a mistake of this program or of one of its libraries,
// never of the user. It names the service that was being converted, where that could be found out, and the calls that
// led to it.
type InternalError = guard.InternalError

// converted calls transform. A panic becomes a [*InternalError] with the place of the service that causes it.
func converted(in transform.Input) (transform.Result, error) {
	out, err := attempt(in)
	if bug, is := errors.AsType[*InternalError](err); is {
		place(bug, in)
	}
	return out, err
}

func attempt(in transform.Input) (transform.Result, error) {
	return guard.Catch("converting the project", func() (transform.Result, error) { return transform.Transform(in) })
}

// maxSuspects bounds how many services are tried on their own after a panic.
const maxSuspects = 200

// place finds the service behind a panic: the first whose conversion panics when it is alone in the project.
func place(bug *InternalError, in transform.Input) {
	project := *in.Project
	in.Project = &project
	suspects := in.Project.ServiceNames()
	services, jobs := project.Services, project.Jobs
	for _, name := range suspects[:min(len(suspects), maxSuspects)] {
		project.Services, project.Jobs = types.Services{name: services[name]}, nil
		if panics(in) {
			bug.Path = diag.At("services", name)
			break
		}
	}
	for _, name := range sorted.Keys(jobs) {
		if len(bug.Path) > 0 {
			break
		}
		project.Services, project.Jobs = nil, types.Jobs{name: jobs[name]}
		if panics(in) {
			bug.Path = diag.At("jobs", name)
		}
	}
	if len(bug.Path) > 0 && in.Locate != nil {
		bug.Range, _ = guard.Catch("locating the bug", func() (diag.Range, error) { return in.Locate(bug.Path), nil })
	}
}

func panics(in transform.Input) bool {
	_, err := attempt(in)
	return err != nil
}
