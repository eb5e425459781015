package input

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
)

// imageFacts returns what is known about a service's image: what the project's own Dockerfile and transship.lock state, and
// for the rest what the built-in table knows about the image, or about the one that the Dockerfile starts from.
func imageFacts(s *Service) source.ImageFacts {
	row, known := s.ImageRow()
	if !known {
		return s.stated
	}
	return source.MergeFacts(s.stated, row.Facts())
}

// ImageRow returns the row of the built-in table for the image that the service runs or is built from.
func (s *Service) ImageRow() (images.Image, bool) { return s.row() }

// PublicAddress returns how the program of the service is told its own address, if it has a default that only the machine itself can call.
func (s *Service) PublicAddress() (*images.PublicAddress, bool) {
	names := s.ImageNames()
	if len(names) == 0 {
		return nil, false
	}
	return images.PublicAddressOf(names[0])
}

// ListedUsers returns the users that the table of images names for the image of a service, or for the one that it starts from.
func (s *Service) ListedUsers() []string {
	row, _ := s.ImageRow()
	var list []string
	for _, user := range row.Users {
		list = append(list, user.Name)
	}
	return list
}

// DeclaresVolume reports whether the Dockerfile of a service says itself that a directory is a volume.
func (s *Service) DeclaresVolume(target string) bool {
	return s.build != nil && slices.Contains(s.stated.Volumes, target)
}

// Build returns how the project makes the image of the service: by its own build, or that of another service with the same image; nil where
// it does not.
func (s *Service) Build() *types.BuildConfig { return s.build }

// isImageKnown reports whether it is known which directories of the image have content.
func (s *Service) isImageKnown() bool {
	_, known := s.ImageRow()
	return known || s.Facts.Locked && s.Facts.ShellKnown
}

// IsImageUserUnknown reports whether nothing tells which user the image runs as.
func (s *Service) IsImageUserUnknown() bool {
	_, known := s.ImageRow()
	return !known && s.Facts.User == "" && s.Facts.UID == nil && s.Facts.BaseImage != "scratch" && !s.Facts.ConfigKnown
}

// hookFacts returns what is known about the image of a pre_start hook: that of the service, unless the hook names another.
func (s *Service) hookFacts(hook *types.ContainerSpec, stated source.ImageFacts) (facts source.ImageFacts, isKnown bool) {
	if hook.Image == "" || hook.Image == s.Config.Image {
		return s.Facts, s.isImageKnown()
	}
	facts = stated
	row, known := images.Lookup(hook.Image)
	if known {
		facts = source.MergeFacts(stated, row.Facts())
	}
	return facts, known || facts.Locked && facts.ShellKnown
}

// EmptyDirectories returns the directories that the program of the image insists on finding empty when it starts first.
func (c *Container) EmptyDirectories() []string {
	row, _ := c.Service.ImageRow()
	if dir := c.Spec.Environment[row.EmptyDirVariable]; row.EmptyDirVariable != "" && dir != nil {
		return []string{*dir}
	}
	return row.EmptyDirs
}

// ListedContent returns the directories in which the image of the container has files, as the built-in table has it for that image or the
// one that it is built on.
func (c *Container) ListedContent() []string {
	row, _ := c.Service.ImageRow()
	if c.hasOtherImage() {
		row, _ = images.Lookup(c.Spec.Image)
	}
	return row.ContentDirs
}

// ImageUser returns the numbers of a user of the container's image by name, nil for those that are not known.
func (c *Container) ImageUser(name string) *images.Owner { return userOf(c.Facts, name) }

func userOf(facts source.ImageFacts, name string) *images.Owner {
	known, ok := facts.Users[name]
	if !ok || known.UID == nil {
		return nil
	}
	owner := images.Owner{UID: *known.UID}
	if known.GID != nil {
		owner.GID = *known.GID
	}
	return &owner
}
