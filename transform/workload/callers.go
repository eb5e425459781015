package workload

import (
	"regexp"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// word matches what can be the name of a service in a text.
var word = pattern.New(`[a-zA-Z0-9._-]+`)

// callers knows, for each word in a variable or command of the project, who has it where.
type callers map[string][]caller

// caller is a text of a service.
type caller struct {
	service *input.Service
	text    string
}

// findCallers reads every variable and command once, so that looking for who calls a service does not read them again.
func findCallers(p *input.Project) callers {
	index := callers{}
	for _, s := range p.Services {
		for _, text := range callTexts(s) {
			seen := map[string]bool{}
			for _, name := range word.FindAllString(text, -1) {
				if !seen[name] && p.ByName[name] != nil {
					seen[name] = true
					index[name] = append(index[name], caller{s, text})
				}
			}
		}
	}
	return index
}

func callTexts(s *input.Service) []string {
	var list []string
	for _, name := range sorted.Keys(s.Config.Environment) {
		if value := s.Config.Environment[name]; value != nil {
			list = append(list, *value)
		}
	}
	return slices.Concat(list, s.Config.Entrypoint, s.Config.Command)
}

// isNamed reports whether a peer has the name of a service as the value of a variable or in the settings that it mounts, as a host stands there.
func (d *kinds) isNamed(s *input.Service) bool {
	if d.mounted == nil {
		d.mounted = map[*input.Service]string{}
		for _, peer := range d.project.Services {
			d.mounted[peer] = d.project.MountedText(peer)
		}
	}
	var host *regexp.Regexp
	return slices.ContainsFunc(d.project.Services, func(peer *input.Service) bool {
		if peer == s {
			return false
		}
		for _, value := range peer.Config.Environment {
			if value != nil && *value == s.Name {
				return true
			}
		}
		if !strings.Contains(d.mounted[peer], s.Name) {
			return false
		}
		if host == nil {
			host = regexp.MustCompile(`(//|@|\s|["'])` + regexp.QuoteMeta(s.Name) + `([:/;,"'\s]|$)`)
		}
		return host.MatchString(d.mounted[peer])
	})
}

// calledBy returns a peer whose environment or command names a service where a host stands, or "".
func (d *kinds) calledBy(s *input.Service) string {
	peers := d.callers[s.Name]
	if len(peers) == 0 {
		return ""
	}
	quoted := regexp.QuoteMeta(s.Name)
	host := regexp.MustCompile(`(//|@)` + quoted + `([:/?,]|$)|(^|[\s,;='"/@])` + quoted + `:[0-9]+`)
	for _, peer := range peers {
		if peer.service != s && host.MatchString(peer.text) {
			return peer.service.Name
		}
	}
	return ""
}
