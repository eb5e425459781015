package naming

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// privateAddress matches the private addresses that a Docker host may have.
var privateAddress = pattern.New(`^(?:10|172|192\.168)(?:\.\d{1,3}){2,3}$`)

// published is a port of a container that is published on the Docker host.
type published struct {
	service *input.Service
	port    uint32
}

// publishedPorts returns the ports of the Docker host that the project takes, by their numbers as text.
func (d *namer) publishedPorts() map[string]published {
	ports := map[string]published{}
	for _, s := range d.project.Services {
		for _, p := range s.Config.Ports {
			if _, taken := ports[p.Published]; !taken && p.Published != "" && (p.Protocol == "" || p.Protocol == "tcp") {
				ports[p.Published] = published{s, p.Target}
			}
		}
	}
	return ports
}

// hostListeners returns the services in the network of the host by the numbers, as text, of the ports on which they may listen on the Docker host:
// what the file, the image, a variable and an option name. Docker discards what stands under ports, which is mostly what the program is told to listen on.
func (d *namer) hostListeners() map[string]published {
	ports := map[string]published{}
	for _, s := range d.project.Services {
		if s.NetworkMode != "host" {
			continue
		}
		numbers := slices.Clone(s.Config.Expose)
		for _, p := range s.Config.Ports {
			numbers = append(numbers, p.Published, strconv.Itoa(int(p.Target)))
		}
		for _, text := range slices.Concat(numbers, s.Facts.Ports, toldPorts(s)) {
			text = strings.TrimSuffix(text, "/tcp")
			if n, err := strconv.ParseUint(text, 10, 16); err == nil && ports[text].service == nil {
				ports[text] = published{s, uint32(n)}
			}
		}
	}
	return ports
}

// ownPortName matches the variables by which a program is told where to listen itself, and ownPortOption the options for that.
var (
	ownPortName   = pattern.New(`(?i)^((app|http|https|web|api|server|service|listen|bind|exporter|metrics|prometheus)_)?port$`).Holding("port")
	ownPortOption = pattern.New(`(?:^|\s)--?(?:web[._-])?(?:port|listen|listen[._-](?:address|port)|bind)(?:=|\s+)["']?(?:[\w.*\[\]-]*:)?(\d{2,5})(?:["'\s]|$)`).Holding("port", "listen", "bind")
)

// toldPorts returns the ports, as text, on which a service tells its program to listen.
func toldPorts(s *input.Service) []string {
	var list []string
	environment := environmentOf(s)
	for _, name := range sorted.Keys(environment) {
		if value := environment[name]; value != nil && ownPortName.MatchString(name) {
			list = append(list, *value)
		}
	}
	for _, m := range ownPortOption.FindAllStringSubmatch(strings.Join(slices.Concat(s.Config.Entrypoint, s.Config.Command), " "), -1) {
		list = append(list, m[1])
	}
	return list
}

// atHost returns the service that has a port of the Docker host: one that publishes it, else one in the network of the host that may listen there.
func (d *namer) atHost(ports map[string]published, number int32) (target published, found bool) {
	text := strconv.Itoa(int(number))
	if target, found = ports[text]; !found || target.service.NetworkMode == "host" {
		if listener, is := d.hostListeners()[text]; is {
			return listener, true
		}
	}
	return target, found
}

// hostPortsIn returns the private addresses in a text with ports that the project publishes on the Docker host: that may be meant. The port
// may stand apart from the address, or in a variable of its own.
func hostPortsIn(t place, environment types.MappingWithEquals, ports map[string]published, pools []pool, fixed map[string]string) []rangeMention {
	if !strings.Contains(t.text, "10.") && !strings.Contains(t.text, "172.") && !strings.Contains(t.text, "192.168.") {
		return nil
	}
	var list []rangeMention
	for _, m := range t.find(privateAddress.MatchString) {
		number, variable := m.Port, ""
		if number == 0 {
			number = m.Beside
		}
		if number == 0 && m.Name == t.text {
			number, variable = portVariable(environment, t.variable)
		}
		address, err := netip.ParseAddr(m.Name)
		by, found := ports[strconv.Itoa(int(number))]
		isOwn := slices.ContainsFunc(pools, func(p pool) bool { return p.subnet.Contains(address) })
		if err != nil || !found || isOwn || fixed[m.Name] != "" || IsDockerHost(address) || t.variable == "" && isComment(t.text[:m.Start]) {
			continue
		}
		list = append(list, rangeMention{
			at: t.at, written: fmt.Sprintf("%s:%d", m.Name, number), publishedBy: by.service, port: by.port, isApart: m.Port == 0, beside: number, variable: variable,
		})
	}
	return list
}

// instead says what to write for an address of the Docker host.
func (m *rangeMention) instead(name string) string {
	switch {
	case !m.isApart:
		return fmt.Sprintf("write %s:%d if the Docker host is meant", name, m.port)
	case m.port == uint32(m.beside):
		return fmt.Sprintf("write %s if the Docker host is meant", name)
	case m.variable != "":
		return fmt.Sprintf("write %s if the Docker host is meant, with %s: %d", name, m.variable, m.port)
	}
	return fmt.Sprintf("write %s and %d if the Docker host is meant", name, m.port)
}

// PortVariable returns the value and the name of X_PORT for a mention in X_HOST, 0 and "" if there is none.
func (m Mention) PortVariable() (number int32, name string) {
	return portVariable(environmentOf(m.By), m.Variable)
}

// environmentOf returns the variables that a service starts with: those of its image, and of the project.
func environmentOf(s *input.Service) types.MappingWithEquals {
	if len(s.Facts.Env) == 0 {
		return s.Config.Environment
	}
	all := types.MappingWithEquals{}
	for name, value := range s.Facts.Env {
		all[name] = &value
	}
	maps.Copy(all, s.Config.Environment)
	return all
}

// portVariable returns the value and the name of the variable X_PORT that belongs to a variable X_HOST.
func portVariable(environment types.MappingWithEquals, host string) (number int32, name string) {
	for _, suffix := range []string{"HOSTNAME", "HOST", "SERVER", "ADDRESS", "ADDR"} {
		base, found := strings.CutSuffix(strings.ToUpper(host), suffix)
		if !found {
			continue
		}
		for _, name := range sorted.Keys(environment) {
			value := environment[name]
			if value == nil || strings.ToUpper(name) != base+"PORT" {
				continue
			}
			if n, err := strconv.Atoi(*value); err == nil && n >= 1 && n <= 65535 {
				return int32(n), name
			}
		}
	}
	return 0, ""
}
