package naming

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/texts"
)

// maxScanned is the size of the largest file that is searched for names; configuration is smaller than that.
const maxScanned = 1 << 20

// nearWords is how many words of a command are looked at on either side of a host for its port.
const nearWords = 6

// mentions is what the texts of the project say about the names in it.
type mentions struct {
	of    map[string][]Mention // by lower-case name, in the order of the services and their texts
	local []Mention            // of localhost and of the Docker host

	ranges []rangeMention
}

// Mention is a name that stands in a text of a service.
type Mention struct {
	texts.Mention
	By       *input.Service
	At       diag.Path
	Variable string
	Before   string // what stands before the name in the same word or line, or the word before it
}

// place is a text of a service and where it comes from.
type place struct {
	at       diag.Path
	variable string
	text     string
	before   string // the words before and behind it in the same command
	after    string
}

// find returns the names in a text. A port in a word of its own makes a host of the word before it.
func (t place) find(wanted func(lower string) bool) []texts.Mention {
	found := texts.Find(t.text, t.variable, wanted)
	for i := range found {
		found[i].Host = found[i].Host || strings.HasPrefix(strings.ToLower(found[i].Name), "tasks.") // of Swarm, which nothing else is called
		if m := &found[i]; m.Name == t.text && m.Beside == 0 && t.before != "" {
			m.Beside = texts.PortBeside(t.before, t.after)
			m.Host = m.Host || m.Beside != 0
		}
		if option := strings.TrimSpace(t.before[strings.LastIndexByte(strings.TrimRight(t.before, " "), ' ')+1:]); !found[i].Host && isArgument(t, option, found[i]) {
			found[i].Bare = true
		}
	}
	return found
}

// beforeName returns what stands before a name in its line, or the word before it where that is an option of a command.
func (t place) beforeName(m texts.Mention) string {
	before := t.text[max(0, m.Start-longestOption):m.Start]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	if words := strings.Fields(t.before); before == "" && len(words) > 0 && strings.HasPrefix(words[len(words)-1], "-") {
		return words[len(words)-1]
	}
	return before
}

// isArgument reports whether a word of a command may be a host to its program, as it is the value of an option that does not say what
// it is, if not a host, or stands where programs read one.
func isArgument(t place, option string, m texts.Mention) bool {
	return texts.IsBareArgument(option, t.text) || option != "" && option[0] != '-' && m.Name == t.text ||
		(t.before != "" || t.after != "") && texts.Connects(t.before+t.text[:m.Start], t.text[m.End:]+t.after)
}

// findMentions reads every text once.
func (d *namer) findMentions() mentions {
	all := mentions{of: map[string][]Mention{}}
	known := d.knownNames()
	var six []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if strings.Contains(name, ":") {
			six = append(six, name)
		}
	}
	pools, fixed, ports := d.pools(), d.fixedAddresses(), d.publishedPorts()
	for _, s := range d.project.Services {
		for _, text := range expanded(d.texts(s)) {
			all.ranges = append(all.ranges, addressesIn(text, environmentOf(s), ports, pools, fixed)...)
			for _, m := range text.find(func(name string) bool { return known[name] }) {
				name := strings.ToLower(m.Name)
				seen := Mention{Mention: m, By: s, At: text.at, Variable: text.variable, Before: text.beforeName(m)}
				if isLocal(name) {
					all.local = append(all.local, seen)
					continue
				}
				if !isRepeated(all.of[name], seen) {
					all.of[name] = append(all.of[name], seen)
				}
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
		if have.Host == m.Host && have.Bare == m.Bare && have.Port == m.Port && have.Beside == m.Beside && have.Scheme == m.Scheme && have.Name == m.Name {
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
	known := map[string]bool{"localhost": true, "127.0.0.1": true, "host.docker.internal": true, "gateway.docker.internal": true}
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
	list := append(containerTexts(s.Path, s.Config.Environment, s.Config.Entrypoint, s.Config.Command), builtVariables(s)...)
	for _, name := range slices.Sorted(maps.Keys(s.Ext.Env)) {
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

func containerTexts(at diag.Path, environment map[string]*string, entrypoint, command []string) []place {
	var list []place
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		if value := environment[name]; value != nil && !strings.HasPrefix(name, "COMPOSE_") { // which docker compose reads itself
			list = append(list, place{at: at.Key("environment", name), variable: name, text: *value})
		}
	}
	list = append(list, words(at.Key("entrypoint"), entrypoint)...)
	return append(list, words(at.Key("command"), command)...)
}

// builtVariables returns the variables that the image of a service sets and the project leaves as they are.
func builtVariables(s *input.Service) []place {
	var list []place
	for _, name := range slices.Sorted(maps.Keys(s.Facts.Env)) {
		if _, isSet := s.Config.Environment[name]; !isSet {
			list = append(list, place{at: imageKey(s), variable: name, text: s.Facts.Env[name]})
		}
	}
	return list
}

func words(at diag.Path, list []string) []place {
	var places []place
	for i, word := range list {
		places = append(places, place{
			at: at.Index(i), variable: texts.Option(list, i), text: word,
			before: strings.Join(list[max(0, i-nearWords):i], " ") + " ", after: " " + strings.Join(list[i+1:min(len(list), i+1+nearWords)], " "),
		})
	}
	return places
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
		list = append(list, place{at: at, text: config.Content})
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

// builtTexts returns the settings and scripts that are built into the image of a service, apart from those that a mount hides.
func builtTexts(s *input.Service) []source.ImageText {
	return slices.DeleteFunc(slices.Clone(s.Facts.Texts), func(t source.ImageText) bool {
		return slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return source.Within(t.Place, path.Clean(v.Target)) })
	})
}

// imageKey is the key that says which image a service has.
func imageKey(s *input.Service) diag.Path {
	if s.Config.Build != nil {
		return s.Key("build")
	}
	return s.Key("image")
}

// notRead matches the names of files that stand in mounted directories without being the configuration of any program:
// text for people, and Compose files, whose names of services are no hosts. Keys of ConfigMaps are names of files as well.
var notRead = pattern.New(`(?i)\.(md|markdown|rst|adoc)$|(^|__)(docker-)?compose([._-].*)?\.ya?ml$`)

// IsConfiguration reports whether a file or key of this name is read by a program: it is no text for people and no Compose file.
func IsConfiguration(file string) bool {
	return !notRead.MatchString(path.Base(filepath.ToSlash(file)))
}

func isScanned(data []byte) bool {
	return len(data) > 0 && len(data) <= maxScanned && source.IsText(data)
}
