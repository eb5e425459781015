package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/suggest"
)

// declared reports a reference to a resource that the top level does not declare.
func (c *consistency) declared(section, ref string, at diag.Path) {
	known := c.known[section]
	if _, is := slices.BinarySearch(known, ref); is {
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
	c.add("undefined-"+what, at, suggest.DidYouMean(ref, known, help), "%s refers to the %s %s, which is not declared", at, what, ref)
}

// dependency checks that a service exists that another one needs and, if it is required, that the profiles enable it.
func (c *consistency) dependency(at diag.Path, ref string, required bool) {
	entry, key := c.needing(at, ref)
	if _, enabled := c.project.Services[ref]; enabled {
		return
	}
	if off, disabled := c.project.DisabledServices[ref]; disabled {
		c.disabled(at, entry, ref, off.Profiles, required)
		return
	}
	_, isJob := c.project.Jobs[ref]
	off, isDisabledJob := c.project.DisabledJobs[ref]
	switch {
	case at[0] == "jobs" && isJob:
	case at[0] == "jobs" && isDisabledJob:
		c.disabled(at, entry, ref, off.Profiles, required)
	case isJob || isDisabledJob:
		c.add("undefined-service", entry, "services can only depend on services", "%s depends on the job %s", at[1], ref)
	case key == "depends_on":
		c.add("undefined-service", entry, suggest.DidYouMean(ref, c.serviceNames(), "declare it below services:, or remove the dependency; if another file declares it, give that one first, each with -f"),
			"%s depends on the service %s, which does not exist", at[1], ref)
	default:
		c.add("undefined-service", entry, suggest.DidYouMean(ref, c.serviceNames(), "declare it below services:"),
			"%s refers to the service %s, which does not exist", entry, ref)
	}
}

func (c *consistency) disabled(at, entry diag.Path, ref string, own []string, required bool) {
	if !required {
		return
	}
	profiles := slices.Sorted(slices.Values(own))
	c.add("disabled-dependency", entry,
		fmt.Sprintf("enable it with --profile %s, or make the dependency optional with required: false", strings.Join(profiles, " or --profile ")),
		"%s depends on %s, which no active profile enables", at[1], ref)
}

// needing finds the key that makes one service need another: depends_on, or one of those from which compose-go derives a
// dependency.
func (c *consistency) needing(at diag.Path, ref string) (diag.Path, string) {
	entry := at.Key("depends_on", ref)
	if len(c.locator.Contributions(entry)) > 0 {
		return entry, "depends_on"
	}
	s := c.project.Services[at[1]]
	shared := map[string]string{"network_mode": s.NetworkMode, "ipc": s.Ipc, "pid": s.Pid, "uts": s.Uts, "cgroup": s.Cgroup}
	for _, key := range []string{"network_mode", "ipc", "pid", "uts", "cgroup"} {
		if shared[key] == types.ServicePrefix+ref {
			return at.Key(key), key
		}
	}
	for i, link := range s.Links {
		if name, _, _ := strings.Cut(link, ":"); name == ref {
			return at.Key("links").Index(i), "links"
		}
	}
	for i, from := range s.VolumesFrom {
		if name, _, _ := strings.Cut(from, ":"); name == ref {
			return at.Key("volumes_from").Index(i), "volumes_from"
		}
	}
	return entry, "depends_on"
}

// serviceNames are the names of all services, enabled or not.
func (c *consistency) serviceNames() []string { return sorted.Keys(c.services) }
