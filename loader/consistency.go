package loader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
)

// consistencyFindings looks for references that lead nowhere in the merged model, after compose-go has stopped at the
// first it met, which is a different one on every run when there are several.
func (r *run) consistencyFindings() diag.List {
	c := &consistency{run: r}
	for _, section := range []string{"services", "jobs"} {
		containers, _ := r.model[section].(map[string]any)
		for _, name := range sortedKeys(containers) {
			container, _ := containers[name].(map[string]any)
			if container != nil && r.enabled(container) {
				c.check(diag.At(section, name), container)
			}
		}
	}
	return c.found
}

// enabled reports whether the profiles select a service of the model.
func (r *run) enabled(container map[string]any) bool {
	var own []string
	list, _ := container["profiles"].([]any)
	for _, p := range list {
		own = append(own, fmt.Sprint(p))
	}
	return types.ServiceConfig{Profiles: own}.HasProfile(r.profiles())
}

type consistency struct {
	*run
	found diag.List
}

func (c *consistency) add(code string, at diag.Path, help, format string, args ...any) {
	c.found.Add(diag.Finding{
		Severity: diag.Error, Code: code, Path: at, Range: c.locator.Locate(at),
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
	for _, ref := range sortedKeys(mapping(container["networks"])) {
		c.declared("networks", ref, at.Key("networks", ref), ref == "default")
	}
	for _, ref := range sortedKeys(mapping(container["models"])) {
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
	for _, ref := range sortedKeys(mapping(container["depends_on"])) {
		c.dependency(at, ref, mapping(mapping(container["depends_on"])[ref]))
	}
	for _, key := range []string{"network_mode", "ipc", "pid"} {
		mode, _ := container[key].(string)
		if ref, ok := strings.CutPrefix(mode, types.ServicePrefix); ok && mapping(c.model["services"])[ref] == nil {
			c.add("undefined-service", at.Key(key), didYouMean(ref, sortedKeys(mapping(c.model["services"])), "declare it below services:"),
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
		c.add("invalid-value", at.Key("healthcheck", "test").Index(0), didYouMean(first, kinds, "write [CMD, program, argument], [CMD-SHELL, script] or [NONE]"),
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

// listed checks the items of configs and secrets.
func (c *consistency) listed(at diag.Path, value any, section string) {
	items, _ := value.([]any)
	for i, item := range items {
		if source, ok := mapping(item)["source"].(string); ok {
			c.declared(section, source, at.Index(i), false)
		}
	}
}

// declared reports a reference to a resource that the top level does not declare.
func (c *consistency) declared(section, ref string, at diag.Path, implicit bool) {
	known := mapping(c.model[section])
	if _, ok := known[ref]; ok || implicit {
		return
	}
	what := strings.TrimSuffix(section, "s")
	help := fmt.Sprintf("declare it at the top level: %s: {%s: …}", section, ref)
	if section == "volumes" || section == "networks" {
		help = fmt.Sprintf("declare it at the top level: %s: {%s: {}}", section, ref)
	}
	if section == "volumes" {
		help += "; a directory is written with ./" + ref
	}
	c.add("undefined-"+what, at, didYouMean(ref, sortedKeys(known), help), "%s refers to the %s %s, which is not declared", at, what, ref)
}

// dependency checks one entry of depends_on: the service exists, and if it is required, the profiles enable it.
func (c *consistency) dependency(at diag.Path, ref string, options map[string]any) {
	services := mapping(c.model["services"])
	entry := at.Key("depends_on", ref)
	target, exists := services[ref].(map[string]any)
	if job, ok := mapping(c.model["jobs"])[ref].(map[string]any); ok {
		if at[0] == "services" && !exists {
			c.add("undefined-service", entry, "services can only depend on services", "%s depends on the job %s", at[1], ref)
			return
		}
		target, exists = job, true
	}
	switch {
	case !exists:
		c.add("undefined-service", entry, didYouMean(ref, sortedKeys(services), "declare it below services:, or remove the dependency"),
			"%s depends on the service %s, which does not exist", at[1], ref)
	case !c.enabled(target) && options["required"] != false:
		var profiles []string
		list, _ := target["profiles"].([]any)
		for _, p := range list {
			profiles = append(profiles, fmt.Sprint(p))
		}
		slices.Sort(profiles)
		c.add("disabled-dependency", entry,
			fmt.Sprintf("enable it with --profile %s, or make the dependency optional with required: false", strings.Join(profiles, " or --profile ")),
			"%s depends on %s, which no active profile enables", at[1], ref)
	}
}

func didYouMean(word string, known []string, help string) string {
	if closest := suggest.Closest(word, known); closest != "" {
		return fmt.Sprintf("did you mean %s? otherwise %s", closest, help)
	}
	return help
}

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
