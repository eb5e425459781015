package effects

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/source"
	facts "github.com/transship/transship/transform/images"
)

// scope is the part of a project in which an edit is judged, with what it converts to as it is.
type scope struct {
	model    map[string]any
	objects  *snapshot
	findings diag.List
	owners   map[Object][]string // the services of each object
	own      map[Object]bool     // of a part: the objects that are those of its service alone
}

// neighbourhoods find a part of a large project for each of its services: converting a thousand services again for
// every key of one would take hours. A part holds a service with those around it, which do not wait for services outside the
// part. It is used only where the service has exactly the objects and findings that it has in the whole project, and only
// for edits that change nothing else: what is outside may have an influence on all others.
type neighbourhoods struct {
	whole     *scope
	loaded    *loader.Loaded
	services  map[string]map[string]any
	words     map[string]map[string]bool // of each service: every word in its keys and values, and in the files that it mounts
	names     map[string][]string        // of each service: what others may call it
	mentioned map[string][]string        // by word: the services that have it
	bySource  map[string][]string        // by source of a mount, or image that the project builds: the services that have it
	below     map[string][]string        // by directory: the services that mount something in it
	byFamily  map[string][]string        // by maker of a product of several images: the services that run one
	byPort    map[string][]string        // by number: the services with a variable for a port that has it
	hasHost   bool                       // a service is in the network of the host, where it reaches what all others publish

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

// guarding are words of proxies that look for services by themselves, or of services that they find: without them a service has a route for every host,
// which it may share with any other.
var guarding = []string{"traefik", "nginx-proxy", "VIRTUAL_HOST"}

func newNeighbourhoods(l *loader.Loaded, whole *scope) *neighbourhoods {
	n := &neighbourhoods{
		whole: whole, loaded: l, services: map[string]map[string]any{}, words: map[string]map[string]bool{}, names: map[string][]string{},
		mentioned: map[string][]string{}, bySource: map[string][]string{}, below: map[string][]string{}, byFamily: map[string][]string{}, byPort: map[string][]string{}, scopes: map[string]*lazyScope{},
	}
	all, _ := l.Model["services"].(map[string]any)
	built := source.BuildsOf(l.Project)
	for _, name := range sorted.Keys(all) {
		service, _ := all[name].(map[string]any)
		words := map[string]bool{}
		collectWords(service, words)
		collectFileWords(l, name, words)
		n.services[name], n.words[name], n.names[name] = service, words, namesOf(name, service)
		for word := range words {
			n.mentioned[word] = append(n.mentioned[word], name)
		}
		n.hasHost = n.hasHost || service["network_mode"] == "host"
		for _, source := range sourcesOf(service) {
			n.bySource[source] = append(n.bySource[source], name)
			for _, dir := range above(source) {
				n.below[dir] = append(n.below[dir], name)
			}
		}
		for _, port := range portsToldBy(service) {
			n.byPort[port] = append(n.byPort[port], name)
		}
		if family := familyOf(service); family != "" {
			n.byFamily[family] = append(n.byFamily[family], name)
		}
		for _, image := range images(l.Project.Name, name, service) {
			if _, is := built[image]; is {
				n.bySource[image] = append(n.bySource[image], name)
			}
		}
	}
	return n
}

// mostOfPort is how many services may have a variable with the number of a port before it says nothing about any two of them.
const mostOfPort = 16

// familyOf returns the maker of the product of several images of which a service runs one, or "".
func familyOf(service map[string]any) string {
	image, _ := service["image"].(string)
	return facts.Family(image)
}

// portsToldBy returns the numbers in the variables of a service that are called like ports.
func portsToldBy(service map[string]any) []string {
	var list []string
	environment, _ := service["environment"].(map[string]any)
	for _, name := range sorted.Keys(environment) {
		if value, is := environment[name].(string); is && strings.HasSuffix(strings.ToLower(name), "port") && !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}

// images returns the images that a service of the model builds, or the one that it runs: what a Dockerfile says concerns all who run the
// image.
func images(project, name string, service map[string]any) []string {
	image, _ := service["image"].(string)
	build, isBuilt := service["build"].(map[string]any)
	if !isBuilt && image == "" {
		return nil
	}
	var tags []string
	listed, _ := build["tags"].([]any)
	for _, tag := range listed {
		if text, is := tag.(string); is {
			tags = append(tags, text)
		}
	}
	return source.ImagesOf(project, name, image, tags)
}

// of returns the scope in which to judge an edit of a key.
func (n *neighbourhoods) of(ctx context.Context, path diag.Path, e *Examination) *scope {
	if len(n.services) <= e.options.Small || len(path) < 3 || path[0] != "services" || slices.Contains(global, path[2]) || n.hasHost && path[2] == "ports" ||
		(path[2] == "ports" || path[2] == "expose") && n.services[path[1]]["container_name"] != nil { // a server that is published is asked by users, another one by programs
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
	if 2*len(members) > len(n.services) || slices.ContainsFunc(guarding, func(word string) bool { return n.words[service][word] }) { // whose settings guard the routes of services that do not name it
		return n.whole
	}
	services := map[string]any{}
	for name := range members {
		services[name] = n.services[name]
		if name != service {
			services[name] = waitingFor(n.services[name], members)
		}
	}
	model := maps.Clone(n.loaded.Model)
	model["services"] = services
	e.count()
	base, err := convertVariant(ctx, n.loaded, model, e.options.Transform)
	if err != nil {
		return n.whole
	}
	objects, err := snapshotOf(manifest.NewEncoder(), base.objects)
	if err != nil {
		return n.whole
	}
	part := &scope{model: model, objects: objects, findings: base.findings, owners: base.owners, own: map[Object]bool{}}
	for _, all := range []map[Object][]string{part.owners, n.whole.owners} {
		for name, owners := range all {
			if !slices.Contains(owners, service) {
				continue
			}
			if !bytes.Equal(objects.texts[name], n.whole.objects.texts[name]) {
				return n.whole
			}
			part.own[name] = len(part.owners[name]) == 1
		}
	}
	if !slices.Equal(findingsOf(service, base.findings), findingsOf(service, n.whole.findings)) {
		return n.whole
	}
	return part
}

// findingsOf returns what is told of a service, sorted.
func findingsOf(service string, findings diag.List) []string {
	var found []string
	for _, f := range findings {
		if isOf(service, f.Path) {
			found = append(found, identityOf(f, f.Path)+f.Help)
		}
	}
	slices.Sort(found)
	return found
}

func isOf(service string, path diag.Path) bool {
	return len(path) > 1 && path[0] == "services" && path[1] == service
}

// waitingFor returns a service that waits for no others than those given.
func waitingFor(service map[string]any, others map[string]bool) map[string]any {
	depends, ok := service["depends_on"].(map[string]any)
	if !ok {
		return service
	}
	kept := maps.Clone(depends)
	maps.DeleteFunc(kept, func(name string, _ any) bool { return !others[name] })
	if len(kept) == len(depends) {
		return service
	}
	out := maps.Clone(service)
	out["depends_on"] = kept
	if len(kept) == 0 {
		delete(out, "depends_on")
	}
	return out
}

// members returns a service with those that it names or that name it, share a mount or a built image with it, and all that these run in or
// take volumes from.
func (n *neighbourhoods) members(service string) map[string]bool {
	members := map[string]bool{service: true}
	for _, source := range append(sourcesOf(n.services[service]), images(n.loaded.Project.Name, service, n.services[service])...) {
		others := slices.Concat(n.bySource[source], n.below[source])
		for _, dir := range above(source) {
			others = append(others, n.bySource[dir]...)
		}
		for _, other := range others {
			members[other] = true
		}
	}
	for _, other := range n.byFamily[familyOf(n.services[service])] {
		members[other] = true
	}
	for _, port := range portsToldBy(n.services[service]) {
		if len(n.byPort[port]) <= mostOfPort {
			for _, other := range n.byPort[port] {
				members[other] = true
			}
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
	queue := sorted.Keys(members)
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
