package network

import (
	"slices"
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

// localURL matches an address of a port of the machine in an argument of a build.
var localURL = pattern.New(`(?:https?|wss?)://(localhost|127\.0\.0\.1):(\d{2,5})\b`).Holding("localhost", "127.0.0.1")

// reportArguments tells of arguments of builds that have the address of a published port at localhost: a program for browsers that is built with
// it calls the machine of who looks at the page.
func reportArguments(s *input.Service, ports []machinePort, findings *report.Findings) {
	for _, name := range sorted.Keys(s.Config.Build.Args) {
		value := s.Config.Build.Args[name]
		if value == nil {
			continue
		}
		for _, at := range localURL.FindAllStringSubmatch(*value, -1) {
			i := slices.IndexFunc(ports, func(x machinePort) bool { return strconv.Itoa(int(x.published)) == at[2] })
			if i < 0 {
				continue
			}
			findings.Addf("localhost-told", s.Key("build", "args", name), "write the address there under which "+ports[i].service.Name+" is reachable from outside the cluster",
				"%s:%s is the published port of %s on the machine that runs Docker: who is told it calls their own machine", at[1], at[2], ports[i].service.Name)
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

// reportPages tells of programs for browsers that call a published port at localhost: in a browser that is the machine of who looks at the page.
func reportPages(p *input.Project, ports []machinePort, findings *report.Findings) {
	told := map[string]bool{} // several images may be built from one directory
	for _, s := range p.Services {
		if s.Config.Build == nil {
			continue
		}
		reportArguments(s, ports, findings)
		for _, a := range s.Facts.Pages {
			i := slices.IndexFunc(ports, func(x machinePort) bool { return int(x.published) == a.Port })
			key := s.Config.Build.Context + "/" + a.File
			if i < 0 || told[key] || isGiven(s, a) {
				continue
			}
			told[key] = true
			help := "write the address there under which " + ports[i].service.Name + " is reachable from outside the cluster, or a path on the page's own host"
			switch {
			case a.Variable != "" && !a.IsArgument:
				help = "write the address there under which " + ports[i].service.Name + " is reachable from outside the cluster; build.args can give it where the Dockerfile has an ARG " + a.Variable
			case a.Variable != "":
				help = "build it with " + a.Variable + " set to the address under which " + ports[i].service.Name + " is reachable from outside the cluster (build.args)"
			}
			findings.Addf("localhost-told", s.Key("build"), help,
				"%s, line %d: the page calls localhost:%d, the published port of %s on the machine that runs Docker; in a browser elsewhere that is its own machine", a.File, a.Line, a.Port, ports[i].service.Name)
			break
		}
	}
}
