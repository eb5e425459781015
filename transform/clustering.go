package transform

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/names"
)

// isClustered reports whether Pods have to reach each other by the name of the service before they are ready, as members of a
// cluster do: the service names itself, or it and a peer name each other. Docker's DNS never depends on health; a Service
// leads to ready Pods only, and neither would ever become ready. Web addresses do not count, which are for users, save
// in the healthcheck. Nor does a single Pod that finds itself by its own host name, behind an address that is not its own.
// Source: https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
func (s *service) isClustered(form serviceForm) bool {
	names := func(a, b *service) bool {
		for _, n := range b.ownNames() {
			if a == b && form == formClusterIP && strings.EqualFold(n.name, s.pod.ownHostName()) {
				continue
			}
			for _, m := range s.mentionsOf(n.name) {
				if m.by == a && m.Host && (m.Scheme != "http" && m.Scheme != "https" || a == b && slices.Contains(m.at, "healthcheck")) {
					return true
				}
			}
		}
		return false
	}
	if names(s, s) {
		return true
	}
	for _, n := range s.ownNames() {
		for _, m := range s.mentionsOf(n.name) {
			if m.Host && m.by != s && m.by.config.Image == s.config.Image && names(s, m.by) && names(m.by, s) {
				return true
			}
		}
	}
	return false
}

// ownHostName returns the name that leads the programs of the Pod to the Pod itself, through /etc/hosts; "" where several Pods
// are made of the template, or where that file is the node's.
func (b *pod) ownHostName() string {
	if b.hasReplicas() || b.main.networkMode() == "host" || b.main.kind != kindDeployment && b.main.kind != kindPod {
		return ""
	}
	if b.main.config.Hostname != "" {
		return b.main.config.Hostname
	}
	label, _ := b.ownName()
	return label
}

// readyName returns the name that answers only while a Pod of the service is ready.
func (s *service) readyName() string {
	if !s.isClustered(s.serviceForm()) {
		return s.dns
	}
	return s.names.Claim("service", "ready "+s.name, names.Normalize(s.dns+"-ready", names.MaxLabel), names.MaxLabel)
}

// readyService emits the Service <name>-ready for those who wait for a service whose own name answers at all times.
func (s *service) readyService(form serviceForm, selector map[string]string, ports []port) {
	if !s.isClustered(form) {
		return
	}
	waited := slices.ContainsFunc(s.pods, func(b *pod) bool {
		return b.main.kind != kindNone && slices.ContainsFunc(b.waits(), func(w wait) bool { return !w.job && w.target.networkOwner() == s })
	})
	if !waited {
		return
	}
	o := s.serviceObject(s.serviceMeta(s.readyName()), form, selector, ports)
	o.Spec.PublishNotReadyAddresses = false
	s.emit(o)
	s.reportf("ready-service", s.path, "", "the members of %s find each other before they are ready; %s is the name for those who wait for one that is", s.name, o.Name)
}
