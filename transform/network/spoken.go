package network

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/texts"
)

// withProtocols returns publications with the protocol that the name of the port in the Service tells, where the file tells none: URLs that lead
// to it say http. The port of a data store stays what it is.
//
// What the settings of a server say goes before that.
func (d *publishing) withProtocols(s *input.Service, list []publication) []publication {
	list = slices.Clone(list)
	servers := d.servers(s)
	for i, x := range list {
		if isPlain, is := servers[x.target]; is && x.appProtocol == "" && x.protocol == corev1.ProtocolTCP {
			list[i].appProtocol = "https"
			if isPlain {
				list[i].appProtocol = "http"
			}
			continue
		}
		if x.appProtocol == "" && x.protocol == corev1.ProtocolTCP && datastorePorts[x.target] == "" && d.isCalledWithHTTP(s, x) {
			list[i].appProtocol = "http"
			continue
		}
		for _, port := range d.ports.Behind(s) {
			if name, _, _ := strings.Cut(port.Name, "-"); x.appProtocol == "" && port.Number == x.target && port.Protocol == x.protocol && name == "http" && datastorePorts[x.target] == "" {
				list[i].appProtocol = "http"
			}
		}
	}
	return list
}

// isCalledWithHTTP reports whether the project says that a port speaks HTTP: in a check or a variable of the service with a URL of the port, or
// in a URL of its published port on the machine that runs Docker.
func (d *publishing) isCalledWithHTTP(s *input.Service, x publication) bool {
	own := []string{}
	if s.Config.HealthCheck != nil {
		own = append(own, s.Config.HealthCheck.Test...)
	}
	if s.Facts.Healthcheck != nil {
		own = append(own, s.Facts.Healthcheck.Test...)
	}
	for _, name := range sorted.Keys(s.Config.Environment) {
		if value := s.Config.Environment[name]; value != nil {
			own = append(own, *value)
		}
	}
	own = append(own, strings.Join(s.Config.Command, " "))
	for _, text := range own {
		for _, at := range ownHTTP.FindAllStringSubmatch(text, -1) {
			if at[1]+at[2] == strconv.Itoa(int(x.target)) {
				return true
			}
		}
	}
	if servesHTTP(d.project, s, x.target) {
		return true
	}
	return x.first != 0 && x.first == x.last && slices.ContainsFunc(d.names.Local, func(m naming.Mention) bool { return m.Port == x.first && m.Scheme == "http" })
}

// ownHTTP matches the URLs by which a service is told of its own ports, http://localhost:8080/health, http://+:5004, and the console of MinIO.
var ownHTTP = pattern.New(`\bhttp://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\+|\*|\[::1?\]):(\d{2,5})\b|--console-address[=\s]+["']?[\w.]*:(\d{2,5})\b`).Holding("http://", "--console-address")

// serverWord matches what images and commands of the servers are called whose settings are read.
var serverWord = pattern.New(`(?i)nginx|openresty|tengine|angie|haproxy|httpd|apache`)

// servers returns the ports on which the settings of a service, which are in its image or mounted, make it speak HTTP, with whether it does so
// without TLS. None where it runs another program.
func (d *publishing) servers(s *input.Service) map[int32]bool {
	if isCaddy(s) {
		return texts.CaddyServers(d.caddyfile(s), valueIn(s))
	}
	words := slices.Concat([]string{s.Config.Image, s.Facts.BaseImage}, s.Config.Entrypoint, s.Config.Command)
	if !slices.ContainsFunc(words, serverWord.MatchString) {
		return nil
	}
	return texts.HTTPServers(d.project.SettingsText(s))
}

// listening leaves out the publications of port 80 where the settings that a server has from the project listen with TLS alone: at most a page
// of its image answers there. That is said of each.
func (d *publishing) listening(s *input.Service, list []publication) []publication {
	servers := d.servers(s)
	for _, isPlain := range servers {
		if isPlain {
			return list
		}
	}
	if len(servers) == 0 || isCaddy(s) { // which sends everybody from port 80 to HTTPS
		return list
	}
	return slices.DeleteFunc(list, func(x publication) bool {
		if _, is := servers[x.target]; is || x.target != 80 {
			return false
		}
		d.findings.Addf("port-no-route", x.at, "let the server listen on port 80 as well, and leave TLS to the controller",
			"port %s gets no route: the settings of %s listen with TLS alone, on other ports", x.written, s.Name)
		return true
	})
}

// reportNoRoute reports a publication that gets no route.
func (d *publishing) reportNoRoute(x publication) {
	switch {
	case x.protocol != corev1.ProtocolTCP:
		d.findings.Addf("port-no-route", x.at, "x-kubernetes.publish: loadbalancer on the service gives it an address of its own",
			"port %s is reachable inside the cluster only: routes are for HTTP, which it does not look like", x.written)
	case x.appProtocol == "https":
		d.findings.Addf("port-no-route", x.at, "let the server listen without TLS, which the controller ends; x-kubernetes.publish: loadbalancer on the service gives it an address of its own, with its own TLS",
			"port %s is reachable inside the cluster only: it speaks TLS itself, and routes pass plain HTTP on", x.written)
	default:
		d.findings.Addf("port-no-route", x.at, "say app_protocol: http if it does speak HTTP; x-kubernetes.publish: loadbalancer on the service gives it an address of its own",
			"port %s is reachable inside the cluster only: routes are for HTTP, which it does not look like", x.written)
	}
}
