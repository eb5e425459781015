package naming

import "github.com/transship/transship/transform/input"

// unseenPrograms returns the services of which nothing tells what program they run: the image is neither in the table nor built here.
func unseenPrograms(p *input.Project) []*input.Service {
	var list []*input.Service
	for _, s := range p.Services {
		if _, known := s.ImageRow(); !known && s.Build() == nil && !s.IsExternal() {
			list = append(list, s)
		}
	}
	return list
}
