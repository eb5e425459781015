package pod

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// These images run a program that closes all ports to whoever is not on the network of the container, or sends what it answers through its
// tunnel. On Docker the callers are on that network; a Pod is alone on its own.
// Sources: https://github.com/qdm12/gluetun-wiki/blob/main/setup/options/firewall.md,
// https://haugene.github.io/docker-transmission-openvpn/config-options/ (LOCAL_NETWORK), https://github.com/binhex/documentation/blob/master/docker/faq/vpn.md (LAN_NETWORK)
var (
	ownFirewall = pattern.New(`(?i)(^|/)gluetun(:|@|$)`).Holding("gluetun")
	ownRoutes   = pattern.New(`(?i)(^|/)(transmission-openvpn|arch-[a-z]+vpn)(:|@|$)`).Holding("vpn")
)

// reportFirewall tells of a firewall in the Pod that closes the ports which others call.
func reportFirewall(b *workload.Pod, ports network.Ports, findings *report.Findings) {
	for _, m := range b.Members {
		routes := ownRoutes.MatchAny(m.ImageNames())
		if value := m.Config.Environment["FIREWALL_INPUT_PORTS"]; !routes && !ownFirewall.MatchAny(m.ImageNames()) || value != nil && *value != "" {
			continue
		}
		var called []int
		for _, member := range b.Members {
			for _, p := range ports.Of(member) {
				called = append(called, int(p.Number))
			}
		}
		if len(called) == 0 {
			continue
		}
		if routes {
			variable := "LAN_NETWORK"
			if strings.Contains(strings.Join(m.ImageNames(), " "), "transmission-openvpn") {
				variable = "LOCAL_NETWORK"
			}
			findings.Addf("own-firewall", m.Key("image"), "set "+variable+" in its environment to the networks of Pods and nodes, which the cluster chooses",
				"%s answers callers of its own network and of those in %s only, and sends all else into its tunnel: in a cluster callers come from other networks", m.Name, variable)
			continue
		}
		slices.Sort(called)
		var list []string
		for _, n := range slices.Compact(called) {
			list = append(list, strconv.Itoa(n))
		}
		findings.Addf("own-firewall", m.Key("image"), "set FIREWALL_INPUT_PORTS="+strings.Join(list, ",")+" in its environment, and FIREWALL_OUTBOUND_SUBNETS to the networks of Pods and Services where the Pod calls others",
			"the firewall of %s lets in only callers of its own network, which in a cluster nobody is", m.Name)
	}
}
