package transform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// showPorts renders the ports of a Service as "name:port->target/protocol".
func showPorts(s *corev1.Service) string {
	var list []string
	for _, x := range s.Spec.Ports {
		text := fmt.Sprintf("%s:%d", x.Name, x.Port)
		if x.TargetPort.IntVal != x.Port {
			text += "->" + x.TargetPort.String()
		}
		if x.Protocol != "" {
			text += "/" + string(x.Protocol)
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestServiceListsContainerPorts(t *testing.T) {
	for name, c := range map[string]struct{ service, want string }{
		"trap 1: the target, never the published port": {`ports: ["8080:80"]`, "p-80:80"},
		"loopback ports are ports for peers":           {`ports: ["127.0.0.1:9113:9113"]`, "p-9113:9113"},
		"expose":                                       {`expose: ["3000", 4000, "53/udp"]`, "p-3000:3000 p-4000:4000 p-53-udp:53/UDP"},
		"a range":                                      {`expose: ["7000-7002"]`, "p-7000:7000 p-7001:7001 p-7002:7002"},
		"tcp and udp with one number":                  {`ports: ["53:53/udp", "53:53/tcp"]`, "p-53-udp:53/UDP p-53-tcp:53"},
		"sctp":                                         {`ports: [{target: 36412, protocol: sctp}]`, "p-36412-sctp:36412/SCTP"},
		"one port published twice is one port":         {`ports: ["80:80", "8080:80"]`, "p-80:80"},
		"a name":                                       {`ports: [{target: 80, name: Web_UI}]`, "web-ui:80"},
		"a long name":                                  {`ports: [{target: 80, name: administration-port}]`, "administration:80"},
		"names collide":                                {`ports: [{target: 80, name: web}, {target: 81, name: WEB}]`, "web:80 p-81:81"},
		"a name without a letter":                      {`ports: [{target: 80, name: "443"}]`, "p-80:80"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {web: {image: acme/web, "+c.service+"}}")
			s := find[*corev1.Service](t, r, "web")
			if got := showPorts(s); got != c.want {
				t.Errorf("ports %s, want %s", got, c.want)
			}
			if s.Spec.ClusterIP != "" || s.Spec.Type != "" {
				t.Errorf("spec %+v, want a ClusterIP Service", s.Spec)
			}
		})
	}
}

func TestServiceCarriesAppProtocol(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: acme/web, ports: [{target: 80, app_protocol: kubernetes.io/h2c}]}}")
	s := find[*corev1.Service](t, r, "web")
	if got := s.Spec.Ports[0].AppProtocol; got == nil || *got != "kubernetes.io/h2c" {
		t.Errorf("appProtocol %v", got)
	}
}

func TestTrap03ServiceWithoutPortsIsHeadless(t *testing.T) {
	r := convertYAML(t, "services: {worker: {image: acme/worker}}")
	s := find[*corev1.Service](t, r, "worker")
	if s.Spec.ClusterIP != corev1.ClusterIPNone || len(s.Spec.Ports) != 0 {
		t.Errorf("spec %+v, want headless without ports", s.Spec)
	}
	finding(t, r, "headless")
}

func TestHeadlessOnRequest(t *testing.T) {
	for name, service := range map[string]string{
		"endpoint_mode": `deploy: {endpoint_mode: dnsrr}, ports: ["80:80"]`,
		"many ports":    `expose: ["7000-7100"]`,
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {web: {image: acme/web, "+service+"}}")
			if s := find[*corev1.Service](t, r, "web"); s.Spec.ClusterIP != corev1.ClusterIPNone {
				t.Errorf("clusterIP %q, want None", s.Spec.ClusterIP)
			}
		})
	}
}

func TestPortsOutOfRange(t *testing.T) {
	for _, service := range []string{
		`expose: ["70000"]`, `expose: ["9-1"]`, `expose: ["http"]`, `ports: [{target: 70000}]`,
		`ports: [{target: 80, published: "70000"}]`, `ports: [{target: 80, published: http}]`, `ports: [{target: 80, published: "90-80"}]`,
	} {
		r := convertYAML(t, "services: {web: {image: acme/web, "+service+"}}")
		finding(t, r, "port-invalid")
	}
	r := convertYAML(t, `services: {web: {image: acme/web, ports: [{target: 80, published: "0"}, {target: 81}, {target: 82, published: "80-90"}]}}`)
	if r.Findings.Worst() == diag.Error {
		t.Errorf("a port is refused: %v", codes(r))
	}
}

func TestTrap02PortsOfTheImage(t *testing.T) {
	facts := func(in *Input) {
		in.Images["db"] = source.ImageFacts{Source: "Dockerfile db/Dockerfile", Ports: []string{"5432/tcp", "8125/udp"}}
	}
	r := convertYAML(t, "services: {db: {build: ./db, expose: [9000]}}", facts)
	if got, want := showPorts(find[*corev1.Service](t, r, "db")), "p-9000:9000 p-5432:5432 p-8125-udp:8125/UDP"; got != want {
		t.Errorf("ports %s, want %s", got, want)
	}
	if f := finding(t, r, "port-inferred"); !strings.Contains(f.Message, "Dockerfile db/Dockerfile") {
		t.Errorf("the finding does not name the source: %s", f.Message)
	}
}

func TestContainerPorts(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: acme/web, ports: ["8080:80", "53:53/udp"]}}`)
	ports := containerNamed(t, r, "web", "web").Ports
	want := []corev1.ContainerPort{{Name: "p-80", ContainerPort: 80}, {Name: "p-53-udp", ContainerPort: 53, Protocol: corev1.ProtocolUDP}}
	if !slices.Equal(ports, want) {
		t.Errorf("ports %+v, want %+v", ports, want)
	}
}
