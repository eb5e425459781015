package network

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/workload"
)

// What tells that a program looks for its peers by multicast: an address of a group, which no range follows; a switch; and programs that do so
// unless they are told their peers. Sources: RFC 5771, RFC 6762 (224.0.0.251), https://docs.hazelcast.com/hazelcast/latest/clusters/discovering-by-multicast,
// http://jgroups.org/manual5/#UDP, https://ignite.apache.org/docs/latest/clustering/tcp-ip-discovery, https://ipfscluster.io/documentation/deployment/bootstrap/
var (
	groupAddress    = pattern.New(`(?:^|[^\d.])((?:22[4-9]|23[0-9])\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:[^\d./]|$)`)
	multicastSwitch = pattern.New(`(?i)<multicast\s[^>]*enabled="true"|multicast:\s*\n\s+enabled:\s*true|discovery(?:[._-]\w+)*\W{1,3}(?:multicast|mdns)\b`).Holding("multicast", "mdns")
	multicastName   = pattern.New(`(?i)(^|_)(MULTICAST|MDNS)(_ENABLED?)?$`).Holding("multicast", "mdns")
	multicastOff    = pattern.New(`(?i)^(|0|false|no|off|disabled?)$`)
	cacheStack      = pattern.New(`(?i)(?:^|\s)(?:KC_CACHE_STACK|--cache-stack|cache-stack)[=\s]\s*["']?udp\b`).Holding("udp")
)

// byItself are programs that look for their peers by multicast unless something says where they are, with what says so. Sources beside those above:
// https://www.keycloak.org/server/caching (the stack of Keycloak is udp up to 26.0), https://ignite.apache.org/docs/latest/clustering/tcp-ip-discovery
var byItself = []struct {
	image, told *pattern.Pattern
	isOne       bool // the replicas of one service are a cluster, and not several services of the image
}{
	{pattern.New(`(?i)(^|/)ipfs-cluster(:|@|$)`).Holding("ipfs-cluster"), pattern.New(`PEERADDRESSES|--bootstrap`).Holding("peeraddresses", "--bootstrap"), false},
	{pattern.New(`(?i)(^|/)hazelcast(-enterprise)?(:|@|$)`).Holding("hazelcast"), pattern.New(`(?i)tcp-?ip|kubernetes|HZ_NETWORK_JOIN|hz\.network\.join|eureka|discovery-strateg|HAZELCAST_CONFIG|hazelcast\.config`).Holding("tcp", "kubernetes", "join", "eureka", "strateg", "config"), false},
	{pattern.New(`(?i)(^|/)ignite(:(latest|2[.\w-]*|1[.\w-]*))?(@|$)`).Holding("ignite"), pattern.New(`(?i)IpFinder|kubernetes|CONFIG_URI`).Holding("ipfinder", "kubernetes", "config_uri"), false},
	{pattern.New(`(?i)(^|/)keycloak:(1\d|2[0-5]|26\.0)(\.|-|@|$)`).Holding("keycloak"), pattern.New(`(?i)cache[-_]stack|jgroups|cache[-_]config|cache[=\s]+local|start-dev|kubernetes`).Holding("cache", "jgroups", "start-dev", "kubernetes"), true},
}

// findsByItself reports whether a program looks for its peers by multicast because nothing in the texts that it is told says where they are.
func findsByItself(s *input.Service, told string, hasReplicas bool) bool {
	for _, program := range byItself {
		if program.image.MatchAny(s.ImageNames()) {
			return (hasReplicas || !program.isOne) && !program.told.MatchString(told)
		}
	}
	return false
}

// reportMulticast tells of programs that look for their peers by multicast. The bridge of Docker carries it from container to container; the
// network of Pods mostly does not, so that each finds itself alone. One that has no peers in the project, or the network of its node, is left out.
func (d *services) reportMulticast() {
	pods := map[string]map[*workload.Pod]bool{} // of the services of an image
	for _, s := range d.project.Services {
		if image := s.Config.Image; image != "" {
			if pods[image] == nil {
				pods[image] = map[*workload.Pod]bool{}
			}
			pods[image][d.workloads.Pod(s)] = true
		}
	}
	for _, s := range d.project.Services {
		isAlone := !d.workloads.Pod(s).HasReplicas() && len(pods[s.Config.Image]) < 2
		if isAlone || s.NetworkMode == "host" || s.NetworkMode == "none" {
			continue
		}
		if at, sign := d.multicastOf(s); sign != "" {
			d.findings.Addf("multicast", at, "name the peers in the settings of the program, or choose the discovery that it has for Kubernetes or DNS",
				"%s looks for its peers by multicast (%s), which most networks of Pods do not carry: each member would be alone", s.Name, sign)
		}
	}
}

// multicastOf returns what tells that a service looks for its peers by multicast and where it stands, or "".
func (d *services) multicastOf(s *input.Service) (at diag.Path, sign string) {
	for _, name := range sorted.Keys(s.Config.Environment) {
		value := s.Config.Environment[name]
		if value == nil {
			continue
		}
		if m := groupAddress.FindStringSubmatch(*value); m != nil {
			return s.Key("environment", name), m[1]
		}
		if cacheStack.MatchString(name+"="+*value) || multicastName.MatchString(name) && !multicastOff.MatchString(*value) || multicastSwitch.MatchString(name+"="+*value) {
			return s.Key("environment", name), name
		}
	}
	command := strings.Join(slices.Concat(s.Config.Entrypoint, s.Config.Command), " ")
	if m := groupAddress.FindStringSubmatch(command); m != nil {
		return s.Key("command"), m[1]
	}
	if cacheStack.MatchString(command) {
		return s.Key("command"), "--cache-stack"
	}
	text := d.project.SettingsText(s)
	if m := groupAddress.FindStringSubmatch(text); m != nil {
		return s.Path, m[1] + " in its settings"
	}
	if multicastSwitch.MatchString(text) {
		return s.Path, "its settings"
	}
	told := []string{command, text}
	for _, name := range sorted.Keys(s.Config.Environment) {
		if value := s.Config.Environment[name]; value != nil {
			told = append(told, name+"="+*value)
		}
	}
	if findsByItself(s, strings.Join(told, "\n"), d.workloads.Pod(s).HasReplicas()) {
		return s.Key("image"), "its default"
	}
	return nil, ""
}
