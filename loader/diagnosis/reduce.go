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
	gone     bool
}

// maxParts bounds the copies; larger files keep the error that compose-go tells first.
const maxParts = 200_000

// reduction finds the causes of an error in the files of one bundle.
type reduction struct {
	top    *part
	try    func([]Text) error
	size   int // parts
	budget int // parts that may still be loaded
}

// Text is a file as it is tried.
type Text struct {
	Path    string
	Content []byte
}

// newReduction copies the files of a bundle; nil if they are too large.
func newReduction(docs []*document.Document, try func([]Text) error) *reduction {
	r := &reduction{top: &part{node: &yaml.Node{Kind: yaml.SequenceNode}}, try: try}
	for _, d := range docs {
		for _, root := range d.Roots {
			r.top.children = append(r.top.children, r.copy(d, nil, nil, root))
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

// tree builds the YAML of what is left of a part.
func (x *part) tree() *yaml.Node {
	n := *x.node
	n.Content = nil
	for _, c := range x.children {
		if c.gone {
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

// load tries what is left.
func (r *reduction) load() error {
	r.budget -= r.left(r.top)
	var texts []Text
	for _, x := range r.top.children {
		if x.gone {
			continue
		}
		content, err := yaml.Marshal(x.tree())
		if err != nil {
			return nil //nolint:nilerr // what cannot be written cannot be tried: it tells nothing
		}
		if n := len(texts); n > 0 && texts[n-1].Path == x.doc.Path {
			texts[n-1].Content = slices.Concat(texts[n-1].Content, []byte("---\n"), content)
			continue
		}
		texts = append(texts, Text{Path: x.doc.Path, Content: bytes.Clone(content)})
	}
	if len(texts) == 0 {
		return nil
	}
	return r.try(texts)
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
	if last := r.refused(err); last != nil {
		err = last
	}
	return at, err
}

// refused is load, without the errors that only come from taking something out.
func (r *reduction) refused(first error) error {
	err := r.load()
	if err == nil || artifact(err) && !artifact(first) {
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
	x.children = slices.DeleteFunc(x.children, func(c *part) bool { return origins[c.origin] })
	for _, c := range x.children {
		c.remove(origins)
	}
}
