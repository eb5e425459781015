package transform

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
)

const proxied = `
services:
  panel:
    image: registry.example.com/panel:1
    restart: always
    labels: {%s}
`

func convertProxied(t *testing.T, labels string, o Options) Result {
	t.Helper()
	return convertYAML(t, strings.ReplaceAll(proxied, "%s", labels), func(in *Input) { in.Options.Publish = o.Publish })
}

func routesOf(r Result) []networkingv1.IngressSpec {
	var list []networkingv1.IngressSpec
	for _, o := range r.Objects {
		if i, ok := o.Object.(*networkingv1.Ingress); ok {
			list = append(list, i.Spec)
		}
	}
	return list
}

func TestLabelsForTraefikBecomeRoutes(t *testing.T) {
	const rule = "traefik.http.routers.a.rule: \"Host(`a.example.com`) && PathPrefix(`/x`)\""
	const chain = `, traefik.http.middlewares.c.chain.middlewares: "b,c", traefik.http.middlewares.b.forwardauth.address: http://auth`
	const port = `, Traefik.HTTP.services.a.loadbalancer.server.port: "3000"`
	for labels, want := range map[string]string{
		rule + port: "a.example.com/x:3000",
		rule + port + `, traefik.http.routers.a.middlewares: "zip@docker", traefik.http.middlewares.zip.compress: "true"`: "a.example.com/x:3000",
		rule: "",
		rule + port + `, traefik.enable: "false"`:                                                  "",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) && Method(`GET`)\"" + port:           "guarded",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) || PathPrefix(`/x`)\"" + port:        "a.example.com/:3000",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) && Path(`/x/{rest:.*}`)\"" + port:    "a.example.com/x/:3000",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) && PathRegexp(`^/x/.*$`)\"" + port:   "a.example.com/x/:3000",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) && PathRegexp(`^/(x|y)`)\"" + port:   "guarded",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) && PathPrefix(`/x/{id}/y`)\"" + port: "guarded",
		rule + port + `, traefik.http.services.a.loadbalancer.server.scheme: https`:                "",
		rule + port + `, traefik.http.routers.a.middlewares: missing`:                              "guarded",
		rule + port + `, traefik.http.routers.a.middlewares: "sso@file"`:                           "guarded",
		rule + port + `, traefik.http.routers.a.tls.options: "mtls@file"`:                          "guarded",
		"traefik.http.routers.a.rule: \"Host(`a.example.com`) && ClientIP(`10.0.0.0/8`)\"" + port:  "guarded",
		rule + port + `, traefik.http.routers.a.middlewares: c` + chain:                            "guarded",
	} {
		r := convertProxied(t, labels, Options{Publish: PublishIngress})
		var routes []string
		if hasCode(r, "route-unguarded") {
			routes = append(routes, "guarded")
		}
		for _, spec := range routesOf(r) {
			path := spec.Rules[0].HTTP.Paths[0]
			routes = append(routes, spec.Rules[0].Host+path.Path+":"+strconv.Itoa(int(path.Backend.Service.Port.Number)))
		}
		if got := strings.Join(routes, ", "); got != want {
			t.Errorf("%s: %q, want %q", labels, got, want)
		}
	}
}

func TestGuardsAndTheirSecretsLeaveNoTrace(t *testing.T) {
	const labels = "traefik.http.routers.a.rule: \"Host(`a.example.com`)\", traefik.http.routers.a.middlewares: who, " +
		`traefik.http.middlewares.who.basicauth.users: "ops:$$2y$$05$$0123456789"`
	r := convertProxied(t, labels, Options{})
	if f := finding(t, r, "label-controller"); !strings.Contains(f.Message, "no longer guarded by who (basicauth)") {
		t.Error(f.Message)
	}
	text, err := json.Marshal(r.Objects)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "$2y$") {
		t.Error("the hash of a password stands in the objects")
	}
}
