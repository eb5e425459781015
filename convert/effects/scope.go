package effects

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

// scope is the part of a project in which an edit is judged, with what it converts to as it is.
type scope struct {
	model    map[string]any
	objects  *snapshot
	findings diag.List
}

// neighbourhoods find a part of a large project for each of its services: converting a thousand services again for
// every key of one would take hours. A part is used only where it converts to exactly the objects that the whole
// project has, so what is around it has no influence on it.
type neighbourhoods struct {
	whole     *scope
	loaded    *loader.Loaded
	services  map[string]map[string]any
	words     map[string]map[string]bool // of each service: every word in its keys and values
	names     map[string][]string        // of each service: what others may call it
	mentioned map[string][]string        // by word: the services that have it
	bySource  map[string][]string        // by source of a mount: the services that have it

	mu     sync.Mutex
	scopes map[string]*lazyScope
}

type lazyScope struct {
	once  sync.Once
	scope *scope
}

// smallProject is up to how many services the whole project is converted for every key.
const smallProject = 6

// global are the keys of a service that may concern services which neither name it nor are named by it: networks
// decide for all whether there are policies.
var global = []string{"networks", "network_mode", "profiles", "hostname", "container_name", "domainname", "x-kubernetes", "labels", "deploy"}

func newNeighbourhoods(l *loader.Loaded, whole *scope) *neighbourhoods {
	n := &neighbourhoods{
		whole: whole, loaded: l, services: map[string]map[string]any{}, words: map[string]map[string]bool{}, names: map[string][]string{},
		mentioned: map[string][]string{}, bySource: map[string][]string{}, scopes: map[string]*lazyScope{},
	}
	all, _ := l.Model["services"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		service, _ := all[name].(map[string]any)
		words := map[string]bool{}
		collectWords(service, words)
		n.services[name], n.words[name], n.names[name] = service, words, namesOf(name, service)
		for word := range words {
			n.mentioned[word] = append(n.mentioned[word], name)
		}
		for _, source := range sourcesOf(service) {
			n.bySource[source] = append(n.bySource[source], name)
		}
	}
	return n
}

// of returns the scope in which to judge an edit of a key.
func (n *neighbourhoods) of(ctx context.Context, path diag.Path, e *Examination) *scope {
	if len(n.services) <= smallProject || len(path) < 3 || path[0] != "services" || slices.Contains(global, path[2]) {
		return n.whole
	}
	n.mu.Lock()
	lazy := n.scopes[path[1]]
	if lazy == nil {
		lazy = &lazyScope{}
		n.scopes[path[1]] = lazy
	}
	n.mu.Unlock()
	lazy.once.Do(func() { lazy.scope = n.around(ctx, path[1], e) })
	return lazy.scope
}

// around returns the scope of a service and those around it, or the whole project where these would convert to
// something else without the rest.
func (n *neighbourhoods) around(ctx context.Context, service string, e *Examination) *scope {
	members := n.members(service)
	if 2*len(members) > len(n.services) {
		return n.whole
	}
	part := map[string]any{}
	for name := range members {
		part[name] = n.services[name]
	}
	model := maps.Clone(n.loaded.Model)
	model["services"] = part
	e.count()
	base, err := convertVariant(ctx, n.loaded, model, e.options.Transform)
	if err != nil {
		return n.whole
	}
	objects, err := snapshotOf(manifest.NewEncoder(), base.objects)
	if err != nil {
		return n.whole
	}
	for name, text := range objects.texts {
		if !bytes.Equal(text, n.whole.objects.texts[name]) {
			return n.whole
		}
	}
	return &scope{model: model, objects: objects, findings: base.findings}
}

// members returns a service with those that it names or that name it, share a mount with it, and all that these cannot
// be without.
func (n *neighbourhoods) members(service string) map[string]bool {
	members := map[string]bool{service: true}
	for _, source := range sourcesOf(n.services[service]) {
		for _, other := range n.bySource[source] {
			members[other] = true
		}
	}
	for _, name := range n.names[service] {
		for _, other := range n.mentioned[name] {
			members[other] = true
		}
	}
	for other, names := range n.names {
		if slices.ContainsFunc(names, func(name string) bool { return n.words[service][name] }) {
			members[other] = true
		}
	}
	queue := slices.Sorted(maps.Keys(members))
	for len(queue) > 0 {
		for _, needed := range neededBy(n.services[queue[0]]) {
			if _, exists := n.services[needed]; exists && !members[needed] {
				members[needed] = true
				queue = append(queue, needed)
			}
		}
		queue = queue[1:]
	}
	return members
}

// neededBy returns the services without which a service cannot be loaded.
func neededBy(service map[string]any) []string {
	var names []string
	if depends, ok := service["depends_on"].(map[string]any); ok {
		names = slices.Sorted(maps.Keys(depends))
	}
	for _, key := range []string{"network_mode", "pid", "ipc"} {
		mode, _ := service[key].(string)
		if name, is := strings.CutPrefix(mode, "service:"); is {
			names = append(names, name)
		}
	}
	for _, key := range []string{"links", "volumes_from"} {
		list, _ := service[key].([]any)
		for _, item := range list {
			text, _ := item.(string)
			name, _, _ := strings.Cut(text, ":")
			names = append(names, name)
		}
	}
	return names
}

// namesOf returns the names that others may use for a service.
func namesOf(name string, service map[string]any) []string {
	names := []string{name}
	for _, key := range []string{"hostname", "container_name"} {
		if other, ok := service[key].(string); ok {
			names = append(names, other)
		}
	}
	networks, _ := service["networks"].(map[string]any)
	for _, network := range networks {
		fields, _ := network.(map[string]any)
		aliases, _ := fields["aliases"].([]any)
		for _, alias := range aliases {
			if text, ok := alias.(string); ok {
				names = append(names, text)
			}
		}
	}
	return names
}

func sourcesOf(service map[string]any) []string {
	var sources []string
	volumes, _ := service["volumes"].([]any)
	for _, v := range volumes {
		mount, _ := v.(map[string]any)
		if source, ok := mount["source"].(string); ok && !slices.Contains(sources, source) {
			sources = append(sources, source)
		}
	}
	return sources
}

// collectWords notes every word of the keys and values of a service. A name with a dot counts as one word as well.
func collectWords(value any, words map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for key, child := range value {
			addWords(key, words)
			collectWords(child, words)
		}
	case []any:
		for _, item := range value {
			collectWords(item, words)
		}
	case string:
		addWords(value, words)
	}
}

func addWords(text string, words map[string]bool) {
	for _, breaks := range []string{"_-", "_-."} {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(breaks, r)
		}) {
			words[word] = true
		}
	}
}
