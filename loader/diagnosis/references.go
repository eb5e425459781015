package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
)

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
	known := mapping(c.Model[section])
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
	c.add("undefined-"+what, at, suggest.DidYouMean(ref, slices.Sorted(maps.Keys(known)), help), "%s refers to the %s %s, which is not declared", at, what, ref)
}

// dependency checks one entry of depends_on: the service exists, and if it is required, the profiles enable it.
func (c *consistency) dependency(at diag.Path, ref string, options map[string]any) {
	services := mapping(c.Model["services"])
	entry := at.Key("depends_on", ref)
	target, exists := services[ref].(map[string]any)
	if job, ok := mapping(c.Model["jobs"])[ref].(map[string]any); ok {
		if at[0] == "services" && !exists {
			c.add("undefined-service", entry, "services can only depend on services", "%s depends on the job %s", at[1], ref)
			return
		}
		target, exists = job, true
	}
	switch {
	case !exists:
		c.add("undefined-service", entry, suggest.DidYouMean(ref, slices.Sorted(maps.Keys(services)), "declare it below services:, or remove the dependency"),
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
