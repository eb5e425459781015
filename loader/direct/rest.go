package direct

// defaults selects what transform.SetDefaultValues of compose-go completes.
func defaults(dict map[string]any) *reduced {
	r := newReduced()
	containers(dict, func(section, name string, container map[string]any) {
		if build, ok := container["build"].(map[string]any); ok && build["context"] == nil {
			r.share(container, "build", section, name)
		}
		if lacks(container["secrets"], "target") {
			r.share(container, "secrets", section, name)
		}
		if lacks(container["ports"], "protocol", "mode") {
			r.share(container, "ports", section, name)
		}
		if _, ok := container["gpus"]; ok {
			r.share(container, "gpus", section, name)
		}
		if mounts, ok := container["volumes"].([]any); ok && anyHas(mounts, "bind") {
			r.share(container, "volumes", section, name)
		}
		if hasKey(container["deploy"], "devices") {
			r.share(container, "deploy", section, name)
		}
	})
	return r
}

// lacks reports whether an item of a list has not all of the keys, or is no mapping.
func lacks(list any, keys ...string) bool {
	items, _ := list.([]any)
	for _, item := range items {
		fields, ok := item.(map[string]any)
		if !ok {
			return true
		}
		for _, key := range keys {
			if _, ok := fields[key]; !ok {
				return true
			}
		}
	}
	return false
}

// anyHas reports whether an item of a list has one of the keys, or is no mapping.
func anyHas(items []any, keys ...string) bool {
	for _, item := range items {
		fields, ok := item.(map[string]any)
		if !ok {
			return true
		}
		for _, key := range keys {
			if _, ok := fields[key]; ok {
				return true
			}
		}
	}
	return false
}

// checked selects what validation.Validate of compose-go looks at.
func checked(dict map[string]any) *reduced {
	r := newReduced()
	containers(dict, func(section, name string, container map[string]any) {
		if section != "services" {
			return
		}
		if ports, ok := container["ports"].([]any); ok && anyHas(ports, "host_ip") {
			r.share(container, "ports", section, name)
		}
		for _, key := range []string{"develop", "gpus"} {
			if _, ok := container[key]; ok {
				r.share(container, key, section, name)
			}
		}
		if hasKey(container["deploy"], "devices") {
			r.share(container, "deploy", section, name)
		}
	})
	for _, section := range []string{"volumes", "configs", "secrets"} {
		all, _ := dict[section].(map[string]any)
		for name, value := range all {
			fields, ok := value.(map[string]any)
			if _, external := fields["external"]; external || section != "volumes" || value != nil && !ok {
				r.share(all, name, section)
			}
		}
	}
	return r
}

// withPaths selects what paths.ResolveRelativePaths of compose-go resolves.
func withPaths(dict map[string]any) *reduced {
	r := newReduced()
	containers(dict, func(section, name string, container map[string]any) {
		if build, ok := container["build"].(map[string]any); ok {
			for _, key := range []string{"context", "additional_contexts", "ssh"} {
				if _, ok := build[key]; ok {
					r.share(build, key, section, name, "build")
				}
			}
		}
		for _, key := range []string{"env_file", "label_file", "develop", "pre_start"} {
			if _, ok := container[key]; ok {
				r.share(container, key, section, name)
			}
		}
		if mounts, ok := container["volumes"].([]any); ok && anyBind(mounts) {
			r.share(container, "volumes", section, name)
		}
	})
	resources(dict, func(section, name string, all, resource map[string]any) {
		_, file := resource["file"]
		_, driver := resource["driver"]
		if (section == "configs" || section == "secrets") && file || section == "volumes" && driver {
			r.share(all, name, section)
		}
	})
	return r
}

// anyBind reports whether an item of a list of mounts is a bind mount, or is no mapping.
func anyBind(mounts []any) bool {
	for _, mount := range mounts {
		if fields, ok := mount.(map[string]any); !ok || fields["type"] == "bind" {
			return true
		}
	}
	return false
}
