package direct

import (
	"github.com/compose-spec/compose-go/v2/override"
)

// repeatable are the keys of a service whose list may not hold an entry twice. Of the entries of the first, what stands
// before the equals sign tells; what the entries of the second are known by, compose-go finds out.
var repeatable = map[string]bool{
	"annotations": true, "cap_add": true, "cap_drop": true, "devices": true, "configs": true, "dns": true, "dns_opt": true, "dns_search": true,
	"environment": true, "env_file": true, "expose": true, "labels": true, "links": true, "ports": true, "profiles": true, "secrets": true,
	"sysctls": true, "tmpfs": true, "volumes": true,
}

// enforceUnicity keeps one entry of those in a list that mean the same thing, as override.EnforceUnicity of compose-go.
func enforceUnicity(dict map[string]any) error {
	r := newReduced()
	containers(dict, func(section, name string, container map[string]any) {
		if section != "services" { // compose-go does so for services only
			return
		}
		for key, value := range container {
			if list, ok := value.([]any); ok && repeatable[key] && !settled(key, list) {
				r.share(container, key, section, name)
			}
		}
		for _, key := range []string{"build", "deploy", "networks"} {
			if m, ok := container[key].(map[string]any); ok && holdsList(m) {
				r.share(container, key, section, name)
			}
		}
	})
	networks, _ := dict["networks"].(map[string]any)
	for name, value := range networks {
		if holdsList(value) {
			r.share(networks, name, "networks")
		}
	}
	return r.apply(func(m map[string]any) error {
		_, err := override.EnforceUnicity(m)
		return err
	})
}

// settled reports whether nothing in a list can be refused or be the same as another entry.
func settled(key string, list []any) bool {
	if len(list) == 0 {
		return true
	}
	if len(list) > 1 {
		return false
	}
	switch list[0].(type) {
	case string:
		return key != "volumes" // a volume in its short form is parsed
	default:
		return false
	}
}

// holdsList reports whether a list stands anywhere in a value.
func holdsList(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, e := range v {
			if holdsList(e) {
				return true
			}
		}
		return false
	case []any:
		return true
	default:
		return false
	}
}
