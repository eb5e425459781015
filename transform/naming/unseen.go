package naming

import "github.com/transship/transship/transform/input"

// isUnseen reports whether nothing tells what program a service runs: its image is neither in the table nor built here.
func isUnseen(s *input.Service) bool {
	_, known := s.ImageRow()
	return !known && s.Build() == nil && !s.IsExternal()
}
