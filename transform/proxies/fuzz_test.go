package proxies

import (
	"fmt"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// FuzzLabels: no label and no file of a proxy panics, and two readings find the same.
func FuzzLabels(f *testing.F) {
	f.Add("traefik.http.routers.a.rule", "Host(`a.example`) && (PathPrefix(`/b`) || Path(`/c`))", "traefik.http.routers.a.middlewares", "x,y@file")
	f.Add("caddy", "a.example, https://b.example:8443", "caddy.reverse_proxy", "{{upstreams http 80}}")
	f.Add("traefik.frontend.rule", "Host:a.example;PathPrefix:/b", "traefik.port", "80")
	f.Add("caddy_0.handle_path", "/b/*", "caddy_0", "(snippet)")
	f.Add("VIRTUAL_HOST", "a.example,~^b", "VIRTUAL_PORT", "-1")
	f.Add("file", "[http.routers.a]\nrule = \"Host(`a`)\"\nmiddlewares = [\"x\"]", "traefik.enable", "true")
	f.Fuzz(func(t *testing.T, key, value, second, third string) {
		read := func() []string {
			project := &types.Project{Name: "p", Services: types.Services{
				"traefik": {Name: "traefik", ContainerSpec: types.ContainerSpec{Image: "traefik:3", Command: types.ShellCommand{"--" + key + "=" + value, value}}},
				"web": {Name: "web", ContainerSpec: types.ContainerSpec{
					Image: "x", Labels: types.Labels{key: value, second: third}, Environment: types.MappingWithEquals{key: &value, second: &third},
				}},
			}}
			var out []string
			for _, routes := range Read(input.New(project, nil, nil, nil, input.Options{}, &report.Findings{})) {
				out = append(out, fmt.Sprint(routes))
			}
			slices.Sort(out)
			return out
		}
		if a, b := read(), read(); !slices.Equal(a, b) {
			t.Errorf("%v, and then %v", a, b)
		}
		var setup traefikSetup
		setup.readFile(value)
		setup.readTOML(value)
	})
}
