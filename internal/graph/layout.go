package graph

import (
	"cmp"
	"slices"

	"github.com/transship/transship/diag"
)

// Sizes in SVG units, which are pixels at the picture's own size.
const (
	margin      = 24
	headHeight  = 30
	boxHeight   = 46
	rowGap      = 18
	columnGap   = 110
	waitsMargin = 34 // right of a column whose boxes wait for each other
	charWidth   = 7.6
	noteWidth   = 6.1
	stripeWidth = 7 // of one network
	maxStripes  = 4 // the title names the others
	minBox      = 130
	maxBox      = 300
)

// box is a node with its place.
type box struct {
	Node
	x, y, width float64
	text, note  string // name and second line, shortened where they do not fit
}

// second is the line below the name: the kind and a few words.
func (n Node) second() string {
	switch {
	case n.Kind == "outside":
		return ""
	case n.Detail == "":
		return n.Kind
	default:
		return n.Kind + " · " + n.Detail
	}
}

// stripes is the room that the networks of a node take.
func (n Node) stripes() float64 { return float64(min(len(n.Groups), maxStripes)) * stripeWidth }

// placedGraph is a graph whose boxes have places and sizes.
type placedGraph struct {
	boxes         map[string]*box
	columns       []column
	width, height float64
}

type column struct {
	kind     Column
	x, width float64
	boxes    []*box
	waits    bool
}

// layout gives every node its place: columns from left to right, empty ones left out, and in each the order in which
// the lines cross least, by the mean of a node's neighbours, in two sweeps there and back.
func (g Graph) layout() placedGraph {
	p := placedGraph{boxes: map[string]*box{}}
	for _, kind := range []Column{Outside, Services, Workloads, Data} {
		c := column{kind: kind, width: minBox}
		for _, n := range g.Nodes {
			if n.Column != kind {
				continue
			}
			b := &box{Node: n}
			p.boxes[n.ID] = b
			c.boxes = append(c.boxes, b)
			longest := max(float64(diag.Columns(n.Name))*charWidth, float64(diag.Columns(n.second()))*noteWidth)
			c.width = max(c.width, min(maxBox, longest+26+n.stripes()))
		}
		if len(c.boxes) > 0 {
			p.columns = append(p.columns, c)
		}
	}
	neighbours := map[string][]*box{}
	for _, e := range g.Edges {
		from, to := p.boxes[e.From], p.boxes[e.To]
		if from.Column == to.Column {
			continue
		}
		neighbours[e.From] = append(neighbours[e.From], to)
		neighbours[e.To] = append(neighbours[e.To], from)
	}
	p.number()
	for range 2 {
		for i := range p.columns {
			p.sort(&p.columns[i], neighbours)
		}
		for i := len(p.columns) - 1; i >= 0; i-- {
			p.sort(&p.columns[i], neighbours)
		}
	}
	p.place(g)
	return p
}

// number gives every box its row as its height, which is all that sorting looks at.
func (p *placedGraph) number() {
	for i := range p.columns {
		for row, b := range p.columns[i].boxes {
			b.y = float64(row) / float64(len(p.columns[i].boxes))
		}
	}
}

// sort orders a column by the mean height of the neighbours; boxes without any stay where they are.
func (p *placedGraph) sort(c *column, neighbours map[string][]*box) {
	mean := map[string]float64{}
	for _, b := range c.boxes {
		mean[b.ID] = b.y
		if near := neighbours[b.ID]; len(near) > 0 {
			sum := 0.0
			for _, n := range near {
				sum += n.y
			}
			mean[b.ID] = sum / float64(len(near))
		}
	}
	slices.SortStableFunc(c.boxes, func(a, b *box) int { return cmp.Compare(mean[a.ID], mean[b.ID]) })
	for row, b := range c.boxes {
		b.y = float64(row) / float64(len(c.boxes))
	}
}

// place turns rows into coordinates. Short columns stand in the middle of the height.
func (p *placedGraph) place(g Graph) {
	waits := map[Column]bool{}
	for _, e := range g.Edges {
		if p.boxes[e.From].Column == p.boxes[e.To].Column {
			waits[p.boxes[e.From].Column] = true
		}
	}
	tallest := 0
	for _, c := range p.columns {
		tallest = max(tallest, len(c.boxes))
	}
	body := float64(tallest)*(boxHeight+rowGap) - rowGap
	x := float64(margin)
	for i := range p.columns {
		c := &p.columns[i]
		c.x, c.waits = x, waits[c.kind]
		height := float64(len(c.boxes))*(boxHeight+rowGap) - rowGap
		top := margin + headHeight + (body-height)/2
		for row, b := range c.boxes {
			b.x, b.y, b.width = x, top+float64(row)*(boxHeight+rowGap), c.width
			b.text, b.note = fit(b.Name, c.width-b.stripes(), charWidth), fit(b.second(), c.width-b.stripes(), noteWidth)
		}
		x += c.width
		if c.waits {
			x += waitsMargin
		}
		x += columnGap
	}
	p.width = max(x-columnGap+margin, 320)
	p.height = margin + headHeight + max(body, 0) + margin
}

// fit shortens a text that is wider than a box.
func fit(text string, width, char float64) string {
	room := int((width - 24) / char)
	if diag.Columns(text) <= room {
		return text
	}
	short := ""
	for _, r := range text {
		if short != "" && diag.Columns(short)+diag.Columns(string(r)) > room-1 {
			break
		}
		short += string(r)
	}
	return short + "…"
}
