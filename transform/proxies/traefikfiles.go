package proxies

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// traefikSetup is what a project says to Traefik about middlewares: in labels, and in the files, flags and variables of Traefik itself.
type traefikSetup struct {
	labels      map[string]middleware  // by name in lower case
	files       map[string]middleware  // of the file provider
	entryPoints map[string]*entryPoint // by name in lower case
	isPartial   bool                   // there is a Traefik whose entry points are not known
	tlsOptions  map[string]bool        // whether TLS options of the file provider ask callers for a certificate
}

// readTraefik reads the setup of a project.
func (p *reading) readTraefik() traefikSetup {
	setup := traefikSetup{labels: middlewareKinds(p.project.Services, traefikMiddlewares), files: map[string]middleware{}, entryPoints: map[string]*entryPoint{}, tlsOptions: map[string]bool{}}
	for _, s := range p.project.Services {
		if !isImage(s, "traefik") {
			continue
		}
		for _, word := range slices.Concat(s.Config.Entrypoint, s.Config.Command) {
			name, value, _ := strings.Cut(word, "=")
			setup.readOption(strings.ToLower(strings.TrimLeft(name, "-")), value)
		}
		for _, name := range sorted.Keys(s.Config.Environment) {
			if value := s.Config.Environment[name]; value != nil {
				rest, _ := strings.CutPrefix(strings.ToLower(name), "traefik_")
				setup.readOption(strings.ReplaceAll(rest, "_", "."), *value)
			}
		}
		for _, text := range p.traefikFiles(s) {
			setup.readFile(text)
		}
		setup.open(s)
	}
	return setup
}

// readOption reads the options of an entry point, which are flags and variables.
func (t *traefikSetup) readOption(option, value string) {
	rest, ok := strings.CutPrefix(option, "entrypoints.")
	if !ok {
		return
	}
	name, key, _ := strings.Cut(rest, ".")
	switch key {
	case "http.middlewares":
		e := t.entryPoint(name)
		e.middlewares = append(e.middlewares, strings.Split(value, ",")...)
	case "address":
		t.listen(name, value)
	case "asdefault":
		t.entryPoint(name).isDefault = !strings.EqualFold(value, "false")
	}
}

func (t *traefikSetup) listen(name, address string) {
	e := t.entryPoint(name)
	e.addresses = append(e.addresses, address)
}

// asksForCertificate reports whether the TLS options that a router names keep callers without a certificate out; those of which nothing
// is known may do so.
func (t traefikSetup) asksForCertificate(options string) bool {
	name, _, _ := strings.Cut(strings.ToLower(options), "@")
	asks, known := t.tlsOptions[name]
	return asks || !known && name != "default"
}

// traefikFiles returns the texts that are mounted into a service.
func (p *reading) traefikFiles(s *input.Service) []string {
	var texts []string
	add := func(name string, data []byte) {
		if ext := path.Ext(name); (ext == ".yml" || ext == ".yaml" || ext == ".toml") && source.IsText(data) && len(data) <= 1<<20 {
			texts = append(texts, string(data))
		}
	}
	addFile := func(name, target string) {
		f := p.project.Files[name]
		if f == nil {
			return
		}
		add(target, f.Data)
		for _, e := range f.Entries {
			add(e.Path, e.Data)
		}
	}
	for _, v := range s.Config.Volumes {
		if v.Type == "bind" {
			addFile(v.Source, v.Target)
		}
	}
	for _, c := range s.Config.Configs {
		config := p.project.Compose.Configs[c.Source]
		addFile(config.File, c.Target)
		add(c.Target, []byte(config.Content))
	}
	return texts
}

// readFile reads a static or dynamic file of Traefik, in YAML or TOML.
// Source: https://doc.traefik.io/traefik/reference/install-configuration/providers/others/file/
func (t *traefikSetup) readFile(text string) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		t.readTOML(text)
		return
	}
	root := doc.Content[0]
	for _, m := range pairs(child(child(root, "http"), "middlewares")) {
		kinds := pairs(m.value)
		if len(kinds) == 0 {
			continue
		}
		kind := strings.ToLower(kinds[0].key)
		t.files[strings.ToLower(m.key)] = middleware{kind: kind, chain: strings.Join(scalars(child(kinds[0].value, "middlewares")), ",")}
	}
	for _, o := range pairs(child(child(root, "tls"), "options")) {
		t.tlsOptions[strings.ToLower(o.key)] = child(o.value, "clientAuth") != nil
	}
	for _, e := range pairs(child(root, "entryPoints")) {
		own := t.entryPoint(e.key)
		own.middlewares = append(own.middlewares, scalars(child(child(e.value, "http"), "middlewares"))...)
		if address := child(e.value, "address"); address != nil {
			t.listen(e.key, address.Value)
		}
		if asDefault := child(e.value, "asDefault"); asDefault != nil {
			own.isDefault = asDefault.Value == "true"
		}
	}
}

var (
	tomlSection = pattern.New(`(?m)^\s*\[([^\]\n]+)\]`)
	tomlOption  = pattern.New(`(?m)^\s*(address|asDefault)\s*=\s*["']?([^"'\s#]+)`)
	tomlList    = pattern.New(`(?m)^\s*middlewares\s*=\s*\[([^\]]*)\]`)
)

// readTOML reads the sections of middlewares and entry points.
func (t *traefikSetup) readTOML(text string) {
	found := tomlSection.FindAllStringSubmatchIndex(text, -1)
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		var list []string
		if m := tomlList.FindStringSubmatch(text[at[1]:end]); m != nil {
			for item := range strings.SplitSeq(m[1], ",") {
				list = append(list, strings.Trim(strings.TrimSpace(item), `"'`))
			}
		}
		words := strings.Split(strings.NewReplacer(`"`, "", "'", "", " ", "").Replace(text[at[2]:at[3]]), ".")
		switch {
		case len(words) >= 4 && words[0] == "http" && words[1] == "middlewares":
			name := strings.ToLower(words[2])
			m := t.files[name]
			m.kind, m.chain = strings.ToLower(words[3]), m.chain+strings.Join(list, ",")
			t.files[name] = m
		case len(words) >= 2 && len(words) <= 3 && strings.EqualFold(words[0], "entryPoints"):
			e := t.entryPoint(words[1])
			e.middlewares = append(e.middlewares, list...)
			for _, m := range tomlOption.FindAllStringSubmatch(text[at[1]:end], -1) {
				t.readOption(strings.ToLower("entrypoints."+words[1]+"."+m[1]), m[2])
			}
		}
	}
}

type pair struct {
	key   string
	value *yaml.Node
}

// pairs returns the keys and values of a mapping, in their order; nil is none.
func pairs(n *yaml.Node) []pair {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var list []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		list = append(list, pair{n.Content[i].Value, n.Content[i+1]})
	}
	return list
}

// child returns the value of a key, whatever its letters' case, or nil.
func child(n *yaml.Node, key string) *yaml.Node {
	for _, p := range pairs(n) {
		if strings.EqualFold(p.key, key) {
			return p.value
		}
	}
	return nil
}

// scalars returns the items of a list, or the parts of a text with commas.
func scalars(n *yaml.Node) []string {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.ScalarNode && n.Value != "":
		return strings.Split(n.Value, ",")
	}
	var list []string
	for _, item := range n.Content {
		list = append(list, item.Value)
	}
	return list
}
