package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
)

// consistencyFindings looks for references that lead nowhere in the merged model, after compose-go has stopped at the
// first it met, which is a different one on every run when there are several.
func (a *Attempt) consistencyFindings() diag.List {
	c := &consistency{Attempt: a}
	for _, section := range []string{"services", "jobs"} {
		containers, _ := a.Model[section].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(containers)) {
			container, _ := containers[name].(map[string]any)
			if container != nil && a.enabled(container) {
				c.check(diag.At(section, name), container)
			}
		}
	}
	return c.found
}

// enabled reports whether the profiles select a service of the model.
func (a *Attempt) enabled(container map[string]any) bool {
	var own []string
	list, _ := container["profiles"].([]any)
	for _, p := range list {
		own = append(own, fmt.Sprint(p))
	}
	return types.ServiceConfig{Profiles: own}.HasProfile(a.Profiles)
}

type consistency struct {
	*Attempt
	found diag.List
}

func (c *consistency) add(code string, at diag.Path, help, format string, args ...any) {
	c.found.Add(diag.Finding{
		Severity: diag.Error, Code: code, Path: at, Range: c.Locator.Locate(at),
		Message: fmt.Sprintf(format, args...), Help: help,
	})
}

func (c *consistency) check(at diag.Path, container map[string]any) {
	name := at[1]
	if container["image"] == nil && container["build"] == nil && container["provider"] == nil {
		c.add("no-image", at, "add image: with the image to run, or build: with the directory of its Dockerfile",
			"%s has neither an image nor a build context", name)
	}
	if networks, ok := container["networks"].(map[string]any); ok && container["network_mode"] != nil && len(networks) > 0 {
		c.add("network-mode", at.Key("network_mode"), "keep one of the two", "%s has both network_mode and networks", name)
	}
	for _, ref := range slices.Sorted(maps.Keys(mapping(container["networks"]))) {
		c.declared("networks", ref, at.Key("networks", ref), ref == "default")
	}
	for _, ref := range slices.Sorted(maps.Keys(mapping(container["models"]))) {
		c.declared("models", ref, at.Key("models", ref), false)
	}
	for _, list := range []string{"configs", "secrets"} {
		c.listed(at.Key(list), container[list], list)
	}
	c.listed(at.Key("build", "secrets"), mapping(container["build"])["secrets"], "secrets")
	c.healthcheck(at, container)
	c.onlyContainer(at, container)
	c.platform(at, container)
	volumes, _ := container["volumes"].([]any)
	for i, v := range volumes {
		volume := mapping(v)
		if source, ok := volume["source"].(string); ok && volume["type"] == types.VolumeTypeVolume && source != "" {
			c.declared("volumes", source, at.Key("volumes").Index(i), false)
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(mapping(container["depends_on"]))) {
		c.dependency(at, ref, mapping(mapping(container["depends_on"])[ref]))
	}
	for _, key := range []string{"network_mode", "ipc", "pid"} {
		mode, _ := container[key].(string)
		if ref, ok := strings.CutPrefix(mode, types.ServicePrefix); ok && mapping(c.Model["services"])[ref] == nil {
			c.add("undefined-service", at.Key(key), suggest.DidYouMean(ref, slices.Sorted(maps.Keys(mapping(c.Model["services"]))), "declare it below services:"),
				"%s refers to the service %s, which does not exist", at.Key(key), ref)
		}
	}
}

// healthcheck checks the first word of a test that is a list.
func (c *consistency) healthcheck(at diag.Path, container map[string]any) {
	test, _ := mapping(container["healthcheck"])["test"].([]any)
	if len(test) == 0 {
		return
	}
	first := fmt.Sprint(test[0])
	if kinds := []string{"CMD", "CMD-SHELL", "NONE"}; !slices.Contains(kinds, first) {
		c.add("invalid-value", at.Key("healthcheck", "test").Index(0), suggest.DidYouMean(first, kinds, "write [CMD, program, argument], [CMD-SHELL, script] or [NONE]"),
			"the test of %s starts with %q, not with CMD, CMD-SHELL or NONE", at[1], first)
	}
}

// onlyContainer checks that a service with a name for its container has no more than one.
func (c *consistency) onlyContainer(at diag.Path, container map[string]any) {
	if container["container_name"] == nil {
		return
	}
	for _, scale := range []any{container["scale"], mapping(container["deploy"])["replicas"]} {
		if n, err := strconv.Atoi(fmt.Sprint(scale)); err == nil && n > 1 {
			c.add("inconsistent", at.Key("container_name"), "remove container_name, or keep one replica", "%s has one container_name for %d containers", at[1], n)
			return
		}
	}
}

// platform checks that an image is built for the platform that its service asks for.
func (c *consistency) platform(at diag.Path, container map[string]any) {
	platforms, _ := mapping(container["build"])["platforms"].([]any)
	if platform := container["platform"]; platform != nil && platform != "" && len(platforms) > 0 && !slices.Contains(platforms, platform) {
		c.add("inconsistent", at.Key("build", "platforms"), "add the platform to build.platforms", "the image is not built for %v, the platform of %s", platform, at[1])
	}
}

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
