package transform

import (
	"slices"

	"github.com/transship/transship/transform/extension"
)

// publishKeys are the keys of x-kubernetes.publish that each way of publishing looks at. Ingress and Gateway put ports that
// do not speak HTTP behind a load balancer.
var publishKeys = map[Publish][]string{
	PublishLoadBalancer: {"annotations", "externalTrafficPolicy", "loadBalancerIP"},
	PublishNodePort:     {"annotations", "externalTrafficPolicy", "nodePort"},
	PublishIngress:      {"annotations", "externalTrafficPolicy", "host", "ingressClass", "loadBalancerIP", "path", "tlsSecret"},
	PublishGateway:      {"annotations", "externalTrafficPolicy", "host", "ingressClass", "loadBalancerIP", "path", "tlsSecret"},
}

// publishWishes returns what x-kubernetes.publish says, the zero value if nothing.
func (s *service) publishWishes() extension.Publish {
	if s.ext.Publish == nil {
		return extension.Publish{}
	}
	return *s.ext.Publish
}

// reportUnusedWishes reports the keys of x-kubernetes.publish that the chosen way of publishing does not look at. Who says
// `type: none` keeps the others for another day.
func (s *service) reportUnusedWishes() {
	if s.publishWishes().Type == string(PublishNone) {
		return
	}
	as := s.publishType()
	for _, key := range []string{"annotations", "externalTrafficPolicy", "host", "ingressClass", "loadBalancerIP", "nodePort", "path", "tlsSecret"} {
		at := s.key("x-kubernetes", "publish", key)
		switch {
		case slices.Contains(publishKeys[as], key) || !s.wrote(at):
		case as == PublishNone:
			s.reportf("publish-unused", at, "say how with x-kubernetes.publish.type or --publish", "%s has no effect: the service is not published", key)
		default:
			s.reportf("publish-unused", at, "leave it out, or choose another x-kubernetes.publish.type", "%s has no effect on publishing by %s", key, as)
		}
	}
}
