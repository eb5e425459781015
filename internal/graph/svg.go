package graph

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// style makes the picture legible on white and on dark ground and on paper. Networks have eight colours, which come
// again for the ninth; the stripe of a box and the legend name them by title as well, so that colour is not all there is.
const style = `
svg{--ink:#1f2937;--quiet:#5b6472;--line:#64748b;--ground:#ffffff;--box:#f8fafc;--rim:#94a3b8;--entry:#e0f2fe;--data:#fef3c7;--work:#ede9fe;--serve:#dcfce7;
font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK JP",sans-serif}
@media (prefers-color-scheme:dark){svg{--ink:#e5e7eb;--quiet:#a3adba;--line:#94a3b8;--ground:#111827;--box:#1f2937;--rim:#64748b;--entry:#0c4a6e;--data:#713f12;--work:#4c1d95;--serve:#14532d}}
@media print{svg{--ink:#000;--quiet:#333;--line:#333;--ground:#fff;--box:#fff;--rim:#000;--entry:#fff;--data:#fff;--work:#fff;--serve:#fff}}
.ground{fill:var(--ground)}.head{fill:var(--quiet);font-size:12px;letter-spacing:.06em;text-transform:uppercase}
.box rect{fill:var(--box);stroke:var(--rim);stroke-width:1.2}.c0 rect{fill:var(--entry)}.c1 rect{fill:var(--serve)}.c2 rect{fill:var(--work)}.c3 rect{fill:var(--data)}
.name{fill:var(--ink);font-size:13px;font-weight:600}.note{fill:var(--quiet);font-size:11px}
.edge path{fill:none;stroke:var(--line);stroke-width:1.4}.edge text{fill:var(--quiet);font-size:10.5px;paint-order:stroke;stroke:var(--ground);stroke-width:3px}
.waits path{stroke-dasharray:5 4}.reads path{stroke-dasharray:2 3}.tip{fill:var(--line)}
.n0{fill:#0284c7}.n1{fill:#dc2626}.n2{fill:#16a34a}.n3{fill:#d97706}.n4{fill:#9333ea}.n5{fill:#0d9488}.n6{fill:#db2777}.n7{fill:#65a30d}
`

var edgeVerbs = map[string]string{
	"routes": "%s sends traffic to %s", "selects": "%s chooses the Pods of %s", "mounts": "%s mounts %s", "reads": "%s reads variables from %s",
	"uses": "%s uses %s", "waits": "%s starts after %s",
}

// SVG returns the picture as one standalone SVG document. Every box and line has a title, boxes carry the id of their
// node in data-node and the Compose key in data-path.
func (g Graph) SVG() string {
	p := g.layout()
	legend := g.legendRows(p.width)
	height := p.height + float64(len(legend))*22
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="graph-title graph-desc">`+"\n",
		num(p.width), num(height), num(p.width), num(height))
	fmt.Fprintf(&b, `<title id="graph-title">%s</title>`+"\n", html.EscapeString(g.heading()))
	fmt.Fprintf(&b, `<desc id="graph-desc">%s</desc>`+"\n", html.EscapeString(g.description()))
	b.WriteString("<style>" + style + "</style>\n")
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect class="ground" width="%s" height="%s"/>`+"\n", num(p.width), num(height))
	for _, c := range p.columns {
		fmt.Fprintf(&b, `<text class="head" x="%s" y="%d">%s</text>`+"\n", num(c.x), margin+10, html.EscapeString(g.columnTitle(c.kind)))
	}
	for _, e := range g.Edges {
		g.writeEdge(&b, p, e)
	}
	for _, c := range p.columns {
		for _, n := range c.boxes {
			g.writeBox(&b, n)
		}
	}
	for row, entries := range legend {
		x := float64(margin)
		for _, network := range entries {
			y := p.height + float64(row)*22
			fmt.Fprintf(&b, `<rect class="%s" x="%s" y="%s" width="12" height="12" rx="2"/><text class="note" x="%s" y="%s">%s</text>`+"\n",
				g.color(network), num(x), num(y-10), num(x+18), num(y), html.EscapeString(g.word("network %s", network)))
			x += g.legendWidth(network)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (g Graph) heading() string {
	if g.Of == "compose" {
		return g.word("%s, the Compose project", g.Title)
	}
	return g.word("%s on Kubernetes", g.Title)
}

// description says in words what the picture shows.
func (g Graph) description() string {
	names := map[string]string{}
	for _, n := range g.Nodes {
		names[n.ID] = n.Kind + " " + n.Name
		if n.ID == outside {
			names[n.ID] = n.Name
		}
	}
	var sentences []string
	for _, e := range g.Edges {
		sentences = append(sentences, g.word(edgeVerbs[e.Kind], names[e.From], names[e.To]))
	}
	text := g.language.Word(count(len(g.Nodes), "1 node", "%d nodes"))
	if len(sentences) > 0 {
		text += ": " + strings.Join(sentences, "; ")
	}
	if len(g.Omitted) > 0 {
		var kinds []string
		for _, kind := range sorted.Keys(g.Omitted) {
			kinds = append(kinds, fmt.Sprintf("%d %s", g.Omitted[kind], kind))
		}
		text += ". " + g.word("Not drawn: %s", strings.Join(kinds, ", "))
	}
	return text + "."
}

func (g Graph) columnTitle(c Column) string {
	if g.Of == "compose" && c == Workloads {
		return g.word("services")
	}
	return g.language.Word(columnTitles[c])
}

// word says a format in the language of the picture.
func (g Graph) word(format string, values ...any) string {
	return g.language.Word(fmt.Sprintf(format, values...))
}

func (g Graph) writeBox(b *strings.Builder, n *box) {
	fmt.Fprintf(b, `<g class="box c%d" data-node="%s"`, n.Column, html.EscapeString(n.ID))
	if n.Path != "" {
		fmt.Fprintf(b, ` data-path="%s"`, html.EscapeString(n.Path))
	}
	fmt.Fprintf(b, `><title>%s</title>`, html.EscapeString(g.titleOf(n)))
	fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%d" rx="6"/>`, num(n.x), num(n.y), num(n.width), boxHeight)
	for i, network := range n.Groups {
		if i == maxStripes {
			break
		}
		fmt.Fprintf(b, `<path class="%s" d="M%s %sh5v%dh-5z"/>`, g.color(network), num(n.x+n.width-stripeWidth*float64(i+1)), num(n.y+4), boxHeight-8)
	}
	fmt.Fprintf(b, `<text class="name" x="%s" y="%s">%s</text>`, num(n.x+12), num(n.y+20), html.EscapeString(n.text))
	fmt.Fprintf(b, `<text class="note" x="%s" y="%s">%s</text></g>`+"\n", num(n.x+12), num(n.y+36), html.EscapeString(n.note))
}

func (g Graph) titleOf(n *box) string {
	text := n.Kind + " " + n.Name
	if n.Kind == "outside" {
		text = n.Name
	}
	if n.Detail != "" {
		text += ", " + n.Detail
	}
	if len(n.Groups) > 0 {
		text = g.word("%s, on %s", text, strings.Join(n.Groups, ", "))
	}
	return text
}

func (g Graph) writeEdge(b *strings.Builder, p placedGraph, e Edge) {
	from, to := p.boxes[e.From], p.boxes[e.To]
	x1, y1 := from.x+from.width, from.y+boxHeight/2
	x2, y2 := to.x, to.y+boxHeight/2
	var d string
	labelX, labelY := (x1+x2)/2, (y1+y2)/2-4
	if from.Column == to.Column { // an arc on the right
		x2 = to.x + to.width
		y1, y2 = y1+8, y2-8
		if from.y > to.y {
			y1, y2 = y1-16, y2+16
		}
		bulge := min(waitsMargin+14, 18+abs(y2-y1)/12)
		d = fmt.Sprintf("M%s %sC%s %s %s %s %s %s", num(x1), num(y1), num(x1+bulge), num(y1), num(x2+bulge), num(y2), num(x2), num(y2))
		labelX, labelY = x1+bulge*0.75+4, (y1+y2)/2+4
	} else {
		if x2 < x1 {
			x1, x2 = from.x, to.x+to.width
		}
		half := (x2 - x1) / 2
		d = fmt.Sprintf("M%s %sC%s %s %s %s %s %s", num(x1), num(y1), num(x1+half), num(y1), num(x2-half), num(y2), num(x2), num(y2))
	}
	title := g.word(edgeVerbs[e.Kind], g.titleOf(from), g.titleOf(to))
	fmt.Fprintf(b, `<g class="edge %s" data-from="%s" data-to="%s"><title>%s</title><path d="%s" marker-end="url(#tip)"/>`,
		e.Kind, html.EscapeString(e.From), html.EscapeString(e.To), html.EscapeString(title), d)
	if e.Label != "" {
		anchor := "middle"
		if from.Column == to.Column {
			anchor = "start"
		}
		fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="%s">%s</text>`, num(labelX), num(labelY), anchor, html.EscapeString(fit(e.Label, columnGap+20, 6)))
	}
	b.WriteString("</g>\n")
}

func abs(x float64) float64 { return max(x, -x) }

func (g Graph) color(network string) string {
	i, _ := slices.BinarySearch(g.Groups, network)
	return fmt.Sprintf("n%d", i%8)
}

func (g Graph) legendWidth(network string) float64 {
	return float64(diag.Columns(g.word("network %s", network)))*6.2 + 42
}

// legendRows arranges the names of the networks in rows of a width.
func (g Graph) legendRows(width float64) [][]string {
	var rows [][]string
	x := float64(margin)
	for _, network := range g.Groups {
		if w := g.legendWidth(network); len(rows) == 0 || x+w > width-margin {
			rows, x = append(rows, []string{network}), margin+w
		} else {
			rows[len(rows)-1] = append(rows[len(rows)-1], network)
			x += w
		}
	}
	return rows
}

// num writes a coordinate with at most one digit behind the point.
func num(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}
