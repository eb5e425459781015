package input

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/images"
)

// plainBases match images of systems and languages, which have no program of their own that would tell what is built on them.
var plainBases = pattern.New(`(?i)(^|/)(alpine|debian|ubuntu|busybox|centos|fedora|rockylinux|almalinux|amazonlinux|opensuse|ubi\d\w*|static|base|cc|wolfi-base|scratch|buildpack-deps|` +
	`python\d*|node|nodejs\w*|golang|go|ruby|php|java\d*|openjdk|eclipse-temurin|amazoncorretto|rust|perl|elixir|erlang|swift|dart|bun|deno|maven|gradle|sdk|runtime|aspnet|runtime-deps)([-:@]|$)`)

// publicBases match the repositories in which the images of systems and languages are as they were made.
var publicBases = pattern.New(`^(docker\.io/(library|oven|denoland)/|gcr\.io/distroless/|mcr\.microsoft\.com/|cgr\.dev/chainguard/|ghcr\.io/astral-sh/|public\.ecr\.aws/amazonlinux/|registry\.access\.redhat\.com/)`).
	Holding("docker.io/", "gcr.io/", "mcr.microsoft.com/", "cgr.dev/", "ghcr.io/", "ecr.aws/", "redhat.com/")

// StartsPlain reports whether the project builds the image of a service on one of a system or a language, which has no files of a program.
func (s *Service) StartsPlain() bool {
	base := s.stated.BaseImage
	return s.build != nil && base != "" && (base == "scratch" || plainBases.MatchString(base) && publicBases.MatchString(images.Repository(base)))
}

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

// Repository returns the repository of the image of the service, as docker.io/library/postgres.
func (s *Service) Repository() string { return images.Repository(s.Config.Image) }

// Family returns the maker of the product of several images that the image of the service is of, "" if it is of none.
func (s *Service) Family() string { return images.Family(s.Config.Image) }

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

// ImageNames returns the names by which the program of a container is known.
func (c *Container) ImageNames() []string {
	if c.hasOtherImage() {
		return []string{c.Spec.Image}
	}
	return c.Service.ImageNames()
}

// DataPlaces returns where the image of a container keeps data, by its name, if its versions differ in that.
func (c *Container) DataPlaces() (places images.Places, name string, ok bool) {
	if names := c.ImageNames(); len(names) > 0 {
		places, ok = images.PlacesOf(names[0])
		return places, names[0], ok
	}
	return images.Places{}, "", false
}

// StartsAnother reports whether the Dockerfile of a service starts another program than the image that it is built on.
func (s *Service) StartsAnother() bool {
	command := slices.Concat(s.stated.Entrypoint, s.stated.Cmd)
	if s.build == nil || len(command) == 0 || len(s.stated.Entrypoint) == 0 && strings.HasPrefix(command[0], "-") { // options of the program of its base
		return false
	}
	if s.script != "" {
		return !startsServer.MatchString(s.script)
	}
	for _, t := range s.stated.Texts {
		if t.Place == command[0] || path.Base(t.Place) == command[0] { // a script of the project
			return !startsServer.MatchString(t.Text)
		}
	}
	return startsAnother(s.stated.BaseImage, command)
}

// GoesOn reports whether a script goes on with the program of an image, as far as its words tell.
func GoesOn(script string) bool { return startsServer.MatchString(script) }

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

// hasOtherImage reports whether a pre_start hook names an image that is not the one of its service.
func (c *Container) hasOtherImage() bool {
	return c.IsHook && c.Spec.Image != "" && c.Spec.Image != c.Service.Config.Image
}

// Docker builds the official images in a namespace for each architecture as well, and others have the architecture at the beginning or the end
// of a tag. Source: https://github.com/docker-library/official-images#architectures-other-than-amd64
var (
	archNamespace = pattern.New(`^(?:docker\.io/)?(arm32v[567]|arm64v8|amd64|i386|ppc64le|riscv64|s390x|mips64le)/[^/]+$`).Holding("arm32v", "arm64v8", "amd64", "i386", "ppc64le", "riscv64", "s390x", "mips64le")
	archTag       = pattern.New(`:(?:(arm32v[567]|arm64v8|armhf|armv7|aarch64|arm64|amd64)-[^/@]*|[^/@]*[-.](arm32v[567]|arm64v8|armhf|armv7|aarch64|arm64|amd64))(?:@|$)`).Holding("arm32v", "arm64", "armhf", "armv7", "aarch64", "amd64")
)

// imagePlatform returns the platform that the name of an image says it is made for, "" if it says none.
func imagePlatform(image string) string {
	arch := ""
	if m := archNamespace.FindStringSubmatch(image); m != nil {
		arch = m[1]
	} else if m := archTag.FindStringSubmatch(image); m != nil {
		arch = m[1] + m[2]
	}
	switch {
	case arch == "":
		return ""
	case arch == "arm64v8" || arch == "aarch64":
		arch = "arm64"
	case arch != "arm64" && strings.HasPrefix(arch, "arm"):
		arch = "arm"
	case arch == "i386":
		arch = "386"
	}
	return "linux/" + arch
}
