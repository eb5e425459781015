package effects

import (
	"path"
	"slices"
	"strings"
)

// neededBy returns the services without which a service is another one. Those that it waits for are not among them.
func neededBy(service map[string]any) []string {
	var names []string
	for _, key := range []string{"network_mode", "pid", "ipc"} {
		mode, _ := service[key].(string)
		if name, is := strings.CutPrefix(mode, "service:"); is {
			names = append(names, name)
		}
	}
	for _, key := range []string{"links", "volumes_from"} {
		list, _ := service[key].([]any)
		for _, item := range list {
			text, _ := item.(string)
			name, _, _ := strings.Cut(text, ":")
			names = append(names, name)
		}
	}
	return names
}

// namesOf returns the names that others may use for a service.
func namesOf(name string, service map[string]any) []string {
	names := []string{name}
	for _, key := range []string{"hostname", "container_name"} {
		if other, ok := service[key].(string); ok {
			names = append(names, other)
		}
	}
	if service["network_mode"] == "host" { // where others in the same network meet it
		names = append(names, "localhost", "127.0.0.1")
	}
	ports, _ := service["ports"].([]any)
	for _, port := range ports { // by which the address of the Docker host means the service
		fields, _ := port.(map[string]any)
		if published, ok := fields["published"].(string); ok && len(published) > 2 {
			names = append(names, published)
		}
	}
	environment, _ := service["environment"].(map[string]any)
	if host, ok := environment["VIRTUAL_HOST"].(string); ok && host != "" { // which another service may have as well
		names = append(names, host)
	}
	networks, _ := service["networks"].(map[string]any)
	for _, network := range networks {
		fields, _ := network.(map[string]any)
		aliases, _ := fields["aliases"].([]any)
		for _, alias := range aliases {
			if text, ok := alias.(string); ok {
				names = append(names, text)
			}
		}
	}
	return names
}

// above returns the directories in which the source of a mount lies, none for the name of a volume.
func above(source string) []string {
	if !path.IsAbs(source) {
		return nil
	}
	var dirs []string
	for dir := path.Dir(source); dir != "/"; dir = path.Dir(dir) {
		dirs = append(dirs, dir)
	}
	return dirs
}

func sourcesOf(service map[string]any) []string {
	var sources []string
	volumes, _ := service["volumes"].([]any)
	for _, v := range volumes {
		mount, _ := v.(map[string]any)
		if source, ok := mount["source"].(string); ok && !slices.Contains(sources, source) {
			sources = append(sources, source)
		}
	}
	return sources
}
