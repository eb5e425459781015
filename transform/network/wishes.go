package network

import (
	"slices"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// publishKeys are the keys of x-kubernetes.publish that each way of publishing looks at.
var publishKeys = map[input.Publish][]string{
	input.PublishLoadBalancer: {"annotations", "externalTrafficPolicy", "loadBalancerIP", "loadBalancerSourceRanges"},
	input.PublishNodePort:     {"annotations", "externalTrafficPolicy", "nodePort"},
	input.PublishIngress:      {"annotations", "host", "ingressClass", "path", "tlsSecret"},
	input.PublishGateway:      {"annotations", "host", "ingressClass", "path", "tlsSecret"},
}

// reportUnusedWishes reports the keys of x-kubernetes.publish that the chosen way of publishing does not look at. Who says
// `type: none` keeps the others for another day.
func reportUnusedWishes(p *input.Project, s *input.Service, findings *report.Findings) {
	if s.PublishWishes().Type == string(input.PublishNone) {
		return
	}
	as := s.PublishType
	for _, key := range []string{"annotations", "externalTrafficPolicy", "host", "ingressClass", "loadBalancerIP", "loadBalancerSourceRanges", "nodePort", "path", "tlsSecret"} {
		at := s.Key("x-kubernetes", "publish", key)
		switch {
		case slices.Contains(publishKeys[as], key) || !p.Wrote(at):
		case as == input.PublishNone:
			findings.Addf("publish-unused", at, "say how with x-kubernetes.publish.type or --publish", "%s has no effect: the service is not published", key)
		default:
			findings.Addf("publish-unused", at, "leave it out, or choose another x-kubernetes.publish.type", "%s has no effect on publishing by %s", key, as)
		}
	}
}
