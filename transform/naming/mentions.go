package naming

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/texts"
)

// maxScanned is the size of the largest file that is searched for names; configuration is smaller than that.
const maxScanned = 1 << 20

// mentions is what the texts of the project say about the names in it.
type mentions struct {
	of    map[string][]Mention // by lower-case name, in the order of the services and their texts
	local []Mention            // of localhost and of the Docker host

	ranges  []rangeMention
	machine []machineMention
}

// Mention is a name that stands in a text of a service.
type Mention struct {
	texts.Mention
	By       *input.Service
	At       diag.Path
	Variable string
	Before   string // what stands before the name in the same word or line, or the word before it
}

// PortVariable returns the value and the name of X_PORT for a mention in X_HOST, 0 and "" if there is none.
func (m Mention) PortVariable() (number int32, name string) {
	return portVariable(environmentOf(m.By), m.Variable)
}

// findMentions reads every text once.
func (d *namer) findMentions() mentions {
	all := mentions{of: map[string][]Mention{}}
	known := d.knownNames()
	var six []string
	for _, name := range sorted.Keys(known) {
		if strings.Contains(name, ":") {
			six = append(six, name)
		}
	}
	host := d.machine()
	for _, s := range d.project.Services {
		for _, text := range expanded(d.texts(s)) {
			all.ranges = append(all.ranges, addressesIn(text, s, host)...)
			all.machine = append(all.machine, addressesOfMachine(text, s, host)...)
			for _, m := range text.find(func(name string) bool { return known[name] }) {
				all.add(Mention{Mention: m, By: s, At: text.at, Variable: cmp.Or(text.variable, text.option(m)), Before: text.beforeName(m)})
			}
			for _, address := range six { // its colons make it no word
				if strings.Contains(text.text, address) {
					all.of[address] = append(all.of[address], Mention{By: s, At: text.at})
				}
			}
		}
	}
	return all
}

// add adds a mention to those of its name, unless it tells nothing new, or to those of the machine itself.
func (all *mentions) add(seen Mention) {
	switch name := strings.ToLower(seen.Name); {
	case name == anyAddress && !callsAny(seen.Mention, seen.By):
	case name == anyAddress, isLocal(name):
		all.local = append(all.local, seen)
	case !isRepeated(all.of[name], seen):
		all.of[name] = append(all.of[name], seen)
	}
}

// expanded adds to the texts of a service what their sequences in braces stand for.
func expanded(list []place) []place {
	for _, t := range list {
		for _, text := range texts.Expanded(t.text) {
			each := t
			each.text = text
			list = append(list, each)
		}
	}
	return list
}

// isRepeated reports whether a Mention tells nothing new: a configuration file may name a host a thousand times.
func isRepeated(list []Mention, m Mention) bool {
	for i := len(list) - 1; i >= 0 && list[i].By == m.By && slices.Equal(list[i].At, m.At); i-- {
		have := list[i]
		if have.Host == m.Host && have.Bare == m.Bare && have.Port == m.Port && have.Beside == m.Beside && have.Scheme == m.Scheme && have.Datagrams == m.Datagrams && have.Name == m.Name {
			return true
		}
	}
	return false
}

// isLocal reports whether a name means the container itself or the machine that runs Docker.
func isLocal(name string) bool {
	return name == "localhost" || name == "127.0.0.1" || isDockerHost(name)
}

// isDockerHost reports whether a name is one by which Docker Desktop lets containers reach the machine.
func isDockerHost(name string) bool {
	return name == "host.docker.internal" || name == "gateway.docker.internal"
}

// knownNames returns every name worth looking for, in lower case: what Docker resolves, and the addresses that the
// project fixes.
func (d *namer) knownNames() map[string]bool {
	known := map[string]bool{"localhost": true, "127.0.0.1": true, anyAddress: true, "host.docker.internal": true, "gateway.docker.internal": true}
	for _, n := range d.dnsNames() {
		known[strings.ToLower(n.Name)] = true
	}
	for address := range d.fixedAddresses() {
		known[address] = true
	}
	return known
}

// texts returns what a service reads that may hold names: variables, commands, checks, hooks, and the files it mounts.
func (d *namer) texts(s *input.Service) []place {
	list := slices.Concat(containerTexts(s.Path, s.Config.Environment, s.Config.Entrypoint, s.Config.Command), builtVariables(s), builtWords(s))
	for _, name := range sorted.Keys(s.Ext.Env) {
		list = append(list, place{at: s.Key("x-kubernetes", "env", name), variable: name, text: s.Ext.Env[name]})
	}
	if s.Config.HealthCheck != nil {
		list = append(list, words(s.Key("healthcheck", "test"), s.Config.HealthCheck.Test)...)
	}
	for i, hook := range s.Config.PreStart {
		list = append(list, containerTexts(s.Key("pre_start").Index(i), hook.Environment, hook.Entrypoint, hook.Command)...)
	}
	for i, hook := range s.Config.PostStart {
		list = append(list, containerTexts(s.Key("post_start").Index(i), hook.Environment, nil, hook.Command)...)
	}
	for i, hook := range s.Config.PreStop {
		list = append(list, containerTexts(s.Key("pre_stop").Index(i), hook.Environment, nil, hook.Command)...)
	}
	return append(list, d.fileTexts(s)...)
}

// fileTexts returns the configs, secrets and bind-mounted files that a service reads.
func (d *namer) fileTexts(s *input.Service) []place {
	var list []place
	file := func(at diag.Path, name string) {
		f := d.project.Files[name]
		if f == nil {
			return
		}
		if IsConfiguration(name) && isScanned(f.Data) {
			list = append(list, place{at: at, text: string(f.Data)})
		}
		for _, entry := range f.Entries {
			if IsConfiguration(entry.Path) && isScanned(entry.Data) {
				list = append(list, place{at: at, text: string(entry.Data)})
			}
		}
	}
	for i, c := range s.Config.Configs {
		config := d.project.Compose.Configs[c.Source]
		at := s.Key("configs").Index(i)
		file(at, config.File)
		if !isDashboard(config.Content) {
			list = append(list, place{at: at, text: config.Content})
		}
		list = append(list, place{at: at, text: d.project.Compose.Environment[config.Environment]})
	}
	for i, c := range s.Config.Secrets {
		secret := d.project.Compose.Secrets[c.Source]
		at := s.Key("secrets").Index(i)
		file(at, secret.File)
		list = append(list, place{at: at, text: d.project.Compose.Environment[secret.Environment]})
	}
	for i, v := range s.Config.Volumes {
		if v.Type == "bind" {
			file(s.Key("volumes").Index(i), v.Source)
		}
	}
	for _, t := range builtTexts(s) {
		list = append(list, place{at: imageKey(s), text: t.Text})
	}
	return list
}

// notRead matches the names of files that stand in mounted directories without being the configuration of any program:
// text for people, and Compose files, whose names of services are no hosts. Keys of ConfigMaps are names of files as well.
var notRead = pattern.New(`(?i)\.(md|markdown|rst|adoc)$|(^|__)(docker-)?compose([._-].*)?\.ya?ml$`).Holding(".md", ".markdown", ".rst", ".adoc", "compose")

// IsConfiguration reports whether a file or key of this name is read by a program: it is no text for people and no Compose file.
func IsConfiguration(file string) bool {
	return !notRead.MatchString(path.Base(filepath.ToSlash(file)))
}

func isScanned(data []byte) bool {
	return len(data) > 0 && len(data) <= maxScanned && source.IsText(data) && !isDashboard(string(data))
}
