package outputs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// syntheticOverrides writes override files that change a project in the ways people do, and returns them by the name of an overlay.
func syntheticOverrides(t *testing.T, p project) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, p.files[0]))
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]map[string]any `yaml:"services"`
	}
	_ = yaml.Unmarshal(text, &compose) // what cannot be read has no override
	services := sortedKeys(compose.Services)
	if len(services) == 0 {
		return nil
	}
	dir := t.TempDir()
	overrides := map[string][]string{}
	write := func(name, tail string, override func(service string, fields map[string]any) string) {
		var b strings.Builder
		b.WriteString("services:\n")
		for _, service := range services {
			if lines := override(service, compose.Services[service]); lines != "" {
				fmt.Fprintf(&b, "  %q:%s\n", service, lines)
			}
		}
		b.WriteString(tail)
		file := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		overrides[name] = []string{file}
	}
	write("values", "", func(_ string, fields map[string]any) string {
		lines := "\n    deploy: {replicas: 3}\n    image: registry.example.com/other/app:9.9\n    environment:\n      AAA_NEW: \"yes\"\n      ZZZ_NEW: a $$(b) c"
		if env, ok := fields["environment"].(map[string]any); ok && len(env) > 0 {
			lines += fmt.Sprintf("\n      %s: !reset null", sortedKeys(env)[0])
		}
		return lines
	})
	write("mounts", "volumes: {added: {}}\n", func(_ string, fields map[string]any) string {
		return newTag(fields) + "\n    ports: [\"9876:9876\", \"9876:9876/udp\", \"9877\"]\n    volumes: [\"added:/added\"]\n    tmpfs: /scratch"
	})
	write("process", "", func(string, map[string]any) string {
		return "\n    command: [\"run\", \"it\"]\n    healthcheck: {disable: true}\n    stop_grace_period: 3s\n    user: \"1234\"\n    read_only: true"
	})
	write("checked", "  added-one: {image: \"nginx:1.29\", ports: [\"8080:80\"]}\n", func(string, map[string]any) string {
		return "\n    healthcheck: {test: [\"CMD\", \"true\"], interval: 7s, retries: 9}\n    extra_hosts: [\"one.example:10.0.0.1\", \"two.example:10.0.0.2\"]"
	})
	gone := services[len(services)-1]
	write("less", "", func(service string, fields map[string]any) string {
		if service == gone {
			return " !reset null"
		}
		return newTag(fields)
	})
	return overrides
}

// newTag gives an image another tag.
func newTag(fields map[string]any) string {
	image, _ := fields["image"].(string)
	if image == "" || strings.ContainsAny(image, "@$") {
		return ""
	}
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		image = image[:i]
	}
	return "\n    image: " + image + ":9.9"
}
