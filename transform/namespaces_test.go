package transform

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

func containerNames(list []corev1.Container) string {
	var all []string
	for _, c := range list {
		all = append(all, c.Name)
	}
	return strings.Join(all, " ")
}

func TestTrap29SharedNetworkIsOnePod(t *testing.T) {
	r := convertYAML(t, `
services:
  vpn: {image: acme/vpn, ports: ["8080:8080"], expose: [9000]}
  torrent: {image: acme/torrent, network_mode: "service:vpn", expose: [6881]}
  watcher: {image: acme/watcher, network_mode: "service:torrent"}
`)
	if got := containerNames(podNamed(t, r, "vpn").Spec.Containers); got != "vpn torrent watcher" {
		t.Errorf("containers %q", got)
	}
	for _, name := range []string{"torrent", "watcher"} {
		if has[*appsv1.Deployment](r, name) || has[*corev1.Service](r, name) {
			t.Errorf("%s has a workload or Service of its own", name)
		}
	}
	if got, want := showPorts(find[*corev1.Service](t, r, "vpn")), "p-8080:8080 p-9000:9000 p-6881:6881"; got != want {
		t.Errorf("ports %s, want %s", got, want)
	}
	if got := find[*appsv1.Deployment](t, r, "vpn").Annotations[AnnotationServices]; got != "vpn,torrent,watcher" {
		t.Errorf("services %q", got)
	}
}

func TestMemberThatOthersAwaitIsASidecar(t *testing.T) {
	r := convertYAML(t, `
services:
  vpn: {image: acme/vpn, healthcheck: {test: [CMD, /check]}}
  torrent: {image: acme/torrent, network_mode: "service:vpn", depends_on: {vpn: {condition: service_healthy}}}
`)
	spec := podNamed(t, r, "vpn").Spec
	if containerNames(spec.InitContainers) != "vpn" || containerNames(spec.Containers) != "torrent" {
		t.Fatalf("initContainers %q, containers %q", containerNames(spec.InitContainers), containerNames(spec.Containers))
	}
	if policy := spec.InitContainers[0].RestartPolicy; policy == nil || *policy != corev1.ContainerRestartPolicyAlways {
		t.Errorf("restartPolicy %v, want Always", policy)
	}
	if startup := spec.InitContainers[0].StartupProbe; startup == nil || startup.Exec.Command[0] != "/check" || startup.FailureThreshold < 60 {
		t.Errorf("startupProbe %+v: nothing holds back the other container", startup)
	}
}

func TestVersionsWithoutSidecars(t *testing.T) {
	r := convertYAML(t, `
services:
  vpn: {image: acme/vpn, healthcheck: {test: [CMD, /check]}}
  torrent: {image: acme/torrent, network_mode: "service:vpn", depends_on: {vpn: {condition: service_healthy}}}
`, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 32} })
	if got := containerNames(podNamed(t, r, "vpn").Spec.Containers); got != "vpn torrent" {
		t.Errorf("containers %q", got)
	}
	finding(t, r, "sidecar-version")
}

func TestWhatASidecarIsStartedBeforeIsNotReported(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		reported   bool
	}{
		{"a hook behind a VPN", "pre_start: [{command: [a]}], depends_on: [vpn]", false},
		{"health that is not required", "depends_on: {vpn: {condition: service_healthy, required: false}}", false},
		{"containers that start together", "depends_on: [vpn]", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := convertYAML(t, `services:
  vpn: {image: vpn, healthcheck: {test: [CMD, up]}}
  web: {image: web, network_mode: "service:vpn", `+c.keys+`}`)
			if hasCode(r, "depends-on-order") != c.reported {
				t.Errorf("reported: %v, want %v", !c.reported, c.reported)
			}
		})
	}
}

func TestSidecarsStartInTheOrderOfTheirHealth(t *testing.T) {
	r := convertYAML(t, `
services:
  net: {image: acme/net, healthcheck: {test: [CMD, /check]}}
  a-app: {image: acme/app, network_mode: "service:net", depends_on: {b-cache: {condition: service_healthy}}}
  b-cache: {image: acme/cache, network_mode: "service:net", healthcheck: {test: [CMD, /check]}, depends_on: {net: {condition: service_healthy}}}
`)
	spec := podNamed(t, r, "net").Spec
	if got := containerNames(spec.InitContainers); got != "net b-cache" {
		t.Errorf("initContainers %q", got)
	}
}

// A hook, and a container that others wait for, must not be in the Pod's network before the VPN that it borrows is.
func TestNothingStartsBeforeTheNetworkItBorrows(t *testing.T) {
	r := convertYAML(t, `
services:
  vpn: {image: acme/vpn, pre_start: [{command: [tunnel]}]}
  torrent: {image: acme/torrent, network_mode: "service:vpn", healthcheck: {test: [CMD, /check]}}
  exporter: {image: acme/exporter, network_mode: "service:vpn", depends_on: {torrent: {condition: service_healthy}}, pre_start: [{command: [fetch]}]}
  idle: {image: acme/idle, network_mode: "service:vpn"}
`)
	spec := podNamed(t, r, "vpn").Spec
	if got := containerNames(spec.InitContainers); got != "pre-start-0 vpn torrent exporter-pre-start-0" {
		t.Errorf("initContainers %q", got)
	}
	if got := containerNames(spec.Containers); got != "idle exporter" {
		t.Errorf("containers %q", got)
	}
	if c := spec.InitContainers[1]; c.RestartPolicy == nil || c.StartupProbe != nil {
		t.Errorf("the VPN is no sidecar that counts as started without a healthcheck: %+v", c)
	}
}

func TestHookInABorrowedNetwork(t *testing.T) {
	text := `
services:
  vpn: {image: acme/vpn}
  torrent: {image: acme/torrent, network_mode: "service:vpn", pre_start: [{command: [fetch]}]}
`
	if got := containerNames(podNamed(t, convertYAML(t, text), "vpn").Spec.InitContainers); got != "vpn torrent-pre-start-0" {
		t.Errorf("initContainers %q", got)
	}
	old := convertYAML(t, text, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 32} })
	finding(t, old, "sidecar-version")
}

func TestSharedProcessesAndIPC(t *testing.T) {
	r := convertYAML(t, `
services:
  app: {image: acme/app, expose: [80], ipc: shareable}
  debug: {image: acme/debug, pid: "service:app", ipc: "service:app", expose: [81]}
`)
	spec := podNamed(t, r, "app").Spec
	if containerNames(spec.Containers) != "app debug" || spec.ShareProcessNamespace == nil || !*spec.ShareProcessNamespace {
		t.Errorf("containers %q, shareProcessNamespace %v", containerNames(spec.Containers), spec.ShareProcessNamespace)
	}
	debug := find[*corev1.Service](t, r, "debug") // only network_mode takes the name away
	if debug.Spec.Selector[LabelName] != "app" || showPorts(debug) != "p-81:81" {
		t.Errorf("selector %v, ports %s", debug.Spec.Selector, showPorts(debug))
	}
}

func TestHostNamespaces(t *testing.T) {
	r := convertYAML(t, `services: {probe: {image: acme/probe, network_mode: host, pid: host, ipc: host, uts: host}}`)
	spec := podNamed(t, r, "probe").Spec
	if !spec.HostNetwork || !spec.HostPID || !spec.HostIPC || spec.DNSPolicy != corev1.DNSClusterFirstWithHostNet {
		t.Errorf("hostNetwork %v, hostPID %v, hostIPC %v, dnsPolicy %q", spec.HostNetwork, spec.HostPID, spec.HostIPC, spec.DNSPolicy)
	}
	if spec.ShareProcessNamespace != nil {
		t.Error("shareProcessNamespace together with hostPID is refused by the API server")
	}
	finding(t, r, "host-network")
	finding(t, r, "host-namespace")
}

func TestNamespacesNoPodCanHave(t *testing.T) {
	r := convertYAML(t, `services: {a: {image: acme/a, ipc: none}, b: {image: acme/b, uts: host}}`)
	got := codes(r)
	for _, want := range []string{"warning[namespace-missing] services.a.ipc", "warning[namespace-missing] services.b.uts"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
}

func TestMergesThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ services, code, path string }{
		"a container outside": {`a: {image: a, network_mode: "container:other"}`, "container-ref", "services.a.network_mode"},
		"pid outside":         {`a: {image: a, pid: "container:other"}`, "container-ref", "services.a.pid"},
		"replicas":            {`a: {image: a}, b: {image: b, network_mode: "service:a", scale: 2}`, "network-merge", "services.b.scale"},
		"kind":                {`a: {image: a}, b: {image: b, ipc: "service:a", deploy: {mode: global}}`, "network-merge", "services.b.deploy"},
		"ports of the joiner": {`a: {image: a}, b: {image: b, network_mode: "service:a", ports: ["80:80"]}`, "network-merge", "services.b.ports"},
		"dns of the joiner":   {`a: {image: a}, b: {image: b, network_mode: "service:a", dns: [1.1.1.1]}`, "network-merge", "services.b.dns"},
		"one port twice":      {`a: {image: a, expose: [80]}, b: {image: b, pid: "service:a", expose: [80]}`, "network-merge", "services.b.ports"},
		"host and not":        {`a: {image: a, network_mode: host}, b: {image: b, pid: "service:a"}`, "network-merge", "services.b.network_mode"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {"+c.services+"}")
			f := finding(t, r, c.code)
			if f.Severity != diag.Error || f.Path.String() != c.path {
				t.Errorf("%s[%s] %s, want an error at %s", f.Severity, f.Code, f.Path, c.path)
			}
		})
	}
}

func TestContainerOfTheProjectIsAService(t *testing.T) {
	r := convertYAML(t, `services: {vpn: {image: a, container_name: tunnel}, app: {image: b, network_mode: "container:tunnel"}}`)
	if got := containerNames(podNamed(t, r, "vpn").Spec.Containers); got != "vpn app" {
		t.Errorf("containers %q", got)
	}
}

func TestGroupOnRequest(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: a, expose: [80], x-kubernetes: {group: front}}
  logs: {image: b, expose: [81], x-kubernetes: {group: front}}
`)
	if got := containerNames(podNamed(t, r, "logs").Spec.Containers); got != "logs web" {
		t.Errorf("containers %q", got)
	}
	if s := find[*corev1.Service](t, r, "web"); s.Spec.Selector[LabelName] != "logs" || showPorts(s) != "p-80:80" {
		t.Errorf("selector %v, ports %s", s.Spec.Selector, showPorts(s))
	}
}

func TestServicesOnDifferentNetworksInOnePod(t *testing.T) {
	r := convertYAML(t, `
services: {a: {image: a, networks: [x]}, b: {image: b, networks: [y], pid: "service:a"}}
networks: {x: {}, y: {}}
`)
	finding(t, r, "pod-networks")
}

func TestNamespacesThatDockerRefuses(t *testing.T) {
	for keys, reported := range map[string]bool{
		"uts: foo": true, "ipc: bar": true, "pid: baz": true,
		"ipc: private": false, "ipc: shareable": false, "pid: 'service:y'": false, "uts: ''": false,
	} {
		r := convertYAML(t, "services: {x: {image: a, "+keys+"}, y: {image: a}}")
		if hasCode(r, "namespace-missing") != reported {
			t.Errorf("%s: %v", keys, codes(r))
		}
	}
}
