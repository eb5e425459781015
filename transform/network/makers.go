package network

import (
	"fmt"
	"slices"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/workload"
)

// makers are the services whose images are of a family, by its maker and a network that they are on.
type makers map[string][]*input.Service

// newMakers returns the makers of the images of a project.
func newMakers(p *input.Project, w *workload.Workloads) makers {
	m := makers{}
	for _, s := range p.Services {
		maker := makerOf(s)
		if maker == "" {
			continue
		}
		for _, network := range w.Networks(s) {
			m[maker+" "+network] = append(m[maker+" "+network], s)
		}
	}
	return m
}

// makerOf returns the maker of the family that the image of a service is of, "" if of none or if its ports are known.
func makerOf(s *input.Service) string {
	if _, known := s.ImageRow(); known || s.Build() != nil {
		return ""
	}
	return s.Family()
}

// doubt names a peer whose image may know ports of a service that no text names, "" if there is none. Where a peer is told a port of it that is
// known, it is called as the texts say.
func (m makers) doubt(w *workload.Workloads, n *naming.Names, s *input.Service, known map[int32]bool) string {
	maker := makerOf(s)
	if maker == "" {
		return ""
	}
	isTold := func(name string) bool {
		return slices.ContainsFunc(n.Mentions(name), func(m naming.Mention) bool { return w.Pod(m.By) != w.Pod(s) && known[mentionedPort(s, m)] })
	}
	if slices.ContainsFunc(namesOf(n, s), isTold) {
		return ""
	}
	own := s.Repository()
	for _, network := range w.Networks(s) {
		for _, peer := range m[maker+" "+network] {
			if w.Pod(peer) != w.Pod(s) && peer.Repository() != own {
				return fmt.Sprintf("the image of %s is of the same product, and may have ports of it built in", peer.Name)
			}
		}
	}
	return ""
}
