package transform

import (
	"slices"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
)

// imageFacts returns what is known about a service's image: what the project's own Dockerfile states, and for the rest what
// the built-in table knows about the image, or about the one that the Dockerfile starts from.
func (p *project) imageFacts(s *service) source.ImageFacts {
	facts := p.in.Images[s.name]
	row, known := s.imageRow()
	if !known {
		return facts
	}
	if facts.Source == "" {
		facts.Source = "the built-in table of images, from " + row.Source
	} else {
		facts.Source += ", and the built-in table of images, from " + row.Source
	}
	facts.Ports = union(facts.Ports, row.Ports)
	facts.Volumes = union(facts.Volumes, row.Volumes)
	facts.DataDirs = union(facts.DataDirs, row.DataDirs)
	facts.ContentDirs = union(facts.ContentDirs, row.ContentDirs)
	facts.Shell = facts.Shell || row.Shell
	switch {
	case facts.User != "" && facts.UID == nil:
		if owner, ok := row.Users[facts.User]; ok {
			facts.UID, facts.GID = &owner.UID, &owner.GID
		}
	case facts.User == "":
		facts.User = row.User
		if row.Process != nil {
			facts.UID, facts.GID = new(row.Process.UID), new(row.Process.GID)
		}
	}
	return facts
}

// imageRow returns the row of the built-in table for the image that the service runs or is built from.
func (s *service) imageRow() (images.Image, bool) {
	if s.config.Build != nil {
		return images.Lookup(s.in.Images[s.name].BaseImage)
	}
	return images.Lookup(s.config.Image)
}

// imageKnown reports whether it is known which directories of the image have content.
func (u *unit) imageKnown() bool {
	_, known := u.imageRow()
	return known
}

// isImageUserUnknown reports whether nothing tells which user the image runs as.
func (s *service) isImageUserUnknown() bool {
	_, known := s.imageRow()
	return !known && s.facts.User == "" && s.facts.UID == nil && s.facts.BaseImage != "scratch"
}

// emptyDirectories returns the directories that the program of the image insists on finding empty when it starts first.
func (u *unit) emptyDirectories() []string {
	row, _ := u.imageRow()
	if dir := u.spec.Environment[row.EmptyDirVariable]; row.EmptyDirVariable != "" && dir != nil {
		return []string{*dir}
	}
	return row.EmptyDirs
}

// imageUser returns the numbers of a user whom the built-in table knows by name, nil for others.
func (u *unit) imageUser(name string) *images.Owner {
	row, _ := u.imageRow()
	if owner, known := row.Users[name]; known {
		return &owner
	}
	return nil
}

// union returns the values of both lists, sorted, each once.
func union(a, b []string) []string {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
