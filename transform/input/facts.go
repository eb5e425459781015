package input

import (
	"slices"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
)

// imageFacts returns what is known about a service's image: what the project's own Dockerfile states, and for the rest what
// the built-in table knows about the image, or about the one that the Dockerfile starts from.
func imageFacts(s *Service) source.ImageFacts {
	facts := s.stated
	row, known := s.ImageRow()
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

// ImageRow returns the row of the built-in table for the image that the service runs or is built from.
func (s *Service) ImageRow() (images.Image, bool) {
	if s.Config.Build != nil {
		return images.Lookup(s.stated.BaseImage)
	}
	return images.Lookup(s.Config.Image)
}

// IsImageKnown reports whether it is known which directories of the image have content.
func (s *Service) IsImageKnown() bool {
	_, known := s.ImageRow()
	return known
}

// IsImageUserUnknown reports whether nothing tells which user the image runs as.
func (s *Service) IsImageUserUnknown() bool {
	_, known := s.ImageRow()
	return !known && s.Facts.User == "" && s.Facts.UID == nil && s.Facts.BaseImage != "scratch"
}

// EmptyDirectories returns the directories that the program of the image insists on finding empty when it starts first.
func (c *Container) EmptyDirectories() []string {
	row, _ := c.Service.ImageRow()
	if dir := c.Spec.Environment[row.EmptyDirVariable]; row.EmptyDirVariable != "" && dir != nil {
		return []string{*dir}
	}
	return row.EmptyDirs
}

// ImageUser returns the numbers of a user whom the built-in table knows by name, nil for others.
func (s *Service) ImageUser(name string) *images.Owner {
	row, _ := s.ImageRow()
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
