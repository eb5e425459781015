package cmd

import (
	"slices"

	"github.com/transship/transship/cluster"
)

// checkAttached refuses services of --attach and --no-attach that the project does not have.
func (f *upFlags) checkAttached(p *converted) error {
	known := cluster.Services(p.objects)
	for _, name := range slices.Concat(f.attached, f.unattached) {
		if !slices.Contains(known, name) {
			return usagef("--attach, --no-attach: there is no service %q%s", name, didYouMean(name, known))
		}
	}
	return nil
}

// followed returns the services whose logs are shown; none means all.
func (f *upFlags) followed(p *converted) []string {
	if f.attachDependencies && len(f.attached) == 0 && len(f.unattached) == 0 {
		return cluster.Services(p.objects)
	}
	if len(f.attached) > 0 || len(f.unattached) == 0 {
		return append(slices.Clone(f.attached), onlyIf(len(f.attached) == 0, p.services)...)
	}
	var out []string
	for _, name := range cluster.Services(p.objects) {
		if !slices.Contains(f.unattached, name) {
			out = append(out, name)
		}
	}
	return out
}

func onlyIf(yes bool, list []string) []string {
	if yes {
		return list
	}
	return nil
}
