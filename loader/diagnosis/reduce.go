package diagnosis

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
)

// compose-go tells one of several errors at random, often without a place, and some input makes it panic. So what it
// refuses is loaded again with less and less of it, until little more is left than the part that is refused: that is the
// place, and the error about it is always the same one. Then this part is taken out, and what is left is tried again.

// part is a node of the files with its aliases expanded, so that any of it may be taken out.
type part struct {
	node     *yaml.Node // a copy
	key      *yaml.Node // of an entry of a mapping, as it stands in the file
	origin   *yaml.Node // what it is a copy of, as it stands in the file
	doc      *document.Document
	path     diag.Path
	children []*part
	base     *part // of a service that extends another one of the same file
	gone     bool
}

// maxParts bounds the copies; larger files keep the error that compose-go tells first.
const maxParts = 200_000

// reduction finds the causes of an error in the files of one bundle.
type reduction struct {
	top *part
	try func([]Text) error
	// artifact reports an error that may come from what was taken out.
	artifact func(error) bool
	size     int // parts
	budget   int // parts that may still be loaded
}

// Text is a file as it is tried.
type Text struct {
	Path    string
	Content []byte
}

// newReduction copies the files of a bundle; nil if they are too large.
func newReduction(docs []*document.Document, a *Attempt, try func([]Text) error) *reduction {
	r := &reduction{top: &part{node: &yaml.Node{Kind: yaml.SequenceNode}}, try: try, artifact: a.artifact}
	for _, d := range docs {
		for _, root := range d.Roots {
			r.top.children = append(r.top.children, r.copy(d, nil, nil, root))
			r.top.children[len(r.top.children)-1].inherit(a.name)
		}
	}
	if r.size > maxParts {
		return nil
	}
	r.budget = 6*r.size + 100_000
	return r
}

func (r *reduction) copy(d *document.Document, p diag.Path, key, n *yaml.Node) *part {
	origin := document.Deref(n)
	out := &part{node: &yaml.Node{Kind: origin.Kind, Tag: origin.Tag, Value: origin.Value, Style: origin.Style}, key: key, origin: origin, doc: d, path: p}
	if r.size++; r.size > maxParts {
		return out
	}
	out.node.Style &^= yaml.FlowStyle
	if origin.Tag == "!!null" {
		out.node.Value = "null" // the encoder makes nothing an empty string in some places
	}
	switch origin.Kind {
	case yaml.SequenceNode:
		for i, c := range origin.Content {
			out.children = append(out.children, r.copy(d, p.Index(i), nil, c))
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(origin.Content); i += 2 {
			k := origin.Content[i]
			if len(p) == 0 && k.Value == "version" {
				continue // compose-go would write to the logger of the whole process
			}
			below := p.Key(k.Value)
			if k.Value == "<<" {
				below = p // what is merged in stands where it is merged
			}
			out.children = append(out.children, r.copy(d, below, k, origin.Content[i+1]))
		}
	}
	return out
}

// inherit links the services of a file that extend one another.
func (x *part) inherit(name func(*document.Document, *yaml.Node) string) {
	for _, section := range x.children {
		if len(section.path) != 1 || section.path[0] != "services" && section.path[0] != "jobs" {
			continue
		}
		byName := map[string]*part{}
		for _, service := range section.children {
			byName[service.path[len(service.path)-1]] = service
		}
		for _, service := range section.children {
			for _, c := range service.children {
				if c.key == nil || c.key.Value != "extends" || document.Child(c.origin, "file") != nil {
					continue
				}
				ref := c.origin
				if ref.Kind == yaml.MappingNode {
					ref = document.Child(ref, "service")
				}
				service.base = byName[name(c.doc, ref)]
			}
		}
	}
}

// tree builds the YAML of what is left of a part. A service whose base was taken out extends nothing.
func (x *part) tree() *yaml.Node {
	n := *x.node
	n.Content = nil
	for _, c := range x.children {
		if c.gone || x.base != nil && x.base.gone && c.key != nil && c.key.Value == "extends" {
			continue
		}
		if x.node.Kind == yaml.MappingNode {
			key := document.Deref(c.key)
			n.Content = append(n.Content, &yaml.Node{Kind: key.Kind, Tag: key.Tag, Value: key.Value, Style: key.Style})
		}
		n.Content = append(n.Content, c.tree())
	}
	return &n
}

// load tries what is left. Of several errors, compose-go says any one: one that may come from what was taken out is returned only
// where there seems to be no other.
func (r *reduction) load() error { return r.attempt(func(err error) bool { return !r.artifact(err) }) }

// first is load, and returns the first of several errors by their texts.
func (r *reduction) first() error { return r.attempt(func(error) bool { return false }) }

// attempt tries what is left until an error is the one that is wanted, or all seem to be known.
func (r *reduction) attempt(wanted func(error) bool) error {
	texts := r.texts()
	if len(texts) == 0 {
		return nil
	}
	least := r.try(texts)
	if least == nil {
		return nil
	}
	for range again(r.left(r.top)) {
		if wanted(least) {
			break
		}
		err := r.try(texts)
		if err == nil {
			continue
		}
		if a, b := r.artifact(err), r.artifact(least); a != b && b || a == b && err.Error() < least.Error() {
			least = err
		}
	}
	return least
}

// texts are the files with what is left in them.
func (r *reduction) texts() []Text {
	r.budget -= r.left(r.top)
	var texts []Text
	for _, x := range r.top.children {
		if x.gone {
			continue
		}
		content, err := yaml.Marshal(x.tree())
		if err != nil {
			return nil // what cannot be written cannot be tried: it tells nothing
		}
		if n := len(texts); n > 0 && texts[n-1].Path == x.doc.Path {
			texts[n-1].Content = slices.Concat(texts[n-1].Content, []byte("---\n"), content)
			continue
		}
		texts = append(texts, Text{Path: x.doc.Path, Content: bytes.Clone(content)})
	}
	return texts
}

func (r *reduction) left(x *part) int {
	total := 1
	for _, c := range x.children {
		if !c.gone {
			total += r.left(c)
		}
	}
	return total
}

// cause narrows what is left down to the part that is refused, and returns it with the error about it. Everything else
// that could be taken out is gone afterwards.
func (r *reduction) cause(err error) (*part, error) {
	at := r.top
	for r.budget > 0 {
		children := slices.DeleteFunc(slices.Clone(at.children), func(c *part) bool { return c.gone })
		if len(children) == 0 {
			break
		}
		without := func(n int) error { // takes out the first n
			for i, c := range children {
				c.gone = i < n
			}
			return r.refused(err)
		}
		if without(len(children)) != nil {
			break // it is not about what stands in it
		}
		fails, works := 0, len(children)
		for works-fails > 1 && r.budget > 0 {
			if middle := (fails + works) / 2; without(middle) != nil {
				fails = middle
			} else {
				works = middle
			}
		}
		for i, c := range children {
			c.gone = i != works-1
		}
		if r.refused(err) == nil { // it takes the ones behind it to fail
			for i, c := range children {
				c.gone = i < fails
			}
		}
		at = children[works-1]
	}
	for _, c := range at.children {
		c.gone = false
	}
	if last := r.first(); last != nil && (!r.artifact(last) || r.artifact(err)) {
		err = last
	}
	return at, err
}

// refused is load, without the errors that only come from taking something out.
func (r *reduction) refused(first error) error {
	err := r.load()
	if err == nil || r.artifact(err) && !r.artifact(first) {
		return nil
	}
	return err
}

// restore puts everything back.
func (x *part) restore() {
	x.gone = false
	for _, c := range x.children {
		c.restore()
	}
}

// remove takes out for good every copy of what stands at some places of the files.
func (x *part) remove(origins map[*yaml.Node]bool) {
	x.children = slices.DeleteFunc(x.children, func(c *part) bool {
		c.gone = c.gone || origins[c.origin]
		return origins[c.origin]
	})
	for _, c := range x.children {
		c.remove(origins)
	}
}
