// Package bounds refuses a project before it is expanded, where expanding it would take more time or memory than any
// real project needs.
package bounds

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
)

const (
	// maxPorts is how many ports all services of a project may publish together. Every one becomes an object of its own
	// in memory, and a Service of Kubernetes holds some thousands.
	maxPorts = 10_000
	// maxExtends is how many services may extend each other in a row.
	maxExtends = 100
)

// Check returns what goes beyond the bounds in a bundle and all that it includes.
func Check(main *document.Bundle) diag.List {
	c := &check{known: map[*yaml.Node]measure{}}
	for _, b := range main.All() {
		for _, d := range b.Docs {
			for _, root := range d.Roots {
				c.root(d, root)
			}
		}
	}
	return c.found
}

type check struct {
	known   map[*yaml.Node]measure // of services
	ports   int
	refused bool // too many ports were reported
	found   diag.List
}

// measure is what a service expands to.
type measure struct{ ports, extends int }

func (c *check) root(d *document.Document, root *yaml.Node) {
	for _, section := range []string{"services", "jobs"} {
		for _, e := range document.Entries(document.Child(root, section)) {
			m := c.service(d, section, e.Value, 0)
			at := diag.At(section, e.Key.Value)
			if m.extends > maxExtends {
				c.add(d, at.Key("extends"), document.Child(e.Value, "extends"), "let the services extend one that has what they share",
					"%s extends more than %d services in a row", at[1], maxExtends)
			}
			if c.ports += m.ports; c.ports > maxPorts && !c.refused {
				c.refused = true
				c.add(d, at.Key("ports"), widest(d, e.Value), "publish the ports that are used; in the network of a cluster every port of a container can be reached anyway",
					"the services up to %s publish %d ports, and a project may publish %d", at[1], c.ports, maxPorts)
			}
		}
	}
}

func (c *check) add(d *document.Document, at diag.Path, n *yaml.Node, help, format string, args ...any) {
	c.found.Add(diag.Finding{
		Severity: diag.Error, Code: "too-large", Path: at, Range: d.NodeRange(n), Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// service measures a service with all that it extends. A circle is measured up to the bound.
func (c *check) service(d *document.Document, section string, n *yaml.Node, depth int) measure {
	n = document.Deref(n)
	if n == nil || depth > maxExtends {
		return measure{}
	}
	if known, ok := c.known[n]; ok {
		return known
	}
	var m measure
	for _, item := range items(n) {
		m.ports += portsOf(d, item)
	}
	if base, in := extended(d, section, n); base != nil {
		c.known[n] = m // for a circle
		above := c.service(in, section, base, depth+1)
		m.ports, m.extends = m.ports+above.ports, above.extends+1
	}
	c.known[n] = m
	return m
}

// extended returns the service that another one extends, and the file it stands in.
func extended(d *document.Document, section string, n *yaml.Node) (*yaml.Node, *document.Document) {
	extends := document.Deref(document.Child(n, "extends"))
	if extends == nil {
		return nil, nil
	}
	name, in := extends, d
	if extends.Kind == yaml.MappingNode {
		name = document.Deref(document.Child(extends, "service"))
		if file := document.Deref(document.Child(extends, "file")); file != nil {
			in = d.Bundle.File(disk.Resolve(d.Base(), text(d, file)))
		}
	}
	if in == nil || name == nil {
		return nil, nil
	}
	for _, root := range slices.Backward(in.Roots) {
		if base := document.Child(document.Child(root, section), text(d, name)); base != nil {
			return base, in
		}
	}
	return nil, nil
}

func items(service *yaml.Node) []*yaml.Node {
	ports := document.Deref(document.Child(service, "ports"))
	if ports == nil || ports.Kind != yaml.SequenceNode {
		return nil
	}
	return ports.Content
}

// widest returns the item of ports that stands for most of them, the service itself if it has none.
func widest(d *document.Document, service *yaml.Node) *yaml.Node {
	best, most := service, 0
	for _, item := range items(service) {
		if n := portsOf(d, item); n > most {
			best, most = item, n
		}
	}
	return best
}

// portsOf is how many ports an item of ports stands for.
func portsOf(d *document.Document, item *yaml.Node) int {
	item = document.Deref(item)
	if item.Kind != yaml.ScalarNode {
		return 1
	}
	short := text(d, item)
	short = short[strings.LastIndex(short, ":")+1:]
	short, _, _ = strings.Cut(short, "/")
	first, last, isRange := strings.Cut(short, "-")
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if !isRange || err1 != nil || err2 != nil || to < from {
		return 1
	}
	return to - from + 1
}

func text(d *document.Document, n *yaml.Node) string {
	var ignored variables.Unset
	if out, err := ignored.Substitute(n.Value, d.Bundle.Env.Resolve); err == nil {
		return out
	}
	return n.Value
}
