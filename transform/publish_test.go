package transform

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

func publishing(as Publish) func(*Input) {
	return func(in *Input) { in.Options.Publish = as }
}

func TestNothingIsPublishedUnasked(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["8080:80", "53:53/udp"]}}`)
	for _, o := range r.Objects {
		if s, ok := o.Object.(*corev1.Service); ok && s.Spec.Type != "" {
			t.Errorf("%s is a %s", s.Name, s.Spec.Type)
		}
	}
	silent := convertYAML(t, `services: {web: {image: a, ports: ["8080:80"], x-kubernetes: {publish: none}}}`)
	if hasCode(silent, "port-not-published") {
		t.Errorf("the file says that nothing is to be published: %v", codes(silent))
	}
	for _, want := range []string{"info[port-not-published] services.web.ports[0]", "info[port-not-published] services.web.ports[1]"} {
		if !slices.Contains(codes(r), want) {
			t.Errorf("no %s among %v", want, codes(r))
		}
	}
}

func TestLoadBalancer(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: a
    ports: ["8080:80", "53:53/udp", "53:53/tcp", "9090-9099:90", {target: 443, published: "443", name: secure, app_protocol: https}, "7000"]
    x-kubernetes: {publish: {type: loadbalancer, externalTrafficPolicy: Local, loadBalancerIP: 10.0.0.9, annotations: {a/b: c}}}
`)
	s := find[*corev1.Service](t, r, "web-published")
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer || s.Spec.ExternalTrafficPolicy != "Local" || s.Spec.LoadBalancerIP != "10.0.0.9" || s.Annotations["a/b"] != "c" {
		t.Errorf("annotations %v, spec %+v", s.Annotations, s.Spec)
	}
	want := "p-8080:8080->80 p-53-udp:53/UDP p-53-tcp:53 p-9090:9090->90 secure:443 p-7000:7000"
	if got := showPorts(s); got != want {
		t.Errorf("ports %s, want %s", got, want)
	}
	if s.Spec.Selector[LabelName] != "web" {
		t.Errorf("selector %v", s.Spec.Selector)
	}
	finding(t, r, "port-range")
	if got := showPorts(find[*corev1.Service](t, r, "web")); !strings.HasPrefix(got, "p-80:80 ") {
		t.Errorf("trap 1: peers see %s", got)
	}
}

func TestTrap31LoopbackIsNeverPublished(t *testing.T) {
	for _, as := range []Publish{PublishLoadBalancer, PublishNodePort, PublishIngress, PublishGateway} {
		for _, port := range []string{"127.0.0.1:8080:80", "127.8.8.8:8080:80", "[::1]:8080:80"} {
			r := convertYAML(t, `services: {web: {image: a, ports: ["`+port+`"]}}`, publishing(as))
			for _, o := range r.Objects {
				switch o := o.Object.(type) {
				case *networkingv1.Ingress, *HTTPRoute:
					t.Errorf("%s with %s: a route", port, as)
				case *corev1.Service:
					if o.Spec.Type != "" {
						t.Errorf("%s with %s: a %s", port, as, o.Spec.Type)
					}
				}
			}
			finding(t, r, "port-loopback")
		}
	}
}

// What is bound to the machine answers on this machine while transship up runs.
func TestLoopbackIsForwardedByUp(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["127.0.0.1:8080:80"]}}`, func(in *Input) { in.Options.Live = true })
	if hasCode(r, "port-loopback") {
		t.Errorf("up forwards it: %v", codes(r))
	}
}

func TestNodePorts(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["30080:80", "8081:81"]}}`, publishing(PublishNodePort))
	ports := find[*corev1.Service](t, r, "web-published").Spec.Ports
	if ports[0].NodePort != 30080 || ports[1].NodePort != 0 {
		t.Errorf("node ports %d %d, want 30080 and one of the cluster's choice", ports[0].NodePort, ports[1].NodePort)
	}
	finding(t, r, "node-port")
}

func TestIngress(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: a
    ports: ["80:8080", "9090:9090", "443:443", "5432:5432"]
    x-kubernetes: {publish: {type: ingress, host: shop.example.com, path: /app, ingressClass: nginx, tlsSecret: cert, annotations: {a/b: c}}}
`, func(in *Input) { in.Options.Domain = "example.com" })
	o := find[*networkingv1.Ingress](t, r, "web")
	var got []string
	for _, rule := range o.Spec.Rules {
		path := rule.HTTP.Paths[0]
		got = append(got, rule.Host+path.Path+" "+path.Backend.Service.Name+" "+strconv.Itoa(int(path.Backend.Service.Port.Number/1000)))
	}
	if want := []string{"shop.example.com/app web 8", "web-9090.example.com/app web 9"}; !slices.Equal(got, want) {
		t.Errorf("rules %q, want %q", got, want)
	}
	if *o.Spec.IngressClassName != "nginx" || o.Spec.TLS[0].SecretName != "cert" || o.Annotations["a/b"] != "c" {
		t.Errorf("spec %+v", o.Spec)
	}
	if has[*corev1.Service](r, "web-published") {
		t.Error("a choice of routes makes a database public")
	}
	finding(t, r, "port-tls")
	finding(t, r, "port-no-route")
	udp := convertYAML(t, `services: {dns: {image: a, ports: ["80:80/udp"]}}`, publishing(PublishIngress))
	if f := finding(t, udp, "port-no-route"); strings.Contains(f.Help, "app_protocol") || !strings.Contains(f.Message, "80:80/udp is reachable inside") {
		t.Errorf("%q %q: UDP cannot speak HTTP/1", f.Message, f.Help)
	}
}

func TestIngressWithoutADomainAnswersEveryHost(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["8080:80", "3000:3000"]}}`, publishing(PublishIngress))
	if rules := find[*networkingv1.Ingress](t, r, "web").Spec.Rules; len(rules) != 1 || rules[0].Host != "" {
		t.Errorf("rules %+v", rules)
	}
	finding(t, r, "route-host")
}

func TestClosedServerWithoutADomain(t *testing.T) {
	const conf = "server { listen 80 default_server; return 444; }\nserver { listen 80; server_name shop.example.com; root /srv; }\n"
	p := `services: {web: {image: "nginx:1.29", ports: ["80:80"], configs: [{source: site, target: /etc/nginx/conf.d/site.conf}]}}
configs: {site: {content: "` + strings.ReplaceAll(conf, "\n", `\n`) + `"}}`
	if f := finding(t, convertYAML(t, p, publishing(PublishIngress)), "route-refused"); !strings.Contains(f.Message, "answers with 444 to every host") {
		t.Errorf("%q", f.Message)
	}
	open := strings.Replace(p, "return 444;", "root /srv;", 1)
	if f := codes(convertYAML(t, open, publishing(PublishIngress))); slices.Contains(f, "route-refused") {
		t.Errorf("%v: the default server answers", f)
	}
}

func TestExplicitIngressTakesTheOnlyPort(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, expose: [12345], labels: {kompose.service.expose: shop.example.com}}}`)
	path := find[*networkingv1.Ingress](t, r, "web").Spec.Rules[0].HTTP.Paths[0]
	if path.Backend.Service.Port.Number != 12345 {
		t.Errorf("backend %+v", path.Backend)
	}
}

// TestRouteThatIsAskedForTakesTheFirstPort: who names hosts gets a route to them, whatever the port; each host may have a path.
func TestRouteThatIsAskedForTakesTheFirstPort(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: a, ports: ["53:53/udp", "82:82", "83:83"], labels: {kompose.service.expose: "a.com/path, b.com,c.com/path"}}
`)
	var got []string
	for _, rule := range find[*networkingv1.Ingress](t, r, "web").Spec.Rules {
		path := rule.HTTP.Paths[0]
		got = append(got, rule.Host+path.Path+" "+strconv.Itoa(int(path.Backend.Service.Port.Number)))
	}
	if want := []string{"a.com/path 82", "c.com/path 82", "b.com/ 82"}; !slices.Equal(got, want) {
		t.Errorf("rules %q, want %q", got, want)
	}
	if has[*corev1.Service](r, "web-published") {
		t.Error("ports without a route are public")
	}
}

func TestDataStoresThatBecomePublic(t *testing.T) {
	for as, want := range map[Publish]bool{PublishLoadBalancer: true, PublishNodePort: true, PublishIngress: false, PublishNone: false} {
		r := convertYAML(t, `services: {db: {image: a, ports: ["5432:5432"]}, web: {image: b, ports: ["8080:8080"]}}`, publishing(as))
		if got := messages(r, "datastore-public"); (len(got) == 1) != want {
			t.Errorf("%s: %q", as, got)
		}
	}
}

// A port of the Docker host says nothing of what speaks behind it: a data store gets a route only where it is said to speak HTTP, and
// with a warning then. A port of the node is reachable as well.
func TestDataStoresBehindOtherPorts(t *testing.T) {
	for _, c := range []struct {
		text   string
		as     Publish
		routed bool
		warned int
	}{
		{`services: {db: {image: a, ports: ["80:5432", "443:27017"]}}`, PublishIngress, false, 0},
		{`services: {db: {image: a, ports: ["80:9999"]}}`, PublishIngress, true, 0},
		{`services: {db: {image: a, ports: [{target: 9200, published: "9200", app_protocol: http}]}}`, PublishIngress, true, 1},
		{`services: {db: {image: a, ports: [{target: 5432, published: "15432", mode: host}]}}`, PublishNone, false, 1},
		{`services: {db: {image: a, ports: [{target: 5432, published: "15432", mode: host, host_ip: 127.0.0.1}]}}`, PublishNone, false, 0},
		{`services: {db: {image: a, ports: [{target: 8080, published: "8080", mode: host}]}}`, PublishNone, false, 0},
	} {
		r := convertYAML(t, c.text, publishing(c.as))
		if has[*networkingv1.Ingress](r, "db") != c.routed || len(messages(r, "datastore-public")) != c.warned {
			t.Errorf("%s: routed %v, warned %q", c.text, has[*networkingv1.Ingress](r, "db"), messages(r, "datastore-public"))
		}
	}
}

// What is only inferred is never published, also where a service asks for it without naming a port.
func TestGuessedPortsStayInside(t *testing.T) {
	r := convertYAML(t, `services: {api: {image: a, x-kubernetes: {publish: loadbalancer}}, web: {image: b, environment: {API: "http://api:7000"}}}`)
	if has[*corev1.Service](r, "api-published") {
		t.Error("a guessed port is public")
	}
	finding(t, r, "publish-nothing")
}

// A route that is refused is said as such: what is for the machine itself beside it is not what was to be reached.
func TestARefusedRouteIsNotNothing(t *testing.T) {
	r := convertYAML(t, `
services:
  log:
    image: acme/log
    ports: ["127.0.0.1:12201:12201"]
    expose: ["9000"]
    labels: {traefik.http.routers.log.rule: "Host(\x60log.example.com\x60)", traefik.http.routers.log.middlewares: oauth@file}
`, publishing(PublishIngress))
	finding(t, r, "route-unguarded")
	if got := messages(r, "publish-nothing"); len(got) > 0 {
		t.Errorf("said: %q", got)
	}
}

// A project of which some ports are for others may have further ones for the machine itself.
func TestNothingIsMissedWhereSomethingIsPublished(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["80:80"]}, admin: {image: b, ports: ["127.0.0.1:81:80"]}}`, publishing(PublishIngress))
	if got := messages(r, "publish-nothing"); len(got) > 0 {
		t.Errorf("told %q", got)
	}
}

// A headless Service has no address, so the route of a published port leads to a Service of its own.
func TestRoutesToHeadlessNames(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["80:80"]}, peer: {image: b, environment: {WEB_HOST: web}}}`, publishing(PublishIngress))
	if find[*corev1.Service](t, r, "web").Spec.ClusterIP != corev1.ClusterIPNone || find[*corev1.Service](t, r, "web-published").Spec.ClusterIP == corev1.ClusterIPNone {
		t.Error("want a headless name and a Service with an address behind the route")
	}
	if path := find[*networkingv1.Ingress](t, r, "web").Spec.Rules[0].HTTP.Paths[0]; path.Backend.Service.Name != "web-published" {
		t.Errorf("the route leads to %s", path.Backend.Service.Name)
	}
}

func TestHTTPRoutes(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["8080:80", "3000:3000"], x-kubernetes: {publish: {type: gateway, ingressClass: edge}}}}`,
		func(in *Input) { in.Options.Domain = "example.com" })
	for name, host := range map[string]string{"web": "web.example.com", "web-3000": "web-3000.example.com"} {
		o := find[*HTTPRoute](t, r, name)
		if !slices.Equal(o.Spec.Hostnames, []string{host}) || o.Spec.ParentRefs[0].Name != "edge" || o.Spec.Rules[0].BackendRefs[0].Name != "web" {
			t.Errorf("%s: %+v", name, o.Spec)
		}
	}
	finding(t, convertYAML(t, `services: {web: {image: a, ports: ["8080:80"]}}`, publishing(PublishGateway)), "gateway-parent")
}

func TestHostPorts(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, expose: [81], ports: [{target: 80, published: "8080", mode: host, host_ip: 10.0.0.1}, {target: 82, mode: host}]}}`,
		publishing(PublishLoadBalancer))
	ports := containerNamed(t, r, "web", "web").Ports
	if ports[0].HostPort != 8080 || ports[0].HostIP != "10.0.0.1" || ports[1].HostPort != 0 || ports[2].HostPort != 0 {
		t.Errorf("ports %+v", ports)
	}
	if has[*corev1.Service](r, "web-published") {
		t.Error("a host port is published twice")
	}
	finding(t, r, "host-port")
}

func TestPortsOfTheHostNetwork(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, network_mode: host, expose: [81], ports: ["8080:80"], healthcheck: {test: "curl localhost:82"}}}`,
		publishing(PublishLoadBalancer))
	if ports := containerNamed(t, r, "web", "web").Ports; len(ports) != 0 {
		t.Errorf("ports %+v: what is guessed, what the engine discards and what opens nothing is not taken from the node", ports)
	}
	if has[*corev1.Service](r, "web-published") {
		t.Error("Docker discards these ports")
	}
	finding(t, r, "port-discarded")
}

func TestPublishedPortsThatDifferFromDocker(t *testing.T) {
	for name, c := range map[string]struct{ yaml, code string }{
		"one address":       {`services: {web: {image: a, ports: ["10.0.0.1:80:80"]}}`, "port-host-ip"},
		"two services":      {`services: {web: {image: a, ports: ["80:80"]}, two: {image: a, ports: ["80:81"]}}`, "port-conflict"},
		"internal network":  {"services: {web: {image: a, networks: [x], ports: [\"80:80\"]}}\nnetworks: {x: {internal: true}}", "port-internal"},
		"no network":        {`services: {web: {image: a, network_mode: none, ports: ["80:80"]}}`, "port-discarded"},
		"nothing there":     {`services: {web: {image: a, x-kubernetes: {publish: ingress}}}`, "publish-nothing"},
		"only this machine": {`services: {web: {image: a, ports: ["127.0.0.1:80:80"]}}`, "publish-nothing"},
		"a bad host":        {`services: {web: {image: a, ports: ["80:80"], x-kubernetes: {publish: {type: ingress, host: a_b}}}}`, "route-host-invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			finding(t, convertYAML(t, c.yaml, publishing(PublishLoadBalancer)), c.code)
		})
	}
}

func TestPublishedPortsForUp(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: ["127.0.0.1:8080:80"]}}`, func(in *Input) { in.Options.Live = true })
	want := `[{"hostIP":"127.0.0.1","published":"8080","target":80,"protocol":"tcp"}]`
	for _, o := range r.Objects {
		if d, ok := o.Object.(interface{ GetAnnotations() map[string]string }); ok && d.GetAnnotations()[AnnotationPublished] == want {
			return
		}
	}
	t.Errorf("no workload is annotated with %s", want)
}
