package network

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/texts"
)

// ownURL finds the names of variables with an address of the program itself, which hardly anybody calls from inside, and calledInside those that are called
// there. toldHost finds names of variables with nothing but the host by which others reach the program.
var (
	ownURL       = pattern.New(`(?i)_ur[il]$|(^|_)(root|endpoint|base|site|link)(_|$)`)
	calledInside = pattern.New(`(?i)health|check|probe|internal|listen|bind|local|worker|rpc|admin_api|self`)
	toldHost     = pattern.New(`(?i)(^|_)(domain(_?name)?|fqdn|server_?name|(external|public|canonical|web|site)_?(host(_?name)?)|rp_?id)$`)
)

// keycloakHost matches the variables and the options with the address under which Keycloak tells others to call it: of logins, of tokens and of its console.
// Source: https://www.keycloak.org/server/hostname
var (
	keycloakHost = pattern.New(`(?i)^(kc_|-*)hostname([_-](url|admin|admin[_-]url))?$`).Holding("hostname")
	keycloak     = pattern.New(`(?i)keycloak|\bkc\.sh\b`).Holding("keycloak", "kc.sh")
)

// isOfKeycloak reports whether a mention is the address that Keycloak tells others.
func isOfKeycloak(m naming.Mention) bool {
	name := m.Variable
	if option, _, found := strings.Cut(m.Before, "="); name == "" && found && slices.Contains(m.At, "command") {
		name = option
	}
	return keycloakHost.MatchString(name) && (keycloak.MatchAny(m.By.ImageNames()) || keycloak.MatchAny(m.By.Config.Entrypoint) || keycloak.MatchAny(m.By.Config.Command))
}

// clientHost matches the variables by which the clients of a database find it, also those in its own container.
var clientHost = pattern.New(`(?i)^(mysql|mariadb|postgres(ql)?|pg|mongo(db)?|redis|valkey|elastic(search)?|clickhouse|influx(db)?)_?host(_?name)?$`).Holding("host")

// isOwnHost reports whether a variable has nothing but localhost as the host under which others reach a service.
func isOwnHost(m naming.Mention) bool {
	value := m.By.Config.Environment[m.Variable]
	if value == nil || *value != m.Name {
		return false
	}
	prefix, isHost := strings.CutSuffix(strings.ToLower(m.Variable), "_host")
	return toldHost.MatchString(m.Variable) || isHost && (prefix == strings.ToLower(m.By.Name) || slices.ContainsFunc(m.By.ImageNames(), func(image string) bool {
		name, _, _ := strings.Cut(path.Base(image), ":")
		return name == prefix
	}))
}

// isRouted reports whether a service has routes of its own, of which [publishing.reportRefusedHosts] tells.
func (d *publishing) isRouted(s *input.Service) bool {
	return (s.PublishType == input.PublishIngress || s.PublishType == input.PublishGateway) && len(s.Config.Ports) > 0
}

// namesOnlyLocal reports whether all hosts in a list are names of the machine itself.
func namesOnlyLocal(m naming.Mention) bool {
	value := m.By.Config.Environment[m.Variable]
	return value != nil && !slices.ContainsFunc(strings.FieldsFunc(*value, func(r rune) bool { return strings.ContainsRune(" ,;[]\"'", r) }), func(host string) bool {
		return !isLoopback(strings.ToLower(host)) && host != "::1"
	})
}

// reportTold reports variables that have the address of a published port on the machine that runs Docker: inside the container localhost
// is the container, so the address is one to tell others, and only on that machine it leads to the port. `up` forwards it to the
// same place; who calls from elsewhere is sent to their own machine.
func (d *publishing) reportTold(ports []machinePort) {
	told := map[string]bool{}
	once := func(m naming.Mention, help, format string, words ...any) {
		if key := m.At.String(); !told[key] {
			told[key] = true
			d.findings.Addf("localhost-told", m.At, help, format, words...)
		}
	}
	for _, m := range d.names.Local {
		switch {
		case m.By.NetworkMode == "host" || !isVariable(m) || !isLoopback(strings.ToLower(m.Name)):
		case naming.LetsIn(m.Variable) && namesOnlyLocal(m) && len(ports) > 0 && !d.isRouted(m.By):
			once(m, "add the host there under which "+m.By.Name+" is reachable from outside the cluster",
				"%s lets nobody in but who calls it by names of the machine itself: those who reach it from outside the cluster call another host", m.By.Name)
		case (isOwnHost(m) || isOfKeycloak(m) && m.Scheme == "") && !clientHost.MatchString(m.Variable):
			if slices.ContainsFunc(ports, func(x machinePort) bool { return x.service == m.By }) {
				once(m, "write the host there under which "+m.By.Name+" is reachable from outside the cluster",
					"%s is the machine that runs Docker, by which others reach %s there: who is told it calls their own machine", m.Name, m.By.Name)
			}
		default:
			d.reportToldAddress(m, ports)
		}
	}
}

// reportToldAddress reports a variable that has the address of a published port, as [publishing.reportTold] says.
func (d *publishing) reportToldAddress(m naming.Mention, ports []machinePort) {
	number := m.Port
	if number == 0 && !m.Unknown {
		number = texts.SchemePort(m.Scheme)
	}
	i := slices.IndexFunc(ports, func(x machinePort) bool { return x.published == number })
	if i < 0 || number == 0 {
		return
	}
	x := ports[i]
	isPublished := slices.ContainsFunc(ports, func(x machinePort) bool { return x.service == m.By }) // so that its pages may call the other port
	if !isOfKeycloak(m) && d.mayCallItself(m.By, number) && !naming.TellsOthers(m.Variable) && (x.service != m.By && !isPublished || !ownURL.MatchString(m.Variable) || calledInside.MatchString(m.Variable)) {
		return
	}
	d.findings.Addf("localhost-told", m.At, "write the address there under which "+x.service.Name+" is reachable from outside the cluster",
		"%s:%d is the published port of %s on the machine that runs Docker: who is told it calls their own machine", m.Name, number, x.service.Name)
}

// isVariable reports whether a mention is the value of a variable that a service starts with, of the project or of its Dockerfile, or of an option
// for what others are told.
func isVariable(m naming.Mention) bool {
	_, isOfImage := m.By.Facts.Env[m.Variable]
	isOption := slices.Contains(m.At, "command") && (m.Variable != "" && naming.TellsOthers(m.Variable) || isOfKeycloak(m))
	return isOption || slices.Contains(m.At, "environment") || isOfImage && m.By.Build() != nil && m.At[len(m.At)-1] != m.Variable
}

// mayCallItself reports whether a container of the Pod may listen on a port.
func (d *publishing) mayCallItself(s *input.Service, port int32) bool {
	return slices.ContainsFunc(d.ports.Behind(d.workloads.NetworkOwner(s)), func(x input.Port) bool { return x.Number == port })
}
