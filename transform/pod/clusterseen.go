package pod

import (
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// clusterSeen are programs that look whether they run in a cluster, and then do something there that they may not: on Docker they do without.
// Source: https://github.com/tailscale/tailscale/blob/main/cmd/containerboot/settings.go (TS_KUBE_SECRET), kube.go (setupKube)
var clusterSeen = []struct {
	image    *pattern.Pattern
	variable string // that turns it off where it is empty
	program  string
	does     string
}{
	{pattern.New(`(^|/)tailscale/tailscale(:|@|$)`).Holding("tailscale"), "TS_KUBE_SECRET", "Tailscale", "keeps its state in a Secret, which its Pod may not write"},
}

// reportClusterSeen reports programs that end in a cluster because they see it.
func reportClusterSeen(b *workload.Pod, findings *report.Findings) {
	for _, m := range b.Members {
		for _, known := range clusterSeen {
			if _, said := m.Config.Environment[known.variable]; said || m.Scale() == 0 || !known.image.MatchAny(m.ImageNames()) {
				continue
			}
			findings.Addf("cluster-seen", m.Key("image"), "set the variable "+known.variable+" to an empty text, which means nothing on Docker",
				"%s sees that it runs in Kubernetes and %s: it ends with an error", known.program, known.does)
		}
	}
}
