package loader

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/diagnosis"
)

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
	services := slices.Sorted(maps.Keys(r.project.AllServices()))
	name := strings.TrimPrefix(err.Error(), "no such service: ")
	at := diag.At("services", name)
	r.fail(diag.Finding{
		Code: "no-such-service", Path: at,
		Message: "there is no service " + name,
		Help:    suggest.DidYouMean(name, services, "choose among "+strings.Join(services, ", ")),
	})
}
