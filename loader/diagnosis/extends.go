package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// inheritance follows `extends` from every service and job. compose-go stops at the first that leads nowhere, which is another
// one on every run.
type inheritance struct {
	a      *Attempt
	found  diag.List
	broken map[*yaml.Node]bool // `extends` of services that lead nowhere in the end, without aliases
	edges  map[string][]string // who extends whom, by the keys of links
	links  map[string]link
}

// link is a service or job with its place.
type link struct {
	d       *document.Document
	root    *yaml.Node
	section string
	name    string
}

func (l link) key() string { return strings.Join([]string{l.d.Path, l.section, l.name}, "\x00") }

func (l link) path() diag.Path { return diag.At(l.section, l.name, "extends") }

// extends is the value of the key, nil if it names nothing.
func (l link) extends() *yaml.Node {
	n := document.Deref(document.Child(document.Child(document.Child(l.root, l.section), l.name), "extends"))
	if n == nil || n.Tag == "!!null" || n.Tag == "!reset" {
		return nil
	}
	return n
}

// extendsFindings returns the services that extend one that does not exist, or each other in a circle, and the `extends` of all
// services that come to one of them.
func (a *Attempt) extendsFindings() (diag.List, map[*yaml.Node]bool) {
	h := &inheritance{a: a, broken: map[*yaml.Node]bool{}, edges: map[string][]string{}, links: map[string]link{}}
	var starts []link
	for _, b := range a.Files.All() {
		for _, d := range b.Docs {
			for _, root := range d.Roots {
				for _, section := range []string{"services", "jobs"} {
					for _, e := range document.Entries(document.Child(root, section)) {
						starts = append(starts, link{d, root, section, e.Key.Value})
					}
				}
			}
		}
	}
	for _, l := range starts {
		h.follow(l)
	}
	h.circles()
	for _, l := range starts {
		if n := l.extends(); n != nil && h.leadsNowhere(l) {
			h.broken[n] = true
		}
	}
	return h.found, h.broken
}

// follow notes whom a service extends, and whom that one extends, to the end.
func (h *inheritance) follow(l link) {
	for {
		key := l.key()
		if _, known := h.links[key]; known {
			return
		}
		h.links[key], h.edges[key] = l, nil
		next, exists := h.base(l)
		if !exists {
			return
		}
		h.edges[key] = []string{next.key()}
		l = next
	}
}

// base returns what a service extends, and reports it if that does not exist. What cannot be followed is left to compose-go.
func (h *inheritance) base(l link) (link, bool) {
	n := l.extends()
	name, d := n, l.d
	var file *yaml.Node
	if n != nil && n.Kind == yaml.MappingNode {
		name, file = document.Child(n, "service"), document.Child(n, "file")
	}
	ref, is := h.a.Locator.Text(l.d, name)
	if !is || ref == "" || document.Deref(name).Tag != "!!str" {
		return link{}, false
	}
	if file == nil {
		return h.known(l, ref, "", link{d, l.root, l.section, ref})
	}
	if d = h.a.Locator.ExtendedFile(l.d, file); d == nil {
		return link{}, false
	}
	var candidates []link
	for _, root := range d.Roots {
		candidates = append(candidates, link{d, root, "services", ref})
	}
	return h.known(l, ref, " in "+d.Name, candidates...)
}

// known returns the candidate that exists. What an included file has is there as well, and is followed from there.
func (h *inheritance) known(l link, ref, where string, candidates ...link) (link, bool) {
	var names []string
	for _, c := range candidates {
		section := document.Child(c.root, c.section)
		if document.Child(section, ref) != nil {
			return c, true
		}
		for _, e := range document.Entries(section) {
			names = append(names, e.Key.Value)
		}
	}
	if where == "" {
		for _, b := range l.d.Includes {
			for _, each := range b.All() {
				for _, d := range each.Docs {
					for _, root := range d.Roots {
						if document.Child(document.Child(root, l.section), ref) != nil {
							return link{d, root, l.section, ref}, true
						}
					}
				}
			}
		}
	}
	f := h.finding(l, "extends", suggest.DidYouMean(ref, names, "correct the name of the service, or the file"))
	f.Message = fmt.Sprintf("cannot extend service %q in %s: service %q not found%s", l.name, l.d.Name, ref, where)
	h.found.Add(f)
	h.broken[l.extends()] = true
	return link{}, false
}

func (h *inheritance) finding(l link, code, help string) diag.Finding {
	alone := position.New(&document.Bundle{Docs: []*document.Document{{Name: l.d.Name, Text: l.d.Text, Roots: []*yaml.Node{l.root}, Bundle: l.d.Bundle}}})
	return diag.Finding{Severity: diag.Error, Code: code, Path: l.path(), Range: alone.Locate(l.path()), Help: help}
}

// circles reports each group of services that extend each other.
func (h *inheritance) circles() {
	for _, circle := range circles(h.edges) {
		first := h.links[circle[0]]
		words := []string{fmt.Sprintf("Circular reference: %s in %s", first.name, first.d.Name)}
		for _, key := range circle[1:] {
			words = append(words, fmt.Sprintf("extends %s in %s", h.links[key].name, h.links[key].d.Name))
			h.broken[h.links[key].extends()] = true
		}
		f := h.finding(first, "extends-cycle", "remove one of these extends; move what they share into a service that extends nothing")
		f.Message = strings.Join(words, " ")
		h.found.Add(f)
	}
}

// leadsNowhere reports whether a service comes to an `extends` that is broken.
func (h *inheritance) leadsNowhere(l link) bool {
	seen := map[string]bool{}
	for key := l.key(); !seen[key]; {
		seen[key] = true
		at := h.links[key]
		if h.broken[at.extends()] {
			return true
		}
		next := h.edges[key]
		if len(next) == 0 {
			return false
		}
		key = next[0]
	}
	return false
}

// brokenIn returns the findings that stand in the files of a bundle.
func brokenIn(b *document.Bundle, found diag.List) diag.List {
	names := map[string]bool{}
	for d := range b.Files() {
		names[d.Name] = true
	}
	return slices.DeleteFunc(slices.Clone(found), func(f diag.Finding) bool { return !names[f.Range.File] })
}
