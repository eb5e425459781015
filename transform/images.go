package transform

import "github.com/transship/transship/source"

// imageFacts returns what is known about a service's image: what the project's own Dockerfile states, then what the
// built-in table knows.
func (p *project) imageFacts(s *service) source.ImageFacts { return p.in.Images[s.name] }
