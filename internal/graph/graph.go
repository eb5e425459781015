// Package graph draws what is connected to what: the objects of a conversion, or the services of a Compose project. One
// model holds the nodes and edges; SVG, Mermaid, DOT and JSON are forms of it. The same project gives the same bytes.
package graph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/lang"
	"github.com/transship/transship/internal/sorted"
)

// Column is where a node stands, from left to right.
type Column int

// The columns. Traffic goes from left to right; what stands right of a workload is what it reads and writes.
const (
	Outside Column = iota
	Services
	Workloads
	Data
)

var columnTitles = map[Column]string{Outside: "outside", Services: "Services", Workloads: "workloads", Data: "data"}

// Node is one box.
type Node struct {
	ID     string `json:"id"`   // Kind/name
	Kind   string `json:"kind"` // of the object; of Compose: service, volume, config, secret, bind, or outside
	Name   string `json:"name"`
	Detail string `json:"detail,omitempty"` // a few words, such as "port 80" or "2 replicas"
	Column Column `json:"column"`
	// Path is the key of the Compose project that the node was made for, if it is one: services.web.
	Path   string   `json:"path,omitempty"`
	Groups []string `json:"groups,omitempty"` // networks, sorted
}

// Edge is a line from one node to another.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Kind is routes (traffic goes to), selects (a Service chooses Pods), mounts, reads (as environment variables), uses
	// (a Compose service its volume, config or secret) or waits (does not start before).
	Kind  string `json:"kind"`
	Label string `json:"label,omitempty"`
}

// Graph is a picture as data. Nodes and edges are sorted.
type Graph struct {
	Title  string   `json:"title"`
	Of     string   `json:"of"` // kubernetes or compose
	Nodes  []Node   `json:"nodes"`
	Edges  []Edge   `json:"edges"`
	Groups []string `json:"groups"` // networks, sorted
	// Omitted counts the objects that have no box, by kind.
	Omitted map[string]int `json:"omitted,omitempty"`

	language lang.Language // of the words in pictures
}

// In returns a graph whose picture speaks a language. Names, kinds and what stands in the project stay as they are.
func (g Graph) In(in lang.Language) Graph {
	g.language = in
	g.Nodes, g.Edges = slices.Clone(g.Nodes), slices.Clone(g.Edges)
	for i, n := range g.Nodes {
		g.Nodes[i].Detail = in.Word(n.Detail)
		if n.ID == outside {
			g.Nodes[i].Name = in.Word(n.Name)
		}
	}
	for i, e := range g.Edges {
		g.Edges[i].Label = in.Word(e.Label)
	}
	return g
}

// builder collects a graph.
type builder struct {
	graph Graph
	nodes map[string]*Node
	edges map[Edge]bool
	mask  func(string) string
}

func newBuilder(title, of string, mask func(string) string) *builder {
	b := &builder{graph: Graph{Of: of, Omitted: map[string]int{}}, nodes: map[string]*Node{}, edges: map[Edge]bool{}, mask: mask}
	b.graph.Title = b.shown(title)
	return b
}

// shown returns a text of the project as the picture has it: without secrets, and without what breaks or hides a line.
func (b *builder) shown(text string) string { return diag.OneLine(b.mask(text)) }

// rename lets all nodes have IDs and texts that may be shown. Nodes stay apart although their names are masked.
func (b *builder) rename() map[string]string {
	ids, taken := map[string]string{}, map[string]bool{}
	for _, id := range sorted.Keys(b.nodes) {
		shown := b.shown(id)
		for i := 2; taken[shown]; i++ {
			shown = fmt.Sprintf("%s-%d", b.shown(id), i)
		}
		ids[id], taken[shown] = shown, true
		n := b.nodes[id]
		n.ID, n.Name, n.Detail, n.Path = shown, b.shown(n.Name), b.shown(n.Detail), b.shown(n.Path)
		for i, group := range n.Groups {
			n.Groups[i] = b.shown(group)
		}
	}
	return ids
}

func (b *builder) node(n Node) *Node {
	if n.ID == "" {
		n.ID = n.Kind + "/" + n.Name
	}
	if known := b.nodes[n.ID]; known != nil {
		return known
	}
	b.nodes[n.ID] = &n
	return &n
}

func (b *builder) edge(e Edge) {
	if e.From != "" && e.To != "" && e.From != e.To {
		b.edges[e] = true
	}
}

// finish returns the graph: sorted, with only those edges whose two ends are there.
func (b *builder) finish() Graph {
	g := b.graph
	g.Nodes, g.Edges, g.Groups = []Node{}, []Edge{}, []string{}
	ids := b.rename()
	for _, n := range b.nodes {
		slices.Sort(n.Groups)
		n.Groups = slices.Compact(n.Groups)
		g.Nodes = append(g.Nodes, *n)
		g.Groups = append(g.Groups, n.Groups...)
	}
	slices.SortFunc(g.Nodes, func(a, b Node) int {
		return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for e := range b.edges {
		if b.nodes[e.From] != nil && b.nodes[e.To] != nil {
			g.Edges = append(g.Edges, Edge{From: ids[e.From], To: ids[e.To], Kind: e.Kind, Label: b.shown(e.Label)})
		}
	}
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Label, b.Label))
	})
	slices.Sort(g.Groups)
	g.Groups = slices.Compact(g.Groups)
	return g
}

// Write writes the graph in one of the forms svg, mermaid, dot and json.
func (g Graph) Write(w io.Writer, form string) error {
	var text string
	switch form {
	case "svg":
		text = g.SVG()
	case "mermaid":
		text = g.mermaid()
	case "dot":
		text = g.dot()
	case "json":
		data, err := json.MarshalIndent(g, "", "  ")
		if err != nil {
			return fmt.Errorf("write the graph: %w", err)
		}
		text = string(data) + "\n"
	default:
		return fmt.Errorf("%q is not a form of a graph", form)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write the graph: %w", err)
	}
	return nil
}
