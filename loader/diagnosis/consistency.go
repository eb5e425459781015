package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/position"
)

// Inconsistencies returns what contradicts itself or leads nowhere in a project whose profiles are applied: everything
// that compose-go refuses at this stage, all of it, in the order of the names. compose-go stops at the first it meets,
// which is another one on every run, and looks for circles in a time that doubles with every service.
// Source: checkConsistency and graph.CheckCycle of compose-go.
func Inconsistencies(p *types.Project, locator *position.Locator) diag.List {
	c := &consistency{project: p, locator: locator, services: p.AllServices(), known: map[string][]string{
		"networks": p.NetworkNames(), "volumes": p.VolumeNames(), "configs": p.ConfigNames(), "secrets": p.SecretNames(), "models": p.ModelNames(),
	}}
	for _, name := range p.ServiceNames() {
		c.service(name, p.Services[name])
	}
	for _, name := range sorted.Keys(p.Jobs) {
		c.job(name, p.Jobs[name])
	}
	c.names()
	c.secrets()
	c.circles()
	return c.found
}

type consistency struct {
	project  *types.Project
	services types.Services      // enabled or not
	known    map[string][]string // the names that each section declares, sorted
	locator  *position.Locator
	found    diag.List
}

func (c *consistency) add(code string, at diag.Path, help, format string, args ...any) {
	c.found.Add(diag.Finding{
		Severity: diag.Error, Code: code, Path: at, Range: c.locator.Locate(at),
		Message: fmt.Sprintf(format, args...), Help: help,
	})
}

func (c *consistency) service(name string, s types.ServiceConfig) {
	at := diag.At("services", name)
	c.image(at, s)
	c.build(at, s.Build, s.Platform)
	if s.NetworkMode != "" && len(s.Networks) > 0 {
		c.add("network-mode", at.Key("network_mode"), "keep one of the two", "%s has both network_mode and networks", name)
	}
	c.container(at, s.ContainerSpec, s.Networks)
	c.healthcheck(at, s.HealthCheck)
	for _, model := range sorted.Keys(s.Models) {
		c.declared("models", model, at.Key("models", model))
	}
	for _, ref := range sorted.Keys(s.DependsOn) {
		c.dependency(at, ref, s.DependsOn[ref].Required)
	}
	c.scale(at, s)
	c.resources(at, s)
	if s.Develop != nil {
		for i, w := range s.Develop.Watch {
			if w.Target == "" && w.Action != types.WatchActionRebuild && w.Action != types.WatchActionRestart {
				c.add("invalid-value", at.Key("develop", "watch").Index(i), "add target: with the path in the container",
					"the action %s of %s needs a target", w.Action, at.Key("develop", "watch").Index(i))
			}
		}
	}
	c.mounts(at, s.ContainerSpec)
	c.ports(at, s)
}

func (c *consistency) job(name string, j types.JobConfig) {
	at := diag.At("jobs", name)
	c.container(at, j.ContainerSpec, j.Networks)
	c.healthcheck(at, j.HealthCheck)
	for _, ref := range sorted.Keys(j.DependsOn) {
		c.dependency(at, ref, j.DependsOn[ref].Required)
	}
}

func (c *consistency) image(at diag.Path, s types.ServiceConfig) {
	if s.Build != nil || s.Image != "" || s.Provider != nil {
		return
	}
	if image := at.Key("image"); len(c.locator.Contributions(image)) > 0 {
		c.add("no-image", image, "write the name of an image, and give variables in it a value", "the image of %s is empty", at[1])
		return
	}
	c.add("no-image", at, "add image: with the image to run, or build: with the directory of its Dockerfile; if the file completes another one, give that one first, each with -f",
		"%s has neither an image nor a build context", at[1])
}

func (c *consistency) build(at diag.Path, b *types.BuildConfig, platform string) {
	if b == nil {
		return
	}
	if b.DockerfileInline != "" && b.Dockerfile != "" {
		c.add("inconsistent", at.Key("build", "dockerfile_inline"), "keep one of the two", "%s has both dockerfile and dockerfile_inline", at[1])
	}
	for _, name := range sorted.Keys(b.AdditionalContexts) {
		ref, is := strings.CutPrefix(b.AdditionalContexts[name], types.ServicePrefix)
		if !is {
			continue
		}
		here := at.Key("build", "additional_contexts", name)
		switch target, known := c.services[ref]; {
		case !known:
			c.add("undefined-service", here, suggest.DidYouMean(ref, c.serviceNames(), "declare it below services:"),
				"the context %s of %s is the service %s, which does not exist", name, at[1], ref)
		case target.Build == nil:
			c.add("inconsistent", here, "give the service a build section, or name another context",
				"the context %s of %s is the service %s, which is not built", name, at[1], ref)
		}
	}
	if len(b.Platforms) > 0 && platform != "" && !slices.Contains(b.Platforms, platform) {
		c.add("inconsistent", at.Key("build", "platforms"), "add the platform to build.platforms", "the image is not built for %s, the platform of %s", platform, at[1])
	}
	for i, secret := range b.Secrets {
		c.declared("secrets", secret.Source, at.Key("build", "secrets").Index(i))
	}
}

// container checks what services and jobs have in common.
func (c *consistency) container(at diag.Path, s types.ContainerSpec, networks map[string]*types.ServiceNetworkConfig) {
	for _, ref := range sorted.Keys(networks) {
		c.declared("networks", ref, at.Key("networks", ref))
	}
	c.unusable(at, s)
	for i, v := range s.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source != "" {
			c.declared("volumes", v.Source, at.Key("volumes").Index(i))
		}
	}
	for i, ref := range s.Configs {
		c.declared("configs", ref.Source, at.Key("configs").Index(i))
	}
	for i, ref := range s.Secrets {
		c.declared("secrets", ref.Source, at.Key("secrets").Index(i))
	}
}

// healthcheck checks the first word of a test that is a list.
func (c *consistency) healthcheck(at diag.Path, check *types.HealthCheckConfig) {
	if check == nil || len(check.Test) == 0 {
		return
	}
	first := check.Test[0]
	if kinds := []string{"CMD", "CMD-SHELL", "NONE"}; !slices.Contains(kinds, first) {
		c.add("invalid-value", at.Key("healthcheck", "test").Index(0), suggest.DidYouMean(first, kinds, "write [CMD, program, argument], [CMD-SHELL, script] or [NONE]"),
			"the test of %s starts with %q, not with CMD, CMD-SHELL or NONE", at[1], first)
	}
}

// scale checks the two keys that say how many containers there are, and that one with a name of its own is alone.
// compose-go lets the older key decide; so does this.
func (c *consistency) scale(at diag.Path, s types.ServiceConfig) {
	replicas := at.Key("deploy", "replicas")
	if s.Scale != nil && s.Deploy != nil {
		if s.Deploy.Replicas != nil && *s.Scale != *s.Deploy.Replicas {
			c.add("inconsistent", at.Key("scale"), "set one of the two only", "can't set distinct values on 'scale' and 'deploy.replicas'")
		}
		s.Deploy.Replicas = s.Scale
	}
	switch {
	case s.Scale != nil && *s.Scale < 0:
		c.add("invalid-value", at.Key("scale"), "use a larger number", "%s must be greater than or equal to 0", at.Key("scale"))
	case s.Deploy != nil && s.Deploy.Replicas != nil && *s.Deploy.Replicas < 0:
		c.add("invalid-value", replicas, "use a larger number", "%s must be greater than or equal to 0", replicas)
	}
	if n := s.GetScale(); n > 1 && s.ContainerName != "" {
		c.add("inconsistent", at.Key("container_name"), "remove container_name, or keep one replica", "%s has one container_name for %d containers", at[1], n)
	}
}

// resources checks the limits that have two keys each.
func (c *consistency) resources(at diag.Path, s types.ServiceConfig) {
	if s.Deploy == nil {
		return
	}
	differs := func(key, section, field string) {
		c.add("inconsistent", at.Key(key), "set one of the two only", "can't set distinct values on '%s' and 'deploy.resources.%s.%s'", key, section, field)
	}
	if limits := s.Deploy.Resources.Limits; limits != nil {
		if s.CPUS != 0 && limits.NanoCPUs.Value() != s.CPUS {
			differs("cpus", "limits", "cpus")
		}
		if s.MemLimit != 0 && limits.MemoryBytes != s.MemLimit {
			differs("mem_limit", "limits", "memory")
		}
		if s.PidsLimit != 0 && limits.Pids != s.PidsLimit {
			differs("pids_limit", "limits", "pids")
		}
	}
	if reserved := s.Deploy.Resources.Reservations; reserved != nil && s.MemReservation != 0 && reserved.MemoryBytes != s.MemReservation {
		differs("mem_reservation", "reservations", "memory")
	}
}

// mounts checks that every target is mounted once.
func (c *consistency) mounts(at diag.Path, s types.ContainerSpec) {
	mounted := map[string]string{}
	mount := func(here diag.Path, target string) {
		if before, twice := mounted[target]; twice {
			c.add("duplicate-mount", here, "mount each target once", "target %s already mounted as %s", target, before)
		}
		mounted[target] = here.String()
	}
	for i, tmpfs := range s.Tmpfs {
		target, _, _ := strings.Cut(tmpfs, ":")
		mount(at.Key("tmpfs").Index(i), target)
	}
	for i, v := range s.Volumes {
		mount(at.Key("volumes").Index(i), v.Target)
	}
}

// names checks that no name stands for both a service and a job.
func (c *consistency) names() {
	for _, name := range sorted.Keys(c.project.AllJobs()) {
		if _, twice := c.services[name]; twice {
			c.add("inconsistent", diag.At("jobs", name), "rename one of the two", "%s is declared both as a service and a job", name)
		}
	}
}

func (c *consistency) secrets() {
	for _, name := range c.project.SecretNames() {
		if s := c.project.Secrets[name]; !bool(s.External) && s.File == "" && s.Environment == "" {
			c.add("inconsistent", diag.At("secrets", name), "add file: with the path of the secret, or environment: with the name of a variable",
				"the secret %s has no source", name)
		}
	}
}
