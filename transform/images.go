package transform

import (
	"github.com/transship/transship/source"
)

// imageFacts returns what is known about a service's image: what the project's own Dockerfile states, then what the
// built-in table knows.
func (p *project) imageFacts(s *service) source.ImageFacts { return p.in.Images[s.name] }

// imageKnown reports whether anything is known about what is in the image.
func (u *unit) imageKnown() bool { return u.facts.Source != "" }

// emptyDirectories returns the directories that the program of the image insists on finding empty when it starts first.
func (u *unit) emptyDirectories() []string { return nil }
