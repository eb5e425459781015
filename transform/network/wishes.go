package network

import (
	"slices"

	"github.com/transship/transship/transform/input"
)

// publishKeys are the keys of x-kubernetes.publish that each way of publishing looks at.
var publishKeys = map[input.Publish][]string{
	input.PublishLoadBalancer: {"annotations", "externalTrafficPolicy", "loadBalancerIP"},
	input.PublishNodePort:     {"annotations", "externalTrafficPolicy", "nodePort"},
	input.PublishIngress:      {"annotations", "host", "ingressClass", "path", "tlsSecret"},
	input.PublishGateway:      {"annotations", "host", "ingressClass", "path", "tlsSecret"},
}

// reportUnusedWishes reports the keys of x-kubernetes.publish that the chosen way of publishing does not look at. Who says
// `type: none` keeps the others for another day.
func (d *decider) reportUnusedWishes(s *input.Service) {
	if s.PublishWishes().Type == string(input.PublishNone) {
		return
	}
	as := s.PublishType
	for _, key := range []string{"annotations", "externalTrafficPolicy", "host", "ingressClass", "loadBalancerIP", "nodePort", "path", "tlsSecret"} {
		at := s.Key("x-kubernetes", "publish", key)
		switch {
		case slices.Contains(publishKeys[as], key) || !d.project.Wrote(at):
		case as == input.PublishNone:
			d.findings.Addf("publish-unused", at, "say how with x-kubernetes.publish.type or --publish", "%s has no effect: the service is not published", key)
		default:
			d.findings.Addf("publish-unused", at, "leave it out, or choose another x-kubernetes.publish.type", "%s has no effect on publishing by %s", key, as)
		}
	}
}
