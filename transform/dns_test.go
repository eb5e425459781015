package transform

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestTrap28NameServersDoNotReplaceThatOfTheCluster(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, dns: [1.1.1.1], dns_search: [corp.example, "."], dns_opt: ["ndots:1", rotate]}}`)
	spec := podNamed(t, r, "web").Spec
	want := &corev1.PodDNSConfig{Searches: []string{"corp.example"}, Options: []corev1.PodDNSConfigOption{{Name: "ndots", Value: new("1")}, {Name: "rotate"}}}
	if spec.DNSPolicy != "" || !reflect.DeepEqual(spec.DNSConfig, want) {
		t.Errorf("dnsPolicy %q, dnsConfig %+v", spec.DNSPolicy, spec.DNSConfig)
	}
	finding(t, r, "dns-servers")
	finding(t, r, "dns-search")
}

func TestNameServersOnRequest(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, dns: [1.1.1.1, "::1", 9.9.9.9, 8.8.8.8, nonsense], x-kubernetes: {dnsPolicy: None}}}`)
	spec := podNamed(t, r, "web").Spec
	if spec.DNSPolicy != corev1.DNSNone || !slices.Equal(spec.DNSConfig.Nameservers, []string{"1.1.1.1", "::1", "9.9.9.9"}) {
		t.Errorf("dnsPolicy %q, dnsConfig %+v", spec.DNSPolicy, spec.DNSConfig)
	}
	finding(t, convertYAML(t, `services: {web: {image: a, x-kubernetes: {dnsPolicy: None}}}`), "dns-policy")
}

func TestExtraHosts(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: a
    extra_hosts: ["b.example:10.0.0.7", "A.example:10.0.0.7", "c:10.0.0.7", "c:2001:db8::1", "my_host:10.0.0.8", "bad:nonsense", "host.docker.internal:host-gateway"]
`)
	want := []corev1.HostAlias{{IP: "10.0.0.7", Hostnames: []string{"a.example", "b.example", "c"}}, {IP: "2001:db8::1", Hostnames: []string{"c"}}}
	if got := podNamed(t, r, "web").Spec.HostAliases; !reflect.DeepEqual(got, want) {
		t.Errorf("hostAliases %+v, want %+v", got, want)
	}
	got := codes(r)
	for _, want := range []string{
		"warning[extra-host] services.web.extra_hosts.my_host", "warning[extra-host] services.web.extra_hosts.bad",
		"warning[host-gateway] services.web.extra_hosts.host.docker.internal",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
}

func TestHostnames(t *testing.T) {
	long := strings.Repeat("h", 64)
	for _, c := range []struct {
		keys, want string
		reported   bool
	}{
		{`hostname: web`, "web", false},
		{`hostname: Web`, "web", true},
		{`hostname: mail.example.com`, "mail", true},
		{`hostname: my_host`, "my-host", true},
		{`hostname: ` + long, strings.Repeat("h", 54) + "-", true},
		{`hostname: web, domainname: example.com`, "web", true},
		{`hostname: web, network_mode: host`, "", true},
	} {
		r := convertYAML(t, `services: {a: {image: a, `+c.keys+`}}`)
		got := podNamed(t, r, "a").Spec.Hostname
		if got != c.want && (!strings.HasSuffix(c.want, "-") || !strings.HasPrefix(got, c.want) || len(got) > 63) {
			t.Errorf("%s: hostname %q, want %q", c.keys, got, c.want)
		}
		if reported := slices.ContainsFunc(codes(r), func(code string) bool { return strings.HasPrefix(code, "warning[hostname]") }); reported != c.reported {
			t.Errorf("%s: reported %v, want %v", c.keys, reported, c.reported)
		}
	}
}

// TestHostnameOfAServiceThatIsCalledSo: texts say the name of the Service for the name of the service, and a program that
// binds to it has to find itself.
func TestHostnameOfAServiceThatIsCalledSo(t *testing.T) {
	r := convertYAML(t, `services: {wazuh.manager: {image: a, hostname: wazuh.manager, environment: {BIND_ADDR: wazuh.manager}}}`)
	if got := podNamed(t, r, "wazuh-manager").Spec.Hostname; got != "wazuh-manager" {
		t.Errorf("host name %q", got)
	}
	if m := finding(t, r, "hostname").Message; !strings.Contains(m, "wazuh-manager, as its Service") {
		t.Errorf("message %q", m)
	}
}

func TestSettingsOfAMergedPod(t *testing.T) {
	r := convertYAML(t, `services: {a: {image: a, hostname: one, extra_hosts: ["x:10.0.0.1"]}, b: {image: b, ipc: "service:a", hostname: two, extra_hosts: ["y:10.0.0.1"]}}`)
	spec := podNamed(t, r, "a").Spec
	if spec.Hostname != "one" || !slices.Equal(spec.HostAliases[0].Hostnames, []string{"x", "y"}) {
		t.Errorf("hostname %q, hostAliases %v", spec.Hostname, spec.HostAliases)
	}
	if f := finding(t, r, "pod-setting"); f.Path.String() != "services.b.hostname" {
		t.Errorf("path %s", f.Path)
	}
}
