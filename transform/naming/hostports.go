package naming

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// published is a port of a container that is published on the Docker host.
type published struct {
	service *input.Service
	port    uint32
}

// hostPorts returns the ports of the Docker host that the project takes, by their numbers as text: those that a service publishes, else those on which
// one in the network of the host may listen.
func hostPorts(p *input.Project) map[string]published {
	ports := map[string]published{}
	for _, s := range p.Services {
		if s.NetworkMode == "host" {
			continue
		}
		for _, c := range s.Config.Ports {
			if _, taken := ports[c.Published]; !taken && c.Published != "" && (c.Protocol == "" || c.Protocol == "tcp") {
				ports[c.Published] = published{s, c.Target}
			}
		}
	}
	for number, listener := range hostListeners(p) {
		if _, taken := ports[number]; !taken {
			ports[number] = listener
		}
	}
	return ports
}

// hostListeners returns the services in the network of the host by the numbers, as text, of the ports on which they may listen on the Docker host:
// what the file, the image, a variable and an option name. Docker discards what stands under ports, which is mostly what the program is told to listen on.
func hostListeners(p *input.Project) map[string]published {
	ports := map[string]published{}
	for _, s := range p.Services {
		if s.NetworkMode != "host" {
			continue
		}
		numbers := slices.Clone(s.Config.Expose)
		for _, c := range s.Config.Ports {
			numbers = append(numbers, c.Published, strconv.Itoa(int(c.Target)))
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

// atHost returns the service that has a port of the Docker host.
func atHost(ports map[string]published, number int32) (target published, found bool) {
	target, found = ports[strconv.Itoa(int(number))]
	return target, found
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
	for _, suffix := range []string{"HOSTNAME", "HOST_NAME", "HOST", "SERVER", "ADDRESS", "ADDR", "IP"} {
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
