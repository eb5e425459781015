package network

import (
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// machinePort is a published port as the machine that runs Docker has it.
type machinePort struct {
	service   *input.Service
	published int32
}

// pagePorts are the published ports of a project that pages may call: at localhost those that are reachable from elsewhere here, as `up` forwards others to
// this machine, and all at an address.
type pagePorts struct{ local, all []machinePort }

// at returns the service that publishes a port at a host, nil if none does.
func (p pagePorts) at(host, port string) *input.Service {
	list := p.all
	if host == "localhost" || isLoopback(host) {
		list = p.local
	}
	for _, x := range list {
		if strconv.Itoa(int(x.published)) == port {
			return x.service
		}
	}
	return nil
}

// machineURL matches an address of a port that may be one of the machine in an argument of a build.
var machineURL = pattern.New(`(?:https?|wss?)://(localhost|\d{1,3}(?:\.\d{1,3}){3}):(\d{2,5})\b`).Holding("://")

// reportArguments tells of arguments of builds that have the address of a published port: at localhost, a program for browsers that is built with
// it calls the machine of who looks at the page; at an address, nothing of the project answers.
func reportArguments(s *input.Service, ports pagePorts, findings *report.Findings) {
	for _, name := range sorted.Keys(s.Config.Build.Args) {
		value := s.Config.Build.Args[name]
		if value == nil {
			continue
		}
		for _, at := range machineURL.FindAllStringSubmatch(*value, -1) {
			target := ports.at(at[1], at[2])
			if target == nil {
				continue
			}
			help := "write the address there under which " + target.Name + " is reachable from outside the cluster"
			if at[1] != "localhost" && !isLoopback(at[1]) {
				findings.Addf("host-gateway", s.Key("build", "args", name), help,
					"%s:%s may be the Docker host, on which %s publishes that port: in a cluster nothing of the project answers there", at[1], at[2], target.Name)
				break
			}
			findings.Addf("localhost-told", s.Key("build", "args", name), help,
				"%s:%s is the published port of %s on the machine that runs Docker: who is told it calls their own machine", at[1], at[2], target.Name)
			break
		}
	}
}

// ofPages matches the variables that the tools of pages put into them when they build them; others are read while a program runs.
var ofPages = pattern.New(`^(VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|VUE_APP|GATSBY|PUBLIC|EXPO_PUBLIC|NG_APP|STORYBOOK)_`)

// isGiven reports whether the build or the environment of a service decides on the variable that an address of its page stands in.
func isGiven(s *input.Service, a source.PageAddress) bool {
	if a.Variable == "" {
		return false
	}
	given := s.Config.Build.Args[a.Variable]
	isSet := s.Config.Environment[a.Variable] != nil && (strings.HasPrefix(a.File, ".env") || !ofPages.MatchString(a.Variable) && !a.IsArgument)
	return given != nil && *given != "" && a.IsArgument || isSet
}

// reportPages tells of programs for browsers that call a published port at localhost, which in a browser is the machine of who looks at the page, or at an
// address, where nothing of the project answers.
func reportPages(p *input.Project, ports pagePorts, findings *report.Findings) {
	told := map[string]bool{} // several images may be built from one directory
	for _, s := range p.Services {
		if s.Config.Build == nil {
			continue
		}
		reportArguments(s, ports, findings)
		for _, a := range s.Facts.Pages {
			target := ports.at(a.Host, strconv.Itoa(a.Port))
			key := s.Config.Build.Context + "/" + a.File
			if target == nil || told[key] || isGiven(s, a) {
				continue
			}
			told[key] = true
			help := "write the address there under which " + target.Name + " is reachable from outside the cluster, or a path on the page's own host"
			switch {
			case a.Variable != "" && !a.IsArgument:
				help = "write the address there under which " + target.Name + " is reachable from outside the cluster; build.args can give it where the Dockerfile has an ARG " + a.Variable
			case a.Variable != "":
				help = "build it with " + a.Variable + " set to the address under which " + target.Name + " is reachable from outside the cluster (build.args)"
			}
			if a.Host != "localhost" {
				findings.Addf("host-gateway", s.Key("build"), help,
					"%s, line %d: the page calls %s:%d, which may be the Docker host, on which %s publishes that port: in a cluster nothing of the project answers there", a.File, a.Line, a.Host, a.Port, target.Name)
				break
			}
			findings.Addf("localhost-told", s.Key("build"), help,
				"%s, line %d: the page calls localhost:%d, the published port of %s on the machine that runs Docker; in a browser elsewhere that is its own machine", a.File, a.Line, a.Port, target.Name)
			break
		}
	}
}
