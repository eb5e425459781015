package transform

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/texts"
)

// maxScanned is the size of the largest file that is searched for names; configuration is smaller than that.
const maxScanned = 1 << 20

// nearWords is how many words of a command are looked at on either side of a host for its port.
const nearWords = 6

// references is what the texts of the project say about the names in it.
type references struct {
	own      map[*service][]dnsName // the names of each service (ownNames)
	mentions map[string][]mention   // by lower-case name, in the order of the services and their texts
	local    []mention              // of localhost and of the Docker host
	aliases  map[string]alias       // names that are not just that of one service, by the name of their Service (decideAliases)
	labels   map[*pod][]string      // labels of the Pods behind aliases (decideAliases)

	compared   bool      // whether difference is decided
	difference diag.Path // a key that makes the networks of services differ

	changed map[string]change // names that no DNS label can carry, by lower-case name (decideAliases)
}

// mention is a name that stands in a text of a service.
type mention struct {
	texts.Mention
	by       *service
	at       diag.Path
	variable string
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
		if m := &found[i]; m.Name == t.text && m.Beside == 0 && t.before != "" {
			m.Beside = texts.PortBeside(t.before, t.after)
			m.Host = m.Host || m.Beside != 0
		}
	}
	return found
}

// scanReferences searches the texts of the project for its names, and decides which names need a Service or another
// spelling. The names of the services have to be known.
func (p *project) scanReferences() {
	p.findMentions()
	p.decideAliases()
	p.reportMentions()
}

// findMentions reads every text once.
func (p *project) findMentions() {
	if p.references.mentions != nil {
		return
	}
	p.references.mentions = map[string][]mention{}
	known := p.knownNames()
	var six []string
	for _, name := range sortedKeys(known) {
		if strings.Contains(name, ":") {
			six = append(six, name)
		}
	}
	for _, s := range p.services {
		for _, text := range s.texts() {
			for _, m := range text.find(func(name string) bool { return known[name] }) {
				name := strings.ToLower(m.Name)
				seen := mention{Mention: m, by: s, at: text.at, variable: text.variable}
				if isLocal(name) {
					p.references.local = append(p.references.local, seen)
					continue
				}
				if !p.isRepeated(name, seen) {
					p.references.mentions[name] = append(p.references.mentions[name], seen)
				}
			}
			for _, address := range six { // its colons make it no word
				if strings.Contains(text.text, address) {
					p.references.mentions[address] = append(p.references.mentions[address], mention{by: s, at: text.at})
				}
			}
		}
	}
}

// isRepeated reports whether a mention tells nothing new: a configuration file may name a host a thousand times.
func (p *project) isRepeated(name string, m mention) bool {
	list := p.references.mentions[name]
	for i := len(list) - 1; i >= 0 && list[i].by == m.by && slices.Equal(list[i].at, m.at); i-- {
		have := list[i]
		if have.Host == m.Host && have.Port == m.Port && have.Beside == m.Beside && have.Scheme == m.Scheme && have.Name == m.Name {
			return true
		}
	}
	return false
}

func isLocal(name string) bool {
	return name == "localhost" || name == "127.0.0.1" || isDockerHost(name)
}

func isDockerHost(name string) bool {
	return name == "host.docker.internal" || name == "gateway.docker.internal"
}

// knownNames returns every name worth looking for, in lower case: what Docker resolves, and the addresses that the
// project fixes.
func (p *project) knownNames() map[string]bool {
	known := map[string]bool{"localhost": true, "127.0.0.1": true, "host.docker.internal": true, "gateway.docker.internal": true}
	for _, n := range p.dnsNames() {
		known[strings.ToLower(n.name)] = true
	}
	for address := range p.fixedAddresses() {
		known[address] = true
	}
	return known
}

// texts returns what a service reads that may hold names: variables, commands, checks, hooks, and the files it mounts.
func (s *service) texts() []place {
	list := s.containerTexts(s.path, s.config.Environment, s.config.Entrypoint, s.config.Command)
	for _, name := range sortedKeys(s.ext.Env) {
		list = append(list, place{at: s.key("x-kubernetes", "env", name), variable: name, text: s.ext.Env[name]})
	}
	if s.config.HealthCheck != nil {
		list = append(list, words(s.key("healthcheck", "test"), s.config.HealthCheck.Test)...)
	}
	for i, hook := range s.config.PreStart {
		list = append(list, s.containerTexts(s.key("pre_start").Index(i), hook.Environment, hook.Entrypoint, hook.Command)...)
	}
	for i, hook := range s.config.PostStart {
		list = append(list, s.containerTexts(s.key("post_start").Index(i), hook.Environment, nil, hook.Command)...)
	}
	for i, hook := range s.config.PreStop {
		list = append(list, s.containerTexts(s.key("pre_stop").Index(i), hook.Environment, nil, hook.Command)...)
	}
	return append(list, s.fileTexts()...)
}

func (s *service) containerTexts(at diag.Path, environment map[string]*string, entrypoint, command []string) []place {
	var list []place
	for _, name := range sortedKeys(environment) {
		if value := environment[name]; value != nil {
			list = append(list, place{at: at.Key("environment", name), variable: name, text: *value})
		}
	}
	list = append(list, words(at.Key("entrypoint"), entrypoint)...)
	return append(list, words(at.Key("command"), command)...)
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
func (s *service) fileTexts() []place {
	var list []place
	file := func(at diag.Path, name string) {
		f := s.in.Files[name]
		if f == nil {
			return
		}
		if isConfiguration(name) && isScanned(f.Data) {
			list = append(list, place{at: at, text: string(f.Data)})
		}
		for _, entry := range f.Entries {
			if isConfiguration(entry.Path) && isScanned(entry.Data) {
				list = append(list, place{at: at, text: string(entry.Data)})
			}
		}
	}
	for i, c := range s.config.Configs {
		config := s.in.Project.Configs[c.Source]
		at := s.key("configs").Index(i)
		file(at, config.File)
		list = append(list, place{at: at, text: config.Content})
		list = append(list, place{at: at, text: s.in.Project.Environment[config.Environment]})
	}
	for i, c := range s.config.Secrets {
		secret := s.in.Project.Secrets[c.Source]
		at := s.key("secrets").Index(i)
		file(at, secret.File)
		list = append(list, place{at: at, text: s.in.Project.Environment[secret.Environment]})
	}
	for i, v := range s.config.Volumes {
		if v.Type == "bind" {
			file(s.key("volumes").Index(i), v.Source)
		}
	}
	return list
}

// notRead matches the names of files that stand in mounted directories without being the configuration of any program:
// text for people, and Compose files, whose names of services are no hosts. Keys of ConfigMaps are names of files as well.
var notRead = regexp.MustCompile(`(?i)\.(md|markdown|rst|adoc)$|(^|__)(docker-)?compose([._-].*)?\.ya?ml$`)

func isConfiguration(file string) bool {
	return !notRead.MatchString(path.Base(filepath.ToSlash(file)))
}

func isScanned(data []byte) bool { return len(data) > 0 && len(data) <= maxScanned && isText(data) }

// mentionsOf returns where a name is mentioned.
func (p *project) mentionsOf(name string) []mention {
	return p.references.mentions[strings.ToLower(name)]
}

// mentionedBy returns the name of a peer that uses a name of the service where a host stands, or "".
func (s *service) mentionedBy() string {
	s.findMentions()
	for _, n := range s.ownNames() {
		for _, m := range s.mentionsOf(n.name) {
			if m.Host && m.by != s {
				return m.by.name
			}
		}
	}
	return ""
}

// reportMentions reports the texts that hold for Docker only: addresses that the project fixes, and the Docker host.
func (p *project) reportMentions() {
	addresses := p.fixedAddresses()
	for _, address := range sortedKeys(addresses) {
		for _, m := range p.references.mentions[address] {
			p.reportf("static-address-used", m.at, "use the name of the service, or the address range of the cluster",
				"%s %s; the cluster gives out other addresses", address, addresses[address])
		}
	}
	publishers := map[string]*service{}
	for _, s := range p.services {
		for _, c := range s.config.Ports {
			if _, taken := publishers[c.Published]; !taken {
				publishers[c.Published] = s
			}
		}
	}
	for _, m := range p.references.local {
		if isDockerHost(strings.ToLower(m.Name)) || m.by.networkMode() == "host" {
			p.reportLocal(m, publishers[strconv.Itoa(int(m.Port))])
		}
	}
}

// reportLocal reports the ways to a peer that lead over the Docker host: its published ports are not there on a node.
func (p *project) reportLocal(m mention, target *service) {
	advice := "name the machine that is meant, or a service with x-kubernetes.externalName"
	if target != nil {
		for _, c := range target.config.Ports {
			if c.Published == strconv.Itoa(int(m.Port)) {
				advice = fmt.Sprintf("use %s:%d", target.dns, c.Target)
			}
		}
	}
	if isDockerHost(strings.ToLower(m.Name)) {
		name := m.Name
		if m.Port != 0 {
			name += fmt.Sprintf(":%d", m.Port)
		}
		p.reportf("host-gateway", m.at, advice, "%s is the Docker host, which does not exist in a cluster: the name does not resolve", name)
		return
	}
	if target != nil && target.networkOwner() != m.by.networkOwner() && target.networkMode() != "host" {
		p.reportf("localhost-published", m.at, advice,
			"%s:%d is a published port of %s on the Docker host; here localhost is the node, where nothing listens on it", m.Name, m.Port, target.name)
	}
}
