package naming

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
)

// mayBeAskedUnseen reports whether a program of which nothing is known may ask for the name of a container. The texts of the project tell whom its
// services ask; that of a service which no text names at all is in a program that is not here, and which of its names that is, is not known.
// A server that is published and keeps no data is asked by users.
func (d *namer) mayBeAskedUnseen(n DNSName) bool {
	s := n.Service
	row, _ := s.ImageRow()
	if n.Source != OfContainer || len(s.Config.Ports) > 0 && len(row.DataDirs) == 0 || len(s.Config.Expose)+len(s.Config.Ports)+len(s.Facts.Ports) == 0 {
		return false
	}
	for _, own := range d.own[s] {
		if slices.ContainsFunc(d.mentions.of[strings.ToLower(own.Name)], func(m Mention) bool { return m.By != s }) {
			return false
		}
	}
	return slices.ContainsFunc(d.project.Services, func(peer *input.Service) bool {
		return d.workloads.Pod(peer) != d.workloads.Pod(s) && isUnseen(peer) &&
			slices.ContainsFunc(d.workloads.Networks(peer), func(network string) bool { return slices.Contains(n.Networks, network) })
	})
}

// isUnseen reports whether nothing tells what program a service runs: its image is neither in the table nor built here.
func isUnseen(s *input.Service) bool {
	_, known := s.ImageRow()
	return !known && s.Build() == nil && !s.IsExternal()
}
