package input

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/images"
)

// Service is a Compose service or job.
type Service struct {
	Name        string              // Compose name
	Path        diag.Path           // services.web or jobs.backup
	Config      types.ServiceConfig // of a job: what jobs and services have in common
	Job         *types.JobConfig    // nil for a service
	Ext         extension.Service
	Facts       source.ImageFacts // what is known about its image
	NetworkMode string            // host, none, service:NAME, container:NAME, a network's name, or "" for the networks it joins
	PublishType Publish           // how its ports are published: its own word, or the option's
	Ports       []Port            // that the file declares
	Listened    []string          // ports on which its mounted settings tell its program to listen
	Joins       []Join            // the services of the project whose namespaces its keys name

	platform   string
	build      *types.BuildConfig
	stated     source.ImageFacts // what the Dockerfile of the build states
	containers []*Container
	script     string                      // the text of the file of the project that is mounted in place of the program of the Dockerfile, "" if none is
	mounted    func() string               // see Project.MountedText
	settings   func() string               // see Project.SettingsText
	row        func() (images.Image, bool) // see ImageRow
	rootPeer   string                      // a service of the same image that asks for root, which the image by itself is then hardly
}

// Key returns the path of a key of the service.
func (s *Service) Key(keys ...string) diag.Path { return s.Path.Key(keys...) }

// Scale returns how many containers Compose makes of the service. 0 is a legal number.
func (s *Service) Scale() int32 { return int32(min(max(s.Config.GetScale(), 0), 1<<30)) }

// WishedName returns the name that the objects of the service are made from: kompose.service.name_override or its own.
func (s *Service) WishedName() string {
	if s.Ext.Name != "" {
		return s.Ext.Name
	}
	return s.Name
}

// IsExternal reports whether the service only stands for something outside the project, which x-kubernetes.externalName
// names. With external_links, externalName says where those lead.
func (s *Service) IsExternal() bool {
	return s.Ext.ExternalName != "" && len(s.Config.ExternalLinks) == 0
}

// Awaits reports whether the service starts only when another one is healthy.
func (s *Service) Awaits(other *Service) bool {
	d, found := s.Config.DependsOn[other.Name]
	return found && d.Condition == types.ServiceConditionHealthy
}

// HasHealthcheck reports whether the file gives the service a healthcheck, or times for the one of its image.
func (s *Service) HasHealthcheck() bool {
	h := s.Config.HealthCheck
	return h != nil && !h.Disable && (len(h.Test) == 0 || h.Test[0] != "NONE")
}

// PublishWishes returns what x-kubernetes.publish says, the zero value if nothing.
func (s *Service) PublishWishes() extension.Publish {
	if s.Ext.Publish == nil {
		return extension.Publish{}
	}
	return *s.Ext.Publish
}

// Container returns the service's own container.
func (s *Service) Container() *Container { return s.containers[0] }

// Containers returns the service's own container and those of its hooks.
func (s *Service) Containers() []*Container { return s.containers }

func containersOf(s *Service, facts map[string]source.ImageFacts) []*Container {
	list := []*Container{{Service: s, At: s.Path, Spec: &s.Config.ContainerSpec, Facts: s.Facts, IsImageKnown: s.isImageKnown()}}
	for i := range s.Config.PreStart {
		hook := &Container{Service: s, At: s.Key("pre_start").Index(i), Spec: &s.Config.PreStart[i].ContainerSpec, IsHook: true}
		hook.Facts, hook.IsImageKnown = s.hookFacts(hook.Spec, facts[source.HookName(s.Name, i)])
		list = append(list, hook)
	}
	return list
}

// windowsImage matches the images of Windows itself, of which Linux can run none.
var windowsImage = pattern.New(`^mcr\.microsoft\.com/(windows(/|[:@]|$)|dotnet/framework/|powershell:.*(nanoserver|servercore)|.*:[^/]*(nanoserver|windowsservercore))`).Starting("m")

// Platform returns the platform that the containers of the service run on: what `platform` says, or windows where nothing else can be
// meant, "" if nothing tells.
func (s *Service) Platform() string { return s.platform }

// platformOf decides Platform. Only Windows has isolation modes, paths with a drive, and its own images.
func platformOf(c *types.ServiceConfig) string {
	isolation := strings.ToLower(c.Isolation)
	onDrive := func(v types.ServiceVolumeConfig) bool {
		return v.Source != "" && strings.Contains(v.Target, `\`) && IsDrivePath(v.Target)
	}
	switch {
	case c.Platform != "":
		return strings.ToLower(c.Platform)
	case isolation == "process" || isolation == "hyperv" || windowsImage.MatchString(c.Image) || slices.ContainsFunc(c.Volumes, onDrive):
		return "windows"
	case c.Build == nil:
		return imagePlatform(c.Image)
	}
	return ""
}

// IsWindows reports whether the containers of the service run on Windows, where users and paths are other ones.
func (s *Service) IsWindows() bool {
	platform := s.Platform()
	return platform == "windows" || strings.HasPrefix(platform, "windows/")
}

// IsWindows reports whether the container runs on Windows.
func (c *Container) IsWindows() bool { return c.Service.IsWindows() }

// Container is a container of a service: its own, or that of a pre_start hook.
type Container struct {
	Service *Service
	At      diag.Path            // services.web, jobs.backup, services.web.pre_start[0]
	Spec    *types.ContainerSpec // what the container is made from
	IsHook  bool                 // a pre_start hook: an initContainer without ports, probes and lifecycle
	Facts   source.ImageFacts    // what is known about the image of the container

	IsImageKnown bool // it is known which directories of the image have content

	becoming    becoming
	toldPrivate func() map[string]string // see ToldPrivate
}

// DeployResources returns deploy.resources, which belong to the service and not to its hooks.
func (c *Container) DeployResources() types.Resources {
	if c.IsHook || c.Service.Config.Deploy == nil {
		return types.Resources{}
	}
	return c.Service.Config.Deploy.Resources
}

// MemoryLimit returns the limit of memory in bytes; 0 is none and -1 is "unlimited".
func (c *Container) MemoryLimit() types.UnitBytes {
	if limits := c.DeployResources().Limits; limits != nil && limits.MemoryBytes > 0 {
		return limits.MemoryBytes
	}
	return c.Spec.MemLimit
}

// serviceOfJob returns what a job has in common with a service.
func serviceOfJob(name string, job types.JobConfig) types.ServiceConfig {
	return types.ServiceConfig{
		Name: name, Profiles: job.Profiles, ContainerSpec: job.ContainerSpec, WorkloadSpec: job.WorkloadSpec, Extensions: job.Extensions,
	}
}

// Bytes returns a size as a quantity, nil for none. -1 is "unlimited" on Docker.
func Bytes(n types.UnitBytes) *resource.Quantity {
	if n <= 0 {
		return nil
	}
	return resource.NewQuantity(int64(n), resource.BinarySI)
}

// IsPublishedByRoutes reports whether the service is reached from outside through an Ingress or a Gateway.
func (s *Service) IsPublishedByRoutes() bool {
	return s.PublishType == PublishIngress || s.PublishType == PublishGateway
}

// Becomes returns what tells that the program of a container becomes another user, as it is written, and the group that is named there by number;
// "" and nil if nothing tells.
func (c *Container) Becomes() (by string, group *int64) { return c.becoming.by, c.becoming.group }
