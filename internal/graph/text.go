package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// mermaid returns the graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown.
func (g Graph) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	ids := map[string]string{}
	for i, n := range g.Nodes {
		ids[n.ID] = "n" + strconv.Itoa(i)
	}
	for _, kind := range []Column{Outside, Services, Workloads, Data} {
		first := true
		for _, n := range g.Nodes {
			if n.Column != kind {
				continue
			}
			if first {
				fmt.Fprintf(&b, "  subgraph column%d[\"%s\"]\n", kind, g.columnTitle(kind))
				first = false
			}
			open, end := shape(n)
			fmt.Fprintf(&b, "    %s%s\"%s\"%s\n", ids[n.ID], open, strings.Join(each(n.lines(), mermaidText), "<br/>"), end)
		}
		if !first {
			b.WriteString("  end\n")
		}
	}
	for _, e := range g.Edges {
		arrow := "-->"
		if e.Kind == "waits" || e.Kind == "reads" {
			arrow = "-.->"
		}
		label := e.Label
		if e.Kind == "waits" {
			label = strings.TrimSpace("waits " + label)
		}
		if label != "" {
			arrow += `|"` + mermaidText(label) + `"|`
		}
		fmt.Fprintf(&b, "  %s %s %s\n", ids[e.From], arrow, ids[e.To])
	}
	return b.String()
}

// shape returns the brackets of a node: data is a cylinder, the outside is round.
func shape(n Node) (open, end string) {
	switch n.Column {
	case Data:
		return "[(", ")]"
	case Outside:
		return "([", "])"
	default:
		return "[", "]"
	}
}

// mermaidEscapes escapes what Mermaid, or the HTML that it makes, takes for more than text.
var mermaidEscapes = strings.NewReplacer(`"`, "#quot;", "#", "#35;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;")

func mermaidText(text string) string {
	return mermaidEscapes.Replace(text)
}

// lines returns what stands in a box of a text form.
func (n Node) lines() []string {
	if n.ID == outside {
		return []string{n.Name}
	}
	lines := []string{n.Kind, n.Name}
	if n.Detail != "" {
		lines = append(lines, n.Detail)
	}
	if len(n.Groups) > 0 {
		lines = append(lines, "on "+strings.Join(n.Groups, ", "))
	}
	return lines
}

func each(lines []string, change func(string) string) []string {
	changed := make([]string, len(lines))
	for i, line := range lines {
		changed[i] = change(line)
	}
	return changed
}

// dot returns the graph in the language of Graphviz.
func (g Graph) dot() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR\n  node [shape=box style=rounded fontname=\"sans-serif\" fontsize=11]\n  edge [fontname=\"sans-serif\" fontsize=9]\n", quoted(g.Title))
	for _, kind := range []Column{Outside, Services, Workloads, Data} {
		var members []string
		for _, n := range g.Nodes {
			if n.Column != kind {
				continue
			}
			form := ""
			if kind == Data {
				form = " shape=cylinder"
			}
			fmt.Fprintf(&b, "  %s [label=%s%s]\n", quoted(n.ID), quoted(strings.Join(n.lines(), "\n")), form)
			members = append(members, quoted(n.ID))
		}
		if len(members) > 1 {
			fmt.Fprintf(&b, "  {rank=same; %s}\n", strings.Join(members, "; "))
		}
	}
	for _, e := range g.Edges {
		attributes := []string{}
		if e.Label != "" {
			attributes = append(attributes, "label="+quoted(e.Label))
		}
		if e.Kind == "waits" || e.Kind == "reads" {
			attributes = append(attributes, "style=dashed")
		}
		if e.Kind == "waits" { // the order of starting is no direction of traffic
			attributes = append(attributes, "constraint=false")
		}
		fmt.Fprintf(&b, "  %s -> %s [%s]\n", quoted(e.From), quoted(e.To), strings.Join(attributes, " "))
	}
	b.WriteString("}\n")
	return b.String()
}

// quoted writes an ID of DOT: only quotes and backslashes are special, and a line break is an escape.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
