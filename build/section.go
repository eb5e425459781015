package build

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// section turns a build section into the arguments of `docker build` or `podman build`, for engines without docker
// compose.
type section struct {
	engine   *Engine
	target   Target
	project  *types.Project
	images   map[string]string // of the services that others build from: the names they have in the engine
	options  Options
	buildx   bool // `docker buildx build`, which knows more keys than `docker build`
	timeless bool // no step has a time, so that the same content is the same image although nothing comes from a cache
	args     []string
	buildKit bool // the classic builder of Docker does not know one of the keys
	findings diag.List
}

func (s *section) add(args ...string) { s.args = append(s.args, args...) }

// command returns the arguments behind the program, and the Dockerfile if it stands in the project.
func (s *section) command(tags []string, platform string) (args []string, dockerfile string) {
	b := s.target.Section
	switch {
	case s.buildx:
		s.add("buildx", "build")
	case s.engine.podman:
		s.add("build", "--format", "docker") // the OCI form has no healthcheck
	case s.engine.buildx && s.engine.isClassic():
		s.add("buildx", "build")
	default:
		s.add("build")
	}
	if !s.buildx && s.engine.buildx && s.engine.builder.isApart() {
		s.add("--load")
	}
	if s.timeless {
		s.add("--timestamp", "0")
	}
	for _, tag := range tags {
		s.add("--tag", tag)
	}
	if !s.buildx { // which would push them
		for _, tag := range b.Tags {
			s.add("--tag", tag)
		}
	}
	if platform != "" {
		s.add("--platform", platform)
	}
	switch {
	case b.DockerfileInline != "":
		s.add("--file", "-")
	case b.Dockerfile != "":
		s.add("--file", s.dockerfile())
	}
	s.values()
	s.network()
	s.caches()
	s.secrets()
	s.contexts()
	s.unknown()
	s.add(b.Context)
	return s.args, b.DockerfileInline
}

// dockerfile returns the path of the Dockerfile: Compose counts it from the context, the engines from where they run.
func (s *section) dockerfile() string {
	b := s.target.Section
	if filepath.IsAbs(b.Dockerfile) || isRemote(b.Context) {
		return b.Dockerfile
	}
	return filepath.Join(b.Context, b.Dockerfile)
}

// isRemote reports whether a context is a repository or an archive rather than a directory.
func isRemote(dir string) bool {
	return strings.Contains(dir, "://") || strings.HasPrefix(dir, "git@") || strings.HasPrefix(dir, "github.com/")
}

func (s *section) values() {
	b := s.target.Section
	if b.Target != "" {
		s.add("--target", b.Target)
	}
	for _, name := range sorted.Keys(b.Args) {
		s.add("--build-arg", pair(name, b.Args[name]))
	}
	for _, arg := range s.options.Args {
		s.add("--build-arg", arg)
	}
	for _, name := range sorted.Keys(b.Labels) {
		s.add("--label", name+"="+b.Labels[name])
	}
	if b.NoCache || s.options.NoCache {
		s.add("--no-cache")
	}
	if b.Pull || s.options.Pull {
		s.add("--pull")
	}
}

// pair is NAME=value, or the name alone for a value of the environment.
func pair(name string, value *string) string {
	if value == nil {
		return name
	}
	return name + "=" + *value
}

func (s *section) network() {
	b := s.target.Section
	if b.Network != "" {
		s.add("--network", b.Network)
	}
	for _, host := range sorted.Keys(b.ExtraHosts) {
		for _, address := range b.ExtraHosts[host] {
			s.add("--add-host", host+":"+address)
		}
	}
	if b.ShmSize > 0 {
		s.add("--shm-size", strconv.FormatInt(int64(b.ShmSize), 10))
	}
	for _, name := range sorted.Keys(b.Ulimits) {
		limit := b.Ulimits[name]
		value := strconv.Itoa(limit.Single)
		if limit.Single == 0 {
			value = strconv.Itoa(limit.Soft) + ":" + strconv.Itoa(limit.Hard)
		}
		s.add("--ulimit", name+"="+value)
	}
}

func (s *section) caches() {
	b := s.target.Section
	for _, from := range b.CacheFrom {
		s.add("--cache-from", from)
	}
	for _, to := range b.CacheTo {
		s.add("--cache-to", to)
		s.buildKit = true
	}
}

func (s *section) secrets() {
	b := s.target.Section
	for _, secret := range b.Secrets {
		id := secret.Target
		if id == "" {
			id = secret.Source
		}
		from := s.project.Secrets[secret.Source]
		switch {
		case from.Environment != "":
			s.add("--secret", "id="+id+",env="+from.Environment)
		case from.File != "":
			s.add("--secret", "id="+id+",src="+from.File)
		default:
			s.say("secrets", "secret "+secret.Source+" is not given to the build: only one with `file` or `environment` can be")
		}
		s.buildKit = true
	}
	for _, key := range b.SSH {
		value := key.ID
		if key.Path != "" {
			value += "=" + key.Path
		}
		s.add("--ssh", value)
		s.buildKit = true
	}
}

// contexts adds further contexts; service:NAME is the image of another service.
func (s *section) contexts() {
	b := s.target.Section
	for _, name := range sorted.Keys(b.AdditionalContexts) {
		value := b.AdditionalContexts[name]
		if service, is := strings.CutPrefix(value, servicePrefix); is {
			scheme := "docker-image://"
			if s.engine.podman {
				scheme = "container-image://"
			}
			value = scheme + s.images[service]
		}
		s.add("--build-context", name+"="+value)
		s.buildKit = true
	}
}

// servicePrefix marks a context that is the image of another service.
const servicePrefix = "service:"

// unknown names the keys that the builder has no word for.
func (s *section) unknown() {
	b := s.target.Section
	if s.buildx {
		s.moreOfBuildx()
	}
	for _, key := range []struct {
		name    string
		set     bool
		builder string // what knows it
	}{
		{"entitlements", len(b.Entitlements) > 0, "buildx"},
		{"isolation", b.Isolation != "", "Docker on Windows"},
		{"no_cache_filter", len(b.NoCacheFilter) > 0, "buildx"},
		{"privileged", b.Privileged, "no builder"},
		{"provenance", b.Provenance != "", "buildx"},
		{"sbom", b.SBOM != "", "buildx"},
	} {
		if key.set && (!s.buildx || key.builder != "buildx") {
			s.say(key.name, key.name+" is left out of the build: "+key.builder+" knows it, "+s.engine.Program+" build does not")
		}
	}
}

// moreOfBuildx adds the keys that buildx alone knows.
func (s *section) moreOfBuildx() {
	b := s.target.Section
	for _, entitlement := range b.Entitlements {
		s.add("--allow", entitlement)
	}
	for _, stage := range b.NoCacheFilter {
		s.add("--no-cache-filter", stage)
	}
	if b.Provenance != "" {
		s.add("--provenance", b.Provenance)
	}
	if b.SBOM != "" {
		s.add("--sbom", b.SBOM)
	}
}

func (s *section) say(key, message string) {
	t := s.target
	t.Path = t.Path.Key(key)
	s.findings.Add(t.finding("build-key", message, "install docker compose, which hands the whole build section to Docker"))
}
