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

// ownFirewall matches images whose program closes all ports to whoever is not on the network of the container. On Docker the callers are;
// a Pod is alone on its own.
// Source: https://github.com/qdm12/gluetun-wiki/blob/main/setup/options/firewall.md
var ownFirewall = pattern.New(`(?i)(^|/)gluetun(:|@|$)`).Holding("gluetun")

// reportFirewall tells of a firewall in the Pod that closes the ports which others call.
func reportFirewall(b *workload.Pod, ports network.Ports, findings *report.Findings) {
	for _, m := range b.Members {
		if value := m.Config.Environment["FIREWALL_INPUT_PORTS"]; !ownFirewall.MatchString(m.Config.Image) || value != nil && *value != "" {
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
		slices.Sort(called)
		var list []string
		for _, n := range slices.Compact(called) {
			list = append(list, strconv.Itoa(n))
		}
		findings.Addf("own-firewall", m.Key("image"), "set FIREWALL_INPUT_PORTS="+strings.Join(list, ",")+" in its environment, and FIREWALL_OUTBOUND_SUBNETS to the networks of Pods and Services where the Pod calls others",
			"the firewall of %s lets in only callers of its own network, which in a cluster nobody is", m.Name)
	}
}
