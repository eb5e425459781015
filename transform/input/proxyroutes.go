package input

import "slices"

// ProxyRoutes returns the routes that a service asks proxies for.
func (p *Project) ProxyRoutes(s *Service) []ProxyRoute {
	return slices.Concat(p.traefikRoutes(s), s.caddyRoutes(), s.nginxProxyRoutes())
}
