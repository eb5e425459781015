package network

import (
	"slices"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
)

// namesOf returns every name that leads to a service, each once.
func namesOf(known *naming.Names, s *input.Service) []string {
	var list []string
	for _, n := range known.OfService(s) {
		list = append(list, n.Name)
	}
	for _, a := range known.Aliases {
		if slices.Contains(a.Providers, s) {
			list = append(list, a.Name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
