package transform

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// messages returns the messages of all findings of a code, in order.
func messages(r Result, code string) []string {
	var list []string
	for _, f := range r.Findings {
		if f.Code == code {
			list = append(list, f.Message)
		}
	}
	return list
}

// TestSecondHostPortIsReported: server-side apply knows a container port by its number, so it can be bound once.
func TestSecondHostPortIsReported(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, ports: [{target: 80, published: "8080", mode: host}, {target: 80, published: "8081", mode: host}]}}`)
	if ports := containerNamed(t, r, "web", "web").Ports; len(ports) != 1 || ports[0].HostPort != 8080 {
		t.Errorf("ports %+v", ports)
	}
	if m := finding(t, r, "host-port-second").Message; !strings.Contains(m, "8081 of the node is left out") {
		t.Errorf("message %q", m)
	}
}

func TestPortConflictsOnTheDockerHost(t *testing.T) {
	for name, c := range map[string]struct {
		two  string
		want int
	}{
		"same port":               {`ports: ["80:81"]`, 1},
		"one address of all":      {`ports: ["127.0.0.1:80:81"]`, 1},
		"other protocol":          {`ports: ["80:81/udp"]`, 0},
		"range":                   {`ports: ["80-90:81"]`, 0},
		"network of the host":     {`ports: ["80:81"], network_mode: host`, 0},
		"no network":              {`ports: ["80:81"], network_mode: none`, 0},
		"internal networks alone": {`ports: ["80:81"], networks: [i]`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {web: {image: a, ports: [\"80:80\"]}, two: {image: a, "+c.two+"}}\nnetworks: {i: {internal: true}}")
			if got := messages(r, "port-conflict"); len(got) != c.want {
				t.Errorf("conflicts %q, want %d", got, c.want)
			}
		})
	}
	apart := convertYAML(t, `services: {web: {image: a, ports: ["10.0.0.1:80:80"]}, two: {image: a, ports: ["10.0.0.2:80:80"]}}`)
	if hasCode(apart, "port-conflict") {
		t.Error("two addresses of the host have a port each")
	}
}

// TestPortThatIsFreeAgain: who starts after the end of another one can have its port of the host.
func TestPortThatIsFreeAgain(t *testing.T) {
	for condition, want := range map[string]int{"service_completed_successfully": 0, "service_started": 1} {
		r := convertYAML(t, `
services:
  first: {image: a, restart: "no", ports: ["80:80"]}
  second: {image: b, restart: always, ports: ["80:80"], depends_on: {first: {condition: `+condition+`}}}`)
		if got := messages(r, "port-conflict"); len(got) != want {
			t.Errorf("%s: %q, want %d", condition, got, want)
		}
	}
}

// TestPublishedPortsOfOneService: what a service publishes under a number stays there, whatever is chosen for the others.
func TestPublishedPortsOfOneService(t *testing.T) {
	for name, c := range map[string]struct {
		ports, want string
		conflicts   int
	}{
		"a choice of Docker's after":  {`"8080:80", "8080"`, "p-8080:8080->80", 1},
		"a choice of Docker's before": {`"8080", "8080:80"`, "p-8080:8080->80", 1},
		"the same port twice":         {`"80", "80:80"`, "p-80:80", 0},
		"a range around":              {`"8090-8095:81", "8090:82"`, "p-8091:8091->81 p-8090:8090->82", 0},
		"a range that is taken":       {`"7000-7001:5", "7000:3", "7001:4"`, "p-7000:7000->3 p-7001:7001->4", 1},
		"two of one number":           {`"9000:1", "9000:2"`, "p-9000:9000->1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, `services: {web: {image: a, ports: [`+c.ports+`]}}`, publishing(PublishLoadBalancer))
			if got := showPorts(find[*corev1.Service](t, r, "web-published")); got != c.want {
				t.Errorf("ports %s, want %s", got, c.want)
			}
			if got := messages(r, "port-conflict"); len(got) != c.conflicts {
				t.Errorf("conflicts %q, want %d", got, c.conflicts)
			}
		})
	}
}

// TestNodePortIsTakenOnce: the API server refuses a node port that another Service has.
func TestNodePortIsTakenOnce(t *testing.T) {
	r := convertYAML(t, `
services:
  a: {image: a, ports: ["80:80", "31000:81"], x-kubernetes: {publish: {type: nodeport, nodePort: 31000}}}
  b: {image: a, ports: ["31000:80", "31000:80/udp"]}
`, publishing(PublishNodePort))
	var got []int32
	for _, name := range []string{"a-published", "b-published"} {
		for _, x := range find[*corev1.Service](t, r, name).Spec.Ports {
			got = append(got, x.NodePort)
		}
	}
	if want := []int32{31000, 0, 0, 31000}; len(got) != 4 || [4]int32(got) != [4]int32(want) {
		t.Errorf("node ports %v, want %v", got, want)
	}
	if m := messages(r, "node-port"); len(m) != 2 || !strings.Contains(m[1], "a:80 has 31000 already") {
		t.Errorf("messages %q", m)
	}
}

func TestUnusedWishesForPublishing(t *testing.T) {
	for name, c := range map[string]struct {
		publish string
		want    int
	}{
		"load balancer":  {`{type: loadbalancer, host: a.b, nodePort: 31000, loadBalancerIP: 1.2.3.4}`, 2},
		"node port":      {`{type: nodeport, nodePort: 31000, loadBalancerIP: 1.2.3.4}`, 1},
		"ingress":        {`{type: ingress, host: a.b, path: /, loadBalancerIP: 1.2.3.4}`, 1},
		"not published":  {`{host: a.b}`, 1},
		"said to be not": {`{type: none, host: a.b}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, `services: {web: {image: a, ports: ["80:80"], x-kubernetes: {publish: `+c.publish+`}}}`)
			if got := messages(r, "publish-unused"); len(got) != c.want {
				t.Errorf("findings %q, want %d", got, c.want)
			}
		})
	}
}
