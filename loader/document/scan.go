package document

import (
	"iter"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// Scan calls visit for every scalar value of every file that takes part in the load, with its path in that file.
// Aliases are not followed: what they name is visited where it stands.
func (b *Bundle) Scan(visit func(d *Document, p diag.Path, n *yaml.Node)) {
	for d := range b.Files() {
		for _, root := range d.Roots {
			scanNode(d, nil, root, visit)
		}
	}
}

// Files yields every file that takes part in the load: those of b and of the bundles below it, each bundle with the
// files that its services extend.
func (b *Bundle) Files() iter.Seq[*Document] {
	return func(yield func(*Document) bool) {
		for _, each := range b.All() {
			for _, d := range each.Docs {
				if !yield(d) {
					return
				}
			}
			for _, path := range sorted.Keys(each.Extended) {
				if !yield(each.Extended[path]) {
					return
				}
			}
		}
	}
}

func scanNode(d *Document, p diag.Path, n *yaml.Node, visit func(*Document, diag.Path, *yaml.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		visit(d, p, n)
	case yaml.SequenceNode:
		for i, c := range n.Content {
			scanNode(d, p.Index(i), c, visit)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			scanNode(d, p.Key(n.Content[i].Value), n.Content[i+1], visit)
		}
	}
}
