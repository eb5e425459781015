package convert_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// wildFiles are the Compose files of a project. Other is one that the first may include, extend or be overridden by.
type wildFiles struct {
	main, other []byte
	overridden  bool // other is merged over main
}

// files writes a model as files, in one of the many ways in which YAML and Compose let one say the same, or nearly.
func (w *wild) files(model map[string]any) wildFiles {
	var document yaml.Node
	text, err := yaml.Marshal(model)
	if err != nil || yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return wildFiles{main: []byte("services: {}\n")}
	}
	out := wildFiles{other: []byte("services:\n  base: {image: x, environment: [A, \"C=${A:-d}\"], ports: ['90:90']}\n")}
	for range max(0, w.random.IntN(6)-3) {
		w.restructure(document.Content[0])
	}
	root := document.Content[0]
	if all, _ := nodes(root); slices.ContainsFunc(all, func(n *yaml.Node) bool { return holds(n, n) }) {
		return wildFiles{main: text, other: out.other}
	}
	if w.random.IntN(5) == 0 {
		out.overridden = w.random.IntN(2) == 0
		if moved := w.cut(root); moved != nil {
			out.other, _ = yaml.Marshal(moved)
		}
		if !out.overridden {
			root.Content = append(root.Content, scalar("include"), &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{scalar("other.yaml")}})
		}
	}
	out.main, err = yaml.Marshal(&document)
	if err != nil {
		out.main = text
	}
	if w.random.IntN(12) == 0 {
		out.main = append(out.main, append([]byte("---\n"), out.other...)...)
	}
	switch w.random.IntN(12) {
	case 0, 1:
		out.main = w.damage(out.main)
	case 2:
		out.other = w.damage(out.other)
	}
	return out
}

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// cut moves a part of the services into a file of its own.
func (w *wild) cut(root *yaml.Node) *yaml.Node {
	services := child(root, "services")
	if services == nil || len(services.Content) < 2 {
		return nil
	}
	i := 2 * w.random.IntN(len(services.Content)/2)
	moved := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{services.Content[i], services.Content[i+1]}}
	if w.random.IntN(2) == 0 {
		services.Content = append(services.Content[:i:i], services.Content[i+2:]...)
	}
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar("services"), moved}}
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key && n.Kind == yaml.MappingNode {
			return n.Content[i+1]
		}
	}
	return nil
}

// nodes returns the values below a node, mappings apart.
func nodes(n *yaml.Node) (all, mappings []*yaml.Node) {
	var walk func(n *yaml.Node)
	seen := map[*yaml.Node]bool{}
	walk = func(n *yaml.Node) {
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 || seen[c] {
				continue
			}
			seen[c] = true
			all = append(all, c)
			if c.Kind == yaml.MappingNode && len(c.Content) > 0 {
				mappings = append(mappings, c)
			}
			walk(c)
		}
	}
	walk(n)
	return all, mappings
}

// restructure changes how a project is said: anchors, aliases, merges, tags, styles, keys that are there twice.
func (w *wild) restructure(root *yaml.Node) {
	all, mappings := nodes(root)
	if len(mappings) < 2 {
		return
	}
	from, to := mappings[w.random.IntN(len(mappings))], mappings[w.random.IntN(len(mappings))]
	some := all[w.random.IntN(len(all))]
	number := strconv.Itoa(w.random.IntN(3))
	switch w.random.IntN(10) {
	case 0, 1: // an alias
		if from.Anchor == "" && some.Kind != yaml.AliasNode && !holds(from, some) && some != from {
			from.Anchor = "x" + number
			*some = yaml.Node{Kind: yaml.AliasNode, Value: from.Anchor, Alias: from}
		}
	case 2, 3: // a merge
		if from.Anchor == "" && !holds(from, to) && from != to {
			from.Anchor = "m" + number
			value := &yaml.Node{Kind: yaml.AliasNode, Value: from.Anchor, Alias: from}
			if w.random.IntN(2) == 0 {
				value = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{value, value}}
			}
			to.Content = append(to.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!merge", Value: "<<"}, value)
		}
	case 4: // a key that is there twice
		if some == to || holds(some, to) {
			return
		}
		i := 2 * w.random.IntN(len(to.Content)/2)
		to.Content = append(to.Content, to.Content[i], some)
	case 5:
		some.Tag = of(w.random, "!reset", "!override", "!!binary", "!!str", "!x", "!!int", "!!null", "!!set", "!!float", "!!timestamp")
	case 6:
		some.Style = of(w.random, yaml.FlowStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle)
	case 7:
		i := 2 * w.random.IntN(len(to.Content)/2)
		*to.Content[i] = yaml.Node{Kind: yaml.ScalarNode, Value: of(w.random, "1", "true", "~", "x-a", "é", "1.5", "[a]", "a.b", "<<", "2001-01-01", "a[0]")}
	case 8:
		services := child(root, "services")
		if services == nil || len(services.Content) < 2 {
			return
		}
		to = services.Content[1]
		to.Content = append(to.Content, scalar("extends"), of(w.random, scalar("a"), scalar("b"), flow("{file: other.yaml, service: base}"), flow("{service: a}"), flow("{file: ., service: a}")))
	default:
		*some = *all[w.random.IntN(len(all))]
		if holds(some, some) { // it came to stand in itself
			*some = *scalar("x")
		}
	}
}

func flow(text string) *yaml.Node {
	var document yaml.Node
	if yaml.Unmarshal([]byte(text), &document) != nil {
		return scalar(text)
	}
	return document.Content[0]
}

// holds reports whether a node stands below another.
func holds(above, below *yaml.Node) bool {
	seen := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node) bool
	walk = func(n *yaml.Node) bool {
		if n == nil || seen[n] {
			return false
		}
		seen[n] = true
		for _, c := range append([]*yaml.Node{n.Alias}, n.Content...) {
			if c == below || walk(c) {
				return true
			}
		}
		return false
	}
	return walk(above)
}

// damage does to a text what editors, merges and attackers do.
func (w *wild) damage(text []byte) []byte {
	at := w.random.IntN(len(text) + 1)
	insert := func(what string) []byte { return bytes.Join([][]byte{text[:at], text[at:]}, []byte(what)) }
	lines := bytes.SplitAfter(text, []byte("\n"))
	n := w.random.IntN(len(lines))
	switch w.random.IntN(16) {
	case 0:
		return append([]byte("\xef\xbb\xbf"), text...)
	case 1:
		return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	case 2:
		return bytes.ReplaceAll(text, []byte("    "), []byte("\t"))
	case 3:
		return insert("\x00")
	case 4:
		return insert(of(w.random, "\xff", "\xc3", "\xed\xa0\x80"))
	case 5:
		return insert(of(w.random, "\u2028", "\u0085", "\u202e", "\x1b[31m", "\r", "\ufeff", "\v"))
	case 6:
		return text[:at]
	case 7:
		return bytes.Join(append(lines[:n:n], lines[min(len(lines), n+1):]...), nil)
	case 8:
		return bytes.Join(append(lines[:n:n], lines[max(0, n-1):]...), nil)
	case 9:
		return insert(strings.Repeat("x", 70_000))
	case 10:
		return append(text, "x-deep: "+strings.Repeat("[", 3000)+strings.Repeat("]", 3000)+"\n"...)
	case 11:
		return insert(of(w.random, ": ", "- ", "#", "'", "\"", "{", "}", "&a ", "*a", "!a ", "|\n", "? ", "---\n", "...\n", "%YAML 9.9\n", "<<: ", "${", "$$", "${A:?x}", "`"))
	case 12:
		encoded := []byte{0xff, 0xfe}
		for _, c := range text {
			encoded = append(encoded, c, 0)
		}
		return encoded
	case 13:
		return append(text, text...)
	case 14:
		return nil
	}
	w.random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return bytes.Join(lines, nil)
}

// wildFor returns what makes one of the inputs of a seed, whatever was made before.
func (w *wild) wildFor(seed, number int) {
	w.random = rand.New(rand.NewPCG(uint64(seed), uint64(number)))
	w.odd, w.secret = of(w.random, 0, 0, 0, 0, 400, 60, 15), ""
	if w.random.IntN(2) == 0 {
		w.secret = planted
	}
}
