package proxies

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// entryPoint is a port on which Traefik listens.
type entryPoint struct {
	middlewares []string // of all its routers
	addresses   []string // as in ":8081", "127.0.0.1:8081/tcp": one of each Traefik of the project
	isDefault   bool     // among those of routers that name none
	isOpen      bool     // somebody from outside may reach it
}

// inner is the entry point of Traefik's own pages, which no router has by default.
const inner = "traefik"

func (t *traefikSetup) entryPoint(name string) *entryPoint {
	name = strings.ToLower(name)
	if t.entryPoints[name] == nil {
		t.entryPoints[name] = &entryPoint{}
	}
	return t.entryPoints[name]
}

// open notes which entry points one Traefik of the project, whose settings have just been read, opens to the outside. Traefik takes its entry points
// from one place only: where some are known, there are no others.
// Source: https://doc.traefik.io/traefik/getting-started/configuration-overview/
func (t *traefikSetup) open(s *input.Service) {
	isKnown := false
	for _, e := range t.entryPoints {
		isKnown = isKnown || len(e.addresses) > 0
	}
	t.isPartial = t.isPartial || !isKnown
	if e := t.entryPoint(inner); len(e.addresses) == 0 {
		e.addresses = []string{":8080"}
	}
	for _, e := range t.entryPoints {
		e.isOpen = e.isOpen || slices.ContainsFunc(e.addresses, func(address string) bool { return isOpenAt(s, address) })
		e.addresses = nil
	}
}

// used returns the entry points of a router that names some, or none.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/router/#entrypoints, "asDefault"
func (t *traefikSetup) used(names string) []string {
	if named := strings.FieldsFunc(strings.ToLower(names), func(c rune) bool { return c == ',' || c == ' ' }); len(named) > 0 {
		return named
	}
	all := slices.DeleteFunc(sorted.Keys(t.entryPoints), func(name string) bool { return name == inner })
	if chosen := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !t.entryPoints[name].isDefault }); len(chosen) > 0 {
		return chosen
	}
	return all
}

// isClosed reports whether nobody from outside reaches an entry point on Docker. What settings that were not read say may be anything.
func (t *traefikSetup) isClosed(name string) bool {
	e := t.entryPoints[name]
	return len(t.entryPoints) > 0 && !t.isPartial && (e == nil || !e.isOpen)
}

// isOpenAt reports whether somebody from outside may reach an address on which a proxy listens in its container.
func isOpenAt(s *input.Service, address string) bool {
	address, protocol, _ := strings.Cut(address, "/")
	colon := strings.LastIndexByte(address, ':')
	if colon < 0 {
		return true
	}
	port, err := strconv.Atoi(address[colon+1:])
	if err != nil || strings.EqualFold(protocol, "udp") {
		return true
	}
	if ip, err := netip.ParseAddr(strings.Trim(address[:colon], "[]")); err == nil && ip.Unmap().IsLoopback() {
		return false
	}
	return mayPublish(s, port)
}

// mayPublish reports whether Docker may publish a port of a proxy for other machines. A proxy that publishes none for them stands behind something
// else, of which nothing is known.
func mayPublish(s *input.Service, port int) bool {
	if s.NetworkMode == "host" || strings.Contains(s.NetworkMode, ":") {
		return true
	}
	some := false
	for _, c := range s.Config.Ports {
		if ip, err := netip.ParseAddr(c.HostIP); c.HostIP == "localhost" || err == nil && ip.Unmap().IsLoopback() {
			continue
		}
		if int(c.Target) == port {
			return true
		}
		some = true
	}
	return !some
}

// isImage reports whether a service runs an image in whose name a word is.
func isImage(s *input.Service, word string) bool {
	return slices.ContainsFunc(s.ImageNames(), func(name string) bool { return strings.Contains(path.Base(name), word) })
}
