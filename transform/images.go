package transform

import (
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
)

// imageFacts returns what is known about a service's image: what the project's own Dockerfile and transship.lock state, and
// for the rest what the built-in table knows about the image, or about the one that the Dockerfile starts from.
func (p *project) imageFacts(s *service) source.ImageFacts {
	row, known := s.imageRow()
	if !known {
		return p.in.Images[s.name]
	}
	return source.MergeFacts(p.in.Images[s.name], rowFacts(row))
}

// rowFacts returns what a row of the built-in table says.
func rowFacts(row images.Image) source.ImageFacts {
	facts := source.ImageFacts{
		Source: "the built-in table of images, from " + row.Source,
		Ports:  row.Ports, PortsKnown: len(row.Ports) > 0, Volumes: row.Volumes, DataDirs: row.DataDirs, ContentDirs: row.ContentDirs,
		Shell: row.Shell, ShellKnown: row.Shell, User: row.User,
	}
	if row.Process != nil {
		facts.UID, facts.GID = new(row.Process.UID), new(row.Process.GID)
	}
	for _, name := range sortedKeys(row.Users) {
		if facts.Users == nil {
			facts.Users = map[string]source.ImageUser{}
		}
		facts.Users[name] = source.ImageUser{UID: new(row.Users[name].UID), GID: new(row.Users[name].GID)}
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
	return known || u.facts.Locked && u.facts.ShellKnown
}

// isImageUserUnknown reports whether nothing tells which user the image runs as.
func (s *service) isImageUserUnknown() bool {
	_, known := s.imageRow()
	return !known && s.facts.User == "" && s.facts.UID == nil && s.facts.BaseImage != "scratch" && !s.facts.ConfigKnown
}

// emptyDirectories returns the directories that the program of the image insists on finding empty when it starts first.
func (u *unit) emptyDirectories() []string {
	row, _ := u.imageRow()
	if dir := u.spec.Environment[row.EmptyDirVariable]; row.EmptyDirVariable != "" && dir != nil {
		return []string{*dir}
	}
	return row.EmptyDirs
}

// imageUser returns the numbers of a user of the image by name, nil for those that are not known.
func (u *unit) imageUser(name string) *images.Owner {
	known, ok := u.facts.Users[name]
	if !ok || known.UID == nil {
		return nil
	}
	owner := images.Owner{UID: *known.UID}
	if known.GID != nil {
		owner.GID = *known.GID
	}
	return &owner
}
