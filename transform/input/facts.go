package input

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
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
func (s *Service) ImageRow() (images.Image, bool) {
	if s.build != nil {
		return images.Lookup(s.stated.BaseImage)
	}
	return images.Lookup(s.Config.Image)
}

// plainBases match images of systems and languages, which have no program of their own that would tell what is built on them.
var plainBases = pattern.New(`(?i)(^|/)(alpine|debian|ubuntu|busybox|centos|fedora|rockylinux|almalinux|amazonlinux|opensuse|ubi\d\w*|static|base|cc|wolfi-base|scratch|buildpack-deps|` +
	`python\d*|node|nodejs\w*|golang|go|ruby|php|java\d*|openjdk|eclipse-temurin|amazoncorretto|rust|perl|elixir|erlang|swift|dart|bun|deno|maven|gradle|sdk|runtime|aspnet|runtime-deps)([-:@]|$)`)

// ImageNames returns the names by which the program of a service is known: that of its image; of one that the project builds, that of the image
// which it is built on, unless that is one of a system or a language or the Dockerfile starts another program.
func (s *Service) ImageNames() []string {
	if base := s.stated.BaseImage; s.build != nil && base != "" && !plainBases.MatchString(base) && !s.StartsAnother() {
		return []string{base}
	}
	if s.Config.Image == "" {
		return nil
	}
	return []string{s.Config.Image}
}

// BuildsOver reports whether the image that the project builds has the name of a public one: that of the image which it is built on, or one that
// is known.
func (s *Service) BuildsOver() bool {
	name := s.Config.Image
	if s.Config.Build == nil || name == "" {
		return false
	}
	_, known := images.Lookup(name)
	return known || s.stated.BaseImage != "" && images.Repository(s.stated.BaseImage) == images.Repository(name) || !strings.Contains(name, "/") && plainBases.MatchString(name)
}

// DeclaresVolume reports whether the Dockerfile of a service says itself that a directory is a volume.
func (s *Service) DeclaresVolume(target string) bool {
	return s.build != nil && slices.Contains(s.stated.Volumes, target)
}

// ImageNames returns the names by which the program of a container is known.
func (c *Container) ImageNames() []string {
	if c.IsHook && c.Spec.Image != "" && c.Spec.Image != c.Service.Config.Image {
		return []string{c.Spec.Image}
	}
	return c.Service.ImageNames()
}

// StartsAnother reports whether the Dockerfile of a service starts another program than the image that it is built on.
func (s *Service) StartsAnother() bool {
	command := slices.Concat(s.stated.Entrypoint, s.stated.Cmd)
	if s.build == nil || len(command) == 0 {
		return false
	}
	for _, t := range s.stated.Texts {
		if t.Place == command[0] || path.Base(t.Place) == command[0] { // a script of the project
			return !startsServer.MatchString(t.Text)
		}
	}
	return startsAnother(s.stated.BaseImage, command)
}

// startsServer finds what a script says that goes on with the program of an image.
var startsServer = pattern.New(`docker-entrypoint|entrypoint\.sh|run\.sh|exec\s+"?\$[@*]|\b(mysqld|mariadbd|postgres|redis-server|valkey-server|mongod|rabbitmq-server|elasticsearch|opensearch|grafana|nginx|httpd|apache2|php-fpm|kafka|java|solr|influxd|neo4j|memcached|caddy|haproxy|traefik)\b`)

// startsAnother reports whether the command of a Dockerfile starts another program than the image that it is built on is called after.
// A script may do something first.
func startsAnother(base string, command []string) bool {
	if len(command) == 0 {
		return false
	}
	name, _, _ := strings.Cut(path.Base(strings.ToLower(base)), ":")
	name, _, _ = strings.Cut(name, "@")
	if IsShell(path.Base(command[0])) {
		text := strings.ToLower(strings.Join(command[1:], " "))
		return !strings.Contains(text, name) && !strings.Contains(text, ".sh")
	}
	program := strings.ToLower(path.Base(command[0]))
	return !strings.HasSuffix(program, ".sh") && !strings.Contains(program, "entrypoint") && !strings.Contains(program, name) && !strings.Contains(name, program)
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
	if c.IsHook && c.Spec.Image != "" && c.Spec.Image != c.Service.Config.Image {
		row, _ := images.Lookup(c.Spec.Image)
		return row.ContentDirs
	}
	row, _ := c.Service.ImageRow()
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
