package transform

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// ruled converts a service with one router of Traefik.
func ruled(t *testing.T, rule, more string) Result {
	t.Helper()
	return convertYAML(t, "services: {web: {image: acme/web, restart: always, expose: [3000], labels: {traefik.http.routers.a.rule: '"+rule+"'"+more+"}}}",
		func(in *Input) { in.Options.Publish = PublishIngress })
}

// A rule that takes only some of the requests for its hosts and paths is a guard: an Ingress for them would let the others in.
func TestWhatNarrowsARuleIsAGuard(t *testing.T) {
	for rule, want := range map[string]string{
		"Host(`a.b`)":                  "a.b/:3000",
		"Host(`a.b`, `c.d`)":           "a.b/:3000, c.d/:3000",
		"Host(`a.b`) && Path(`/hook`)": "a.b=/hook:3000",
		"(Host(`a.b`) || Host(`c.d`)) && PathPrefix(`/x`)": "a.b/x:3000, c.d/x:3000",
		"Host(`a.b`) && (PathPrefix(`/x`) || Path(`/y`))":  "a.b/x:3000, a.b=/y:3000",
		"Host(`a.b`) && PathPrefix(`/x`) && Path(`/x/y`)":  "a.b=/x/y:3000",
		"Host(`a.b`) && !PathPrefix(`/admin`)":             "guarded",
		"!Host(`a.b`)":                                     "guarded",
		"Host(`a.b`) && !(Path(`/x`) || Path(`/y`))":       "guarded",
		"Host(`a.b`) && HeadersRegexp(`X-Key`, `^s3cr3t`)": "guarded",
		"Host(`a.b`) && Header(`X-Key`, `s3cr3t`)":         "guarded",
		"Host(`a.b`) && Query(`key`, `s3cr3t`)":            "guarded",
		"Host(`a.b`) && ClientIP(`10.0.0.0/8`)":            "guarded",
		"Host(`a.b`) && PathRegexp(`^/(x|y)`)":             "guarded",
		"Host(`a.b`) && PathPrefix(`/{x:[a-z]+}`)":         "guarded",
		"Host(`a.b`) && Path(`/x`) && Path(`/y`)":          "guarded", // which nothing fulfils
		"Host(`a.b`) && Newcomer(`x`)":                     "guarded",
		"PathPrefix(`/x`)":                                 "",
		"HostRegexp(`{x:[a-z]+}.a.b`)":                     "",
		"Host(`a.b`) || HostRegexp(`^.+\\.a\\.b`)":         "a.b/:3000",
		"Host(`a.b`": "",
	} {
		if got := routed(ruled(t, rule, "")); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}

// With x-kubernetes.publish.host as well, unless what the controller has for it is named.
func TestGuardsOfRulesHoldForHostsOfTheUser(t *testing.T) {
	for publish, want := range map[string]string{
		"host: x.example.com": "guarded",
		"host: x.example.com, annotations: {nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8}": "x.example.com/:3000",
		"annotations: {nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8}":                      "a.b/:3000",
	} {
		r := ruled(t, "Host(`a.b`) && !PathPrefix(`/admin`)", "}, x-kubernetes: {publish: {"+publish+"}")
		if got := routed(r); got != want {
			t.Errorf("%s: %q, want %q", publish, got, want)
		}
	}
}

// A rule guards nothing that another router of the service leaves open.
func TestNarrowRulesBesideOpenOnes(t *testing.T) {
	for more, want := range map[string]string{
		", traefik.http.routers.b.rule: Host(`a.b`)":                                                                                          "a.b/x:3000, a.b/:3000",
		", traefik.http.routers.b.rule: Host(`c.d`)":                                                                                          "guarded",
		", traefik.http.routers.b.rule: Host(`a.b`) && PathPrefix(`/y`)":                                                                      "guarded",
		", traefik.http.routers.b.rule: Host(`a.b`), traefik.http.routers.b.middlewares: sso@file":                                            "guarded",
		", traefik.http.routers.b.rule: Host(`a.b`), traefik.http.routers.a.middlewares: sso@file":                                            "guarded",
		", traefik.http.routers.b.rule: Host(`a.b`), traefik.http.routers.b.service: noop@internal, traefik.http.routers.b.priority: \"100\"": "guarded",
	} {
		if got := routed(ruled(t, "Host(`a.b`) && PathPrefix(`/x`) && Method(`GET`)", more)); got != want {
			t.Errorf("%s: %q, want %q", more, got, want)
		}
	}
}

func TestOldRulesOfTraefik(t *testing.T) {
	for rule, want := range map[string]string{
		"Host:a.b;PathPrefix:/x,/y":      "a.b/x:3000, a.b/y:3000",
		"Host:a.b;Path:/x":               "a.b=/x:3000",
		"Host:a.b;PathPrefixStrip:/x":    "a.b/x:3000",
		"Host:a.b;Method:GET":            "guarded",
		"Host:a.b;Headers:X-Key,s3cr3t":  "guarded",
		"HostRegexp:{sub:[a-z]+}.a.b":    "",
		"Host:a.b;PathPrefix:/{x:[a-z]}": "guarded",
	} {
		r := convertProxied(t, `traefik.port: "3000", traefik.frontend.rule: "`+rule+`"`, Options{Publish: PublishIngress})
		if got := routed(r); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}

const entryPoints = `
services:
  traefik:
    image: traefik:v3.1
    x-kubernetes: {publish: none}
    command: ["--entrypoints.web.address=:80", "--entrypoints.web.http.middlewares=sso@file", "--entrypoints.Office.address=:8081", "--entrypoints.own.address=127.0.0.1:82"]
    PORTS
  app: {image: acme/app, restart: always, expose: [3000], labels: {traefik.http.routers.a.rule: Host(ˋa.bˋ)MORE}}
`

// An entry point that Docker publishes for nobody outside has no route.
func TestEntryPointsThatNobodyReaches(t *testing.T) {
	for _, x := range []struct{ ports, more, want string }{
		{`ports: ["80:80"]`, ", traefik.http.routers.a.entrypoints: office", ""},
		{`ports: ["80:80", "127.0.0.1:8081:8081"]`, ", traefik.http.routers.a.entrypoints: office", ""},
		{`ports: ["80:80", "8081:8081"]`, ", traefik.http.routers.a.entrypoints: office", "a.b/:3000"},
		{`ports: ["80:80", "82:82"]`, ", traefik.http.routers.a.entrypoints: own", ""},
		{`ports: ["80:80"]`, ", traefik.http.routers.a.entrypoints: missing", ""},
		{`ports: ["80:80"]`, ", traefik.http.routers.a.entrypoints: traefik", ""},
		{`ports: ["80:80"]`, ", traefik.http.routers.a.entrypoints: 'web,office'", "guarded"}, // from outside by web alone
		{`ports: ["80:80"]`, "", "guarded"},
		{`ports: ["81:8081"]`, "", "a.b/:3000"},
		{`network_mode: host`, ", traefik.http.routers.a.entrypoints: office", "a.b/:3000"},
		{`restart: always`, ", traefik.http.routers.a.entrypoints: office", "a.b/:3000"}, // behind something else
		{`ports: ["80:80"]`, ", traefik.http.routers.a.entrypoints: office}, x-kubernetes: {publish: {host: c.d}", "c.d/:3000"},
	} {
		text := strings.NewReplacer("PORTS", x.ports, "MORE", x.more, "ˋ", "`").Replace(entryPoints)
		r := convertYAML(t, text, func(in *Input) { in.Options.Publish = PublishIngress })
		if got := routed(r); got != x.want {
			t.Errorf("%s%s: %q, want %q", x.ports, x.more, got, x.want)
		}
	}
}

// A router for TCP or UDP is never advised to become an Ingress.
func TestStreamsHaveNoRoute(t *testing.T) {
	const project = "services: {db: {image: 'postgres:16', restart: always, labels: {traefik.tcp.routers.pg.rule: HostSNI(`*`), " +
		"traefik.tcp.services.pg.loadbalancer.server.port: '5432'}WISH}}"
	for wish, codes := range map[string][2]string{ // what is said, and what is not
		"": {"port-no-route", "label-controller"},
		", x-kubernetes: {publish: {host: db.example.com}}": {"port-no-route", "label-controller"},
		", x-kubernetes: {publish: none}":                   {"", "label-controller"},
		", x-kubernetes: {publish: loadbalancer}":           {"datastore-public", "label-controller"},
	} {
		r := convertYAML(t, strings.ReplaceAll(project, "WISH", wish), func(in *Input) { in.Options.Publish = PublishIngress })
		if codes[0] != "" && !hasCode(r, codes[0]) || hasCode(r, codes[1]) || routed(r) != "" {
			t.Errorf("%s: %v %s", wish, routed(r), codes)
		}
	}
	r := convertYAML(t, strings.ReplaceAll(project, "WISH", ""))
	if f := finding(t, r, "label-controller"); !strings.Contains(f.Help, "loadbalancer") {
		t.Error(f.Help)
	}
}

// Who keeps a guarded service inside is not told to publish it.
func TestNoneEndsTheAdvice(t *testing.T) {
	r := ruled(t, "Host(`a.b`) && Method(`GET`)", "}, x-kubernetes: {publish: none")
	if hasCode(r, "route-unguarded") || hasCode(r, "label-controller") || routed(r) != "" {
		t.Error(routed(r))
	}
}

// Each remedy that a finding on public data stores names ends it.
func TestPublicDataStores(t *testing.T) {
	for wish, says := range map[string]string{
		"loadbalancer": "loadBalancerSourceRanges",
		"nodeport":     "firewall",
		"{type: loadbalancer, loadBalancerSourceRanges: [192.0.2.0/24]}": "",
		"{type: loadbalancer, loadBalancerSourceRanges: [0.0.0.0/0]}":    "loadBalancerSourceRanges",
		"none":                                  "",
		"ingress":                               "",
		"{type: ingress, host: db.example.com}": "",
	} {
		r := convertYAML(t, "services: {db: {image: 'postgres:16', restart: always, ports: ['5432:5432'], x-kubernetes: {publish: "+wish+"}}}")
		if says == "" && hasCode(r, "datastore-public") || says != "" && !strings.Contains(finding(t, r, "datastore-public").Help, says) || routed(r) != "" {
			t.Errorf("%s: %s", wish, routed(r))
		}
	}
	r := convertYAML(t, "services: {db: {image: 'postgres:16', restart: always, ports: ['5432:5432'], x-kubernetes: {publish: {type: loadbalancer, loadBalancerSourceRanges: [192.0.2.0/24]}}}}")
	if got := find[*corev1.Service](t, r, "db-published").Spec.LoadBalancerSourceRanges; len(got) != 1 || got[0] != "192.0.2.0/24" {
		t.Error(got)
	}
}

// What is said of a guard ends with an annotation that takes its place; one for certificates says nothing of who may call.
func TestAnnotationsInPlaceOfGuards(t *testing.T) {
	for annotation, want := range map[string]string{
		"cert-manager.io/cluster-issuer: le":                                        "guarded",
		"nginx.ingress.kubernetes.io/ssl-redirect: 'true'":                          "guarded",
		"nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8":            "a.b/:3000",
		"traefik.ingress.kubernetes.io/router.middlewares: shop-near@kubernetescrd": "a.b/:3000",
		"nginx.ingress.kubernetes.io/limit-rps: '5'":                                "a.b/:3000, told",
		"example.com/who: inside":                                                   "a.b/:3000, told",
	} {
		r := ruled(t, "Host(`a.b`) && ClientIP(`10.0.0.0/8`)", "}, x-kubernetes: {publish: {annotations: {"+annotation+"}}")
		got := routed(r)
		if hasCode(r, "label-controller") {
			got += ", told"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", annotation, got, want)
		}
	}
}

// TestPathsLeftToOtherRouters: a rule that leaves a path out guards nothing if another router, of any service, serves just that path.
func TestPathsLeftToOtherRouters(t *testing.T) {
	const text = "services:\n" +
		"  web: {image: a, labels: {traefik.http.routers.a.rule: 'Host(`a.b`) && !PathPrefix(`/api`)', traefik.http.services.a.loadbalancer.server.port: 80}}\n" +
		"  api: {image: a, labels: {traefik.http.routers.b.rule: 'Host(`a.b`) && PathPrefix(`/api`)', traefik.http.services.b.loadbalancer.server.port: 80%s}}\n"
	for more, want := range map[string]bool{
		"": true,
		", traefik.http.routers.b.middlewares: m, traefik.http.middlewares.m.basicauth.users: 'x:$$apr1$$y'": false, // the first would answer there
	} {
		r := convertYAML(t, fmt.Sprintf(text, more), publishing(PublishIngress))
		if got := has[*networkingv1.Ingress](r, "web"); got != want {
			t.Errorf("%q: web has a route: %t", more, got)
		}
		if hasCode(r, "route-unguarded") == want {
			t.Errorf("%q: %v", more, codes(r))
		}
	}
	elsewhere := strings.Replace(fmt.Sprintf(text, ""), "Host(`a.b`) && PathPrefix", "Host(`c.d`) && PathPrefix", 1)
	if r := convertYAML(t, elsewhere, publishing(PublishIngress)); has[*networkingv1.Ingress](r, "web") {
		t.Error("nobody serves the path for the host that leaves it out")
	}
}
