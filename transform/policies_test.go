package transform

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/transship/transship/transform/labels"
)

func policyNames(r Result) []string {
	var list []string
	for _, o := range r.Objects {
		if n, ok := o.Object.(*networkingv1.NetworkPolicy); ok {
			list = append(list, n.Name)
		}
	}
	return list
}

// specOf returns the specification of a policy as JSON.
func specOf(t testing.TB, r Result, name string) string {
	t.Helper()
	text, err := json.Marshal(find[*networkingv1.NetworkPolicy](t, r, name).Spec)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const frontAndBack = `
services:
  web: {image: web, networks: [front, back], ports: ["80:8080", "127.0.0.1:9000:9000"]}
  db: {image: db, networks: [back], ports: ["5432:5432"]}
networks: {front: {labels: {team: shop}}, back: {internal: true}}
`

func TestTrap30NetworksStayApart(t *testing.T) {
	r := convertYAML(t, frontAndBack)
	want := []string{"net-back", "internal-back", "net-front", "allow-web-published"}
	if got := policyNames(r); !slices.Equal(got, want) {
		t.Fatalf("policies %v, want %v", got, want)
	}
	const back = `{"matchLabels":{"app.kubernetes.io/instance":"shop","network.transship/back":"true"}}`
	for name, want := range map[string]string{
		"net-back": `{"podSelector":` + back + `,"ingress":[{"from":[{"podSelector":` + back + `}]}],"policyTypes":["Ingress"]}`,
		"internal-back": `{"podSelector":{"matchLabels":{"app.kubernetes.io/instance":"shop","network.transship/back":"true","transship/internal-only":"true"}},` +
			`"egress":[{"to":[{"podSelector":` + back + `}]},` +
			`{"ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}],"to":[` +
			`{"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}},"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}}},` +
			`{"ipBlock":{"cidr":"169.254.20.10/32"}}]}],"policyTypes":["Egress"]}`,
		"allow-web-published": `{"podSelector":{"matchLabels":{"app.kubernetes.io/instance":"shop","app.kubernetes.io/name":"web"}},` +
			`"ingress":[{"ports":[{"protocol":"TCP","port":8080}]}],"policyTypes":["Ingress"]}`,
	} {
		if got := specOf(t, r, name); got != want {
			t.Errorf("%s is %s\nwant %s", name, got, want)
		}
	}
	if got := find[*networkingv1.NetworkPolicy](t, r, "net-front").Annotations["team"]; got != "shop" {
		t.Errorf("labels of the network: %q", got)
	}
}

func TestLabelsOfNetworks(t *testing.T) {
	r := convertYAML(t, frontAndBack)
	web, db := podNamed(t, r, "web").Labels, podNamed(t, r, "db").Labels
	if web["network.transship/front"] != "true" || web["network.transship/back"] != "true" || web[labels.InternalOnly] != "" {
		t.Errorf("web %v", web)
	}
	if db["network.transship/back"] != "true" || db[labels.InternalOnly] != "true" {
		t.Errorf("db %v", db)
	}
}

func TestWhenPoliciesAreMade(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		mode string
		want []string
	}{
		"one network for all":         {`services: {a: {image: a}, b: {image: b}}`, "", nil},
		"one other network for all":   {"services: {a: {image: a, networks: [x]}, b: {image: b, networks: [x]}}\nnetworks: {x: {}}", "", nil},
		"asked for":                   {`services: {a: {image: a}}`, "always", []string{"net-default"}},
		"memberships differ":          {"services: {a: {image: a}, b: {image: b, networks: [default, x]}}\nnetworks: {x: {}}", "", []string{"net-default", "net-x"}},
		"an internal network":         {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {internal: true}}", "", []string{"net-x", "internal-x"}},
		"no network":                  {`services: {a: {image: a, network_mode: none}, b: {image: b}}`, "", []string{"net-default", "deny-a"}},
		"the network of the host":     {`services: {a: {image: a, network_mode: host}, b: {image: b}}`, "", nil},
		"the old bridge is an island": {`services: {a: {image: a, network_mode: bridge}, b: {image: b}}`, "", []string{"net-bridge", "net-default"}},
		"not wanted":                  {frontAndBack, "never", nil},
		"names that differ by a dot":  {"services: {a: {image: a, networks: [x_y]}, b: {image: b, networks: [x.y]}}\nnetworks: {x_y: {}, x.y: {}}", "", []string{"net-x-y-b24ca9b7", "net-x-y-f9068e81"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, c.yaml, func(in *Input) { in.Options.NetworkPolicies = NetworkPolicies(c.mode) })
			got := policyNames(r)
			if len(got) != len(c.want) {
				t.Fatalf("policies %v, want %v", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("policies %v, want %v", got, c.want)
				}
			}
			if c.mode == "never" {
				finding(t, r, "network-policies-off")
			}
		})
	}
}

func TestNoNetworkDeniesAll(t *testing.T) {
	r := convertYAML(t, `services: {a: {image: a, network_mode: none, ports: ["80:80"]}}`)
	if got := specOf(t, r, "deny-a"); got != `{"podSelector":{"matchLabels":{"app.kubernetes.io/instance":"shop","app.kubernetes.io/name":"a"}},"policyTypes":["Ingress","Egress"]}` {
		t.Errorf("deny-a is %s", got)
	}
	if got := policyNames(r); !slices.Equal(got, []string{"deny-a"}) {
		t.Errorf("policies %v: nothing may be opened", got)
	}
}

func TestPodWithoutANetworkDoesNotWait(t *testing.T) {
	r := convertYAML(t, `
services:
  a: {image: a, network_mode: none, depends_on: {b: {condition: service_healthy}}}
  b: {image: b, expose: [80], healthcheck: {test: [CMD, /check]}}
`)
	if got := podNamed(t, r, "a").Spec.InitContainers; len(got) != 0 {
		t.Errorf("%s would wait for ever", containerNames(got))
	}
	started := convertYAML(t, `services: {a: {image: a, network_mode: none, depends_on: [b]}, b: {image: b}}`)
	if hasCode(started, "wait-no-network") {
		t.Error("nobody waits for a service that has only to be started")
	}
}

func TestExternalNetworks(t *testing.T) {
	const yaml = `
services: {web: {image: a, networks: [default, proxy]}, db: {image: b}}
networks: {proxy: {external: true, name: edge_net, x-kubernetes: {namespaceSelector: {team: edge}}}}
`
	r := convertYAML(t, yaml)
	if got := specOf(t, r, "net-edge-net"); !strings.Contains(got, `{"namespaceSelector":{"matchLabels":{"team":"edge"}}}`) {
		t.Errorf("net-edge-net is %s", got)
	}
	if hasCode(r, "external-network") {
		t.Errorf("the file says what the network is in the cluster: %v", codes(r))
	}
	r = convertYAML(t, strings.Replace(yaml, ", x-kubernetes: {namespaceSelector: {team: edge}}", "", 1))
	if got := specOf(t, r, "net-edge-net"); !strings.Contains(got, `{"podSelector":{"matchLabels":{"network.transship/edge-net":"true"}},"namespaceSelector":{}}`) {
		t.Errorf("net-edge-net is %s", got)
	}
	finding(t, r, "external-network")
	r = convertYAML(t, strings.Replace(yaml, "external: true, name: edge_net, ", "", 1)) // a network of the project that others are let into
	if got := specOf(t, r, "net-proxy"); !strings.Contains(got, `{"namespaceSelector":{"matchLabels":{"team":"edge"}}}`) {
		t.Errorf("net-proxy is %s", got)
	}
}

// TestNetworkThatANetworkModeNames: network_mode takes the name that Docker has for a network, also for one of the project's.
func TestNetworkThatANetworkModeNames(t *testing.T) {
	r := convertYAML(t, `
services: {a: {image: a, network_mode: real_name}, b: {image: b, networks: [n]}, c: {image: c}, d: {image: d, network_mode: elsewhere}, e: {image: e, network_mode: shop_default}}
networks: {n: {name: real_name}}
`)
	for name, want := range map[string]string{"a": "real-name", "b": "real-name", "c": "default", "d": "elsewhere", "e": "default"} {
		for label := range find[*appsv1.Deployment](t, r, name).Spec.Template.Labels {
			if network, found := strings.CutPrefix(label, LabelNetwork); found && network != want {
				t.Errorf("%s is on %s, want %s", name, network, want)
			}
		}
	}
	if got, want := policyNames(r), []string{"net-default", "net-real-name", "net-elsewhere"}; !slices.Equal(got, want) {
		t.Errorf("policies %v, want %v", got, want)
	}
	if got := messages(r, "external-network"); len(got) != 1 || !strings.HasPrefix(got[0], "elsewhere ") {
		t.Errorf("findings %q", got)
	}
}

func TestWaitsPassThePolicies(t *testing.T) {
	r := convertYAML(t, `
services:
  app: {image: a, networks: [x], depends_on: {db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}}
  db: {image: b, networks: [y], expose: [5432], healthcheck: {test: [CMD, /check]}}
  migrate: {image: c, networks: [y]}
networks: {x: {internal: true}, y: {}}
`)
	got := policyNames(r)
	for _, want := range []string{"allow-app-waits-for-db", "allow-app-to-db", "allow-app-api"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
	finding(t, r, "wait-across-networks")
	finding(t, r, "api-egress")
}

// TestWaitFromTheNode: a policy selects Pods by their labels, which those in the network of the node do not carry into it.
func TestWaitFromTheNode(t *testing.T) {
	const format = `
services:
  agent: {image: a, network_mode: host, depends_on: {db: {condition: service_healthy}}}
  db: {image: b, networks: [back], expose: [80], healthcheck: {test: x}, ports: [%s]}
networks: {back: {internal: %s}}
`
	finding(t, convertYAML(t, fmt.Sprintf(format, "", "true")), "wait-from-node")
	for name, text := range map[string]string{
		"no policies": fmt.Sprintf(format, "", "false"),
		"published":   fmt.Sprintf(format, `"80:80"`, "false"),
	} {
		if hasCode(convertYAML(t, text), "wait-from-node") {
			t.Errorf("%s: nothing stands in the way", name)
		}
	}
}

func TestWaitsOnACommonNetworkNeedNothing(t *testing.T) {
	r := convertYAML(t, `
services:
  app: {image: a, networks: [x], depends_on: {db: {condition: service_healthy}}}
  db: {image: b, networks: [x, y], expose: [5432], healthcheck: {test: [CMD, /check]}}
networks: {x: {}, y: {}}
`)
	if got := policyNames(r); !slices.Equal(got, []string{"net-x", "net-y"}) {
		t.Errorf("policies %v", got)
	}
}

func TestNetworksThatDifferFromDocker(t *testing.T) {
	for name, c := range map[string]struct{ yaml, code string }{
		"a driver":           {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {driver: macvlan}}", "network-driver"},
		"a shared name":      {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {name: shared}}", "network-shared"},
		"labels":             {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {labels: {a: b}}}", "network-labels"},
		"internal":           {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {internal: true}}", "network-internal"},
		"a mode by name":     {`services: {a: {image: a, network_mode: other_net}}`, "external-network"},
		"waiting offline":    {`services: {a: {image: a, network_mode: none, depends_on: {b: {condition: service_healthy}}}, b: {image: b, healthcheck: {test: x}}}`, "wait-no-network"},
		"two families":       {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {enable_ipv6: true}}", "dual-stack"},
		"IPv6 alone":         {"services: {a: {image: a, networks: [x]}}\nnetworks: {x: {enable_ipv4: false}}", "ipv6-only"},
		"policies are there": {frontAndBack, "network-policy"},
	} {
		t.Run(name, func(t *testing.T) {
			finding(t, convertYAML(t, c.yaml), c.code)
		})
	}
}

func TestDriverHostIsTheNetworkOfTheHost(t *testing.T) {
	r := convertYAML(t, "services: {a: {image: a, networks: [outside]}}\nnetworks: {outside: {external: true, name: host}}")
	if !podNamed(t, r, "a").Spec.HostNetwork {
		t.Error("not in the network of the node")
	}
}
