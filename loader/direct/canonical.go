package direct

import (
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/transform"
)

// canonical replaces short forms by long ones.
func canonical(dict map[string]any) error {
	r := newReduced()
	containers(dict, func(section, name string, container map[string]any) {
		for key, value := range container {
			if hasShortForm(key, value) {
				r.share(container, key, section, name)
			}
		}
		if build, ok := container["build"].(map[string]any); ok {
			for _, key := range []string{"secrets", "provenance", "sbom", "additional_contexts", "ssh", "ulimits"} {
				if _, ok := build[key]; ok {
					r.share(build, key, section, name, "build")
				}
			}
		}
	})
	resources(dict, func(section, name string, all, resource map[string]any) {
		if _, ok := resource["external"].(map[string]any); ok {
			r.share(all, name, section)
		}
	})
	err := r.apply(func(m map[string]any) error {
		_, err := transform.Canonical(m, false)
		return err
	})
	if err != nil {
		return err
	}
	containers(dict, func(_, _ string, container map[string]any) {
		if ports, ok := container["ports"].([]any); ok && ports == nil { // compose-go: OmitEmpty makes a new list of every list
			container["ports"] = []any{}
		}
	})
	return nil
}

// hasShortForm reports whether the value of a key of a service may be one that transform.Canonical of compose-go changes
// or refuses.
func hasShortForm(key string, value any) bool {
	switch key {
	case "env_file", "gpus", "ports", "depends_on", "pre_start", "develop", "triggers":
		return true
	case "label_file", "dns":
		_, isList := value.([]any)
		return !isList
	case "networks", "models", "build":
		_, isMap := value.(map[string]any)
		return !isMap
	case "volumes", "devices", "secrets", "configs":
		list, ok := value.([]any)
		return !ok || hasScalar(list)
	case "ulimits":
		limits, ok := value.(map[string]any)
		for _, limit := range limits {
			switch limit.(type) {
			case int, map[string]any:
			default:
				return true
			}
		}
		return !ok
	default:
		return false
	}
}

// hasScalar reports whether an item of a list is no mapping.
func hasScalar(list []any) bool {
	for _, item := range list {
		if _, ok := item.(map[string]any); !ok {
			return true
		}
	}
	return false
}

// omitEmpty removes empty name servers.
func omitEmpty(dict map[string]any) {
	r := newReduced()
	containers(dict, func(section, name string, container map[string]any) {
		if _, ok := container["dns"]; ok {
			r.share(container, "dns", section, name)
		}
	})
	_ = r.apply(func(m map[string]any) error {
		loader.OmitEmpty(m)
		return nil
	})
}
