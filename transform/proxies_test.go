package transform

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
)

// routed shows the routes of a project: host/path:port, with TLS where it has it, or why there is none.
func routed(r Result) string {
	if hasCode(r, "route-unguarded") {
		return "guarded"
	}
	var list []string
	for _, spec := range routesOf(r) {
		for _, rule := range spec.Rules {
			path := rule.HTTP.Paths[0]
			text := rule.Host
			if *path.PathType == networkingv1.PathTypeExact {
				text += "="
			}
			text += path.Path + ":" + strconv.Itoa(int(path.Backend.Service.Port.Number))
			if len(spec.TLS) > 0 {
				text += " TLS"
			}
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

func TestLabelsForCaddyBecomeRoutes(t *testing.T) {
	for labels, want := range map[string]string{
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams 3000}}"`:                                                         "a.example.com/:3000 TLS",
		`caddy: "http://a.example.com", caddy.reverse_proxy: "{{upstreams 3000}}"`:                                                "a.example.com/:3000",
		`caddy: "a.example.com, b.example.com", caddy.reverse_proxy: "{{upstreams http 3000}}"`:                                   "a.example.com/:3000 TLS, b.example.com/:3000 TLS",
		`caddy_1: a.example.com, caddy_1.reverse_proxy: "/api/* {{upstreams 3000}}"`:                                              "a.example.com/api:3000 TLS",
		`caddy: a.example.com, caddy.handle_path: /x/*, caddy.handle_path.0_reverse_proxy: "{{upstreams 3000}}"`:                  "a.example.com/x:3000 TLS",
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams https 3000}}"`:                                                   "", // TLS of its own
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams}}"`:                                                              "", // which port?
		`caddy: a.example.com, caddy.reverse_proxy: "@post {{upstreams 3000}}"`:                                                   "guarded",
		`caddy: a.example.com, caddy.reverse_proxy: "/hook {{upstreams 3000}}"`:                                                   "a.example.com=/hook:3000 TLS",
		`caddy: a.example.com, caddy.reverse_proxy: "other:3000"`:                                                                 "",
		`caddy: (snippet), caddy.reverse_proxy: "{{upstreams 3000}}"`:                                                             "",
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams 3000}}", caddy.basic_auth: /, caddy.basic_auth.ops: $$2y$$x`:     "guarded",
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams 3000}}", caddy.0_forward_auth: "auth:9000"`:                      "guarded",
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams 3000}}", caddy.@in.remote_ip: 10.0.0.0/8, caddy.respond: "@out"`: "guarded",
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams 3000}}", caddy.import: secured`:                                  "guarded",
		`caddy: a.example.com, caddy.reverse_proxy: "{{upstreams 3000}}", caddy.crowdsec: ""`:                                     "guarded", // not known
	} {
		r := convertProxied(t, labels, Options{Publish: PublishIngress})
		if got := routed(r); got != want {
			t.Errorf("%s: %q, want %q", labels, got, want)
		}
		text, err := json.Marshal(r.Objects)
		if err != nil || strings.Contains(string(text), "$2y$") {
			t.Errorf("%s: a hash stands in the objects: %v", labels, err)
		}
	}
}

func TestVariablesForNginxProxyBecomeRoutes(t *testing.T) {
	for variables, want := range map[string]string{
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000"`:                                                                                                   "a.example.com/:3000",
		`VIRTUAL_HOST: "a.example.com,b.example.com", VIRTUAL_PORT: "3000"`:                                                                                   "a.example.com/:3000, b.example.com/:3000",
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000", LETSENCRYPT_HOST: a.example.com`:                                                                  "a.example.com/:3000 TLS",
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000", VIRTUAL_PATH: /x/`:                                                                                "a.example.com/x:3000",
		`VIRTUAL_HOST: a.example.com`:                                                                                                                         "", // which port?
		`VIRTUAL_HOST: '~^a\..*', VIRTUAL_PORT: "3000"`:                                                                                                       "",
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000", VIRTUAL_PROTO: fastcgi`:                                                                           "",
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000", VIRTUAL_PROTO: https`:                                                                             "",
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000", NETWORK_ACCESS: internal`:                                                                         "guarded",
		`VIRTUAL_HOSTS: a.example.com, VIRTUAL_PORT: "3000"`:                                                                                                  "",
		`VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: "3000", VIRTUAL_PATH: "~^/(a|b)/"`:                                                                        "guarded", // only some requests
		`VIRTUAL_HOST_MULTIPORTS: "a.example.com: {/: {port: 81}, /x: {port: 82, dest: /}}\nb.example.com:", VIRTUAL_PORT: "83", VIRTUAL_HOST: c.example.com`: "a.example.com/:81, a.example.com/x:82, b.example.com/:83",
		`VIRTUAL_HOST_MULTIPORTS: "{\"a.example.com\": {\"/\": {\"port\": 81, \"proto\": \"https\"}}}"`:                                                       "",
		`VIRTUAL_HOST_MULTIPORTS: "["`:                                                                                                                        "",
		`VIRTUAL_HOST: ".a.example.com", VIRTUAL_PORT: "3000"`:                                                                                                "a.example.com/:3000, *.a.example.com/:3000",
		`VIRTUAL_HOST: "a_b.example.com", VIRTUAL_PORT: "3000"`:                                                                                               "",
	} {
		r := convertYAML(t, `services: {web: {image: acme/web, restart: always, environment: {`+variables+`}}}`, func(in *Input) { in.Options.Publish = PublishIngress })
		if got := routed(r); got != want {
			t.Errorf("%s: %q, want %q", variables, got, want)
		}
	}
	r := convertYAML(t, `services: {web: {image: acme/web, restart: always, environment: {VIRTUAL_HOST: a.example.com, NETWORK_ACCESS: internal}}}`)
	if f := finding(t, r, "label-controller"); !strings.Contains(f.Message, "no longer guarded by NETWORK_ACCESS") {
		t.Error(f.Message)
	}
}

// What is carried whole leaves no advice behind that is already followed.
// nginx-proxy sends requests to containers on its own networks only.
func TestNginxProxyReachesItsNetworksOnly(t *testing.T) {
	const services = "services:\n" +
		"  lb: {image: a, expose: [80], environment: {VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: 80}, networks: [front, default]}\n" +
		"  app: {image: b, expose: [3000], environment: {VIRTUAL_HOST: a.example.com, VIRTUAL_PORT: 3000}}\n"
	for networks, want := range map[string]string{
		"networks: {front: {external: true}}\n":                                                "a.example.com/:80",
		"  proxy: {image: nginxproxy/nginx-proxy, networks: [front]}\nnetworks: {front: {}}\n": "a.example.com/:80",
		"  proxy: {image: nginxproxy/nginx-proxy}\nnetworks: {front: {}}\n":                    "a.example.com/:3000, a.example.com/:80",
	} {
		r := convertYAML(t, services+networks, func(in *Input) { in.Options.Publish = "ingress" })
		if got := routed(r); got != want {
			t.Errorf("%s: %q, want %q", networks, got, want)
		}
	}
}

func TestRoutesThatLoseNothingAreNotReported(t *testing.T) {
	const whole = "traefik.enable: \"true\", traefik.http.routers.a.rule: \"Host(`a.example.com`)\", traefik.http.routers.a.tls.certresolver: le, " +
		`traefik.http.services.a.loadbalancer.server.port: "3000"`
	r := convertProxied(t, whole, Options{Publish: PublishIngress})
	if hasCode(r, "label-controller") || !hasCode(r, "route-tls") || routed(r) != "a.example.com/:3000 TLS" {
		t.Errorf("%s: %v", routed(r), codes(r))
	}
	r = convertProxied(t, whole+", traefik.http.services.a.loadbalancer.sticky.cookie: \"true\"", Options{Publish: PublishIngress})
	if f := finding(t, r, "label-controller"); !strings.Contains(f.Message, "sticky") {
		t.Error(f.Message)
	}
}

// TestServerURLsOfTraefik: the URL of the server has the port of the route, where it names the service itself.
func TestServerURLsOfTraefik(t *testing.T) {
	for address, want := range map[string]string{
		"http://web:3000":        "w.b/:3000",
		"http://the-web:3000":    "w.b/:3000",
		"http://web":             "w.b/:80",
		"https://web:8443":       "",
		"http://10.0.0.7:3000":   "",
		"not a URL of a server:": "",
	} {
		r := convertYAML(t, "services: {web: {image: acme/web, restart: always, container_name: the-web, ports: ['2222:2222'], labels: {traefik.http.routers.a.rule: 'Host(`w.b`)', "+
			"traefik.http.services.a.loadbalancer.server.url: '"+address+"'}}}", publishing(PublishIngress))
		if got := routed(r); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
		if !hasCode(r, "port-no-route") {
			t.Errorf("%s: nothing is said of port 2222", address)
		}
	}
}

// A router without a rule takes no route from the service that has another one.
func TestRoutersWithoutARule(t *testing.T) {
	r := ruled(t, "Host(`a.b`)", ", traefik.http.routers.b.entrypoints: web")
	if got := routed(r); got != "a.b/:3000" {
		t.Errorf("%q", got)
	}
	if f := finding(t, r, "port-no-route"); !strings.Contains(f.Message, "has no rule, and gets no route; another one has") {
		t.Errorf("%q", f.Message)
	}
}
