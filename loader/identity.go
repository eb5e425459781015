package loader

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// item finds the i-th item of a merged list. Merging appends, replaces and, for ports, multiplies items, so the index
// says nothing about the files: the item is found by what makes it one of its kind, and by order only if that fails.
func (l *locator) item(list diag.Path, parents []layer, i int) []layer {
	kind := list[len(list)-1]
	if _, nested := list.ListIndex(); nested {
		kind = ""
	}
	id, total := "", -1
	if items, ok := modelAt(l.model, list).([]any); ok {
		total = len(items)
		if i < total {
			id = modelIdentity(kind, items[i])
		}
	}
	items := l.listing(list, kind, parents)
	all := items.all
	if found := l.identified(kind, id, items, i); found != nil {
		return found
	}
	if i < len(all) && (total < 0 || total == len(all)) {
		return all[i : i+1]
	}
	if len(all) == 1 && all[0].short {
		return all
	}
	// merging a mapping with a list of "KEY=value" leaves such a list, also for what the mapping said
	key, _, _ := strings.Cut(id, "=")
	return l.step(parents, key)
}

// listing is all items that contribute to a list, and the last of them for every identity. It is kept, because one
// item may stand for thousands: a range of ports.
type listing struct {
	all  []layer
	last map[string]int
}

func (l *locator) listing(list diag.Path, kind string, parents []layer) *listing {
	id := strings.Join(list, "\x00")
	if known, ok := l.lists[id]; ok {
		return known
	}
	items := &listing{last: map[string]int{}}
	for _, p := range parents {
		value := deref(p.value)
		switch {
		case p.short || value != nil && value.Kind == yaml.ScalarNode && value.Tag != "!!null":
			items.all = append(items.all, layer{doc: p.doc, key: p.key, value: p.value, short: true})
		case value != nil && value.Kind == yaml.SequenceNode:
			for _, item := range value.Content {
				items.all = append(items.all, layer{doc: p.doc, value: item})
			}
		}
	}
	for i, y := range items.all {
		for _, identity := range l.identities(kind, y) {
			items.last[identity] = i
		}
	}
	l.lists[id] = items
	return items
}

// identified returns the item with an identity: the one at the same index if it matches, else the last that does,
// because the last one wins.
func (l *locator) identified(kind, id string, items *listing, i int) []layer {
	if id == "" {
		return nil
	}
	if i < len(items.all) && !unique(kind) && slices.Contains(l.identities(kind, items.all[i]), id) {
		return items.all[i : i+1]
	}
	if j, ok := items.last[id]; ok {
		return items.all[j : j+1]
	}
	return nil
}

// unique reports whether compose keeps one item per identity, the last one.
func unique(kind string) bool {
	return kind == "ports" || kind == "volumes" || kind == "devices" || kind == "configs" || kind == "secrets"
}

// modelIdentity is what makes an item of the canonical model one of its kind; "" if there is no such thing.
func modelIdentity(kind string, item any) string {
	switch v := item.(type) {
	case map[string]any:
		return mappingIdentity(kind, v)
	case nil:
		return ""
	default:
		if kind == "ports" || kind == "volumes" {
			return ""
		}
		return fmt.Sprint(v)
	}
}

func mappingIdentity(kind string, v map[string]any) string {
	field := func(name string) string {
		if v[name] == nil {
			return ""
		}
		return fmt.Sprint(v[name])
	}
	switch kind {
	case "ports":
		protocol := field("protocol")
		if protocol == "" {
			protocol = "tcp"
		}
		return portIdentity(field("host_ip"), field("published"), field("target"), protocol)
	case "volumes":
		return path.Clean(field("target"))
	case "devices":
		return field("target")
	case "configs", "secrets":
		return field("source") + "\x00" + field("target")
	case "env_file":
		return field("path")
	case "config": // of networks.*.ipam
		return field("subnet")
	default:
		return ""
	}
}

func portIdentity(hostIP, published, target, protocol string) string {
	return strings.Join([]string{hostIP, published, target, protocol}, "\x00")
}

// identities are those of an item as a file has it, in short or long form. A range of ports has several.
func (l *locator) identities(kind string, y layer) []string {
	if text, ok := l.text(y.doc, y.value); ok {
		return shortIdentities(kind, text, y.doc)
	}
	n := deref(y.value)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	fields := map[string]any{}
	for _, name := range []string{"host_ip", "published", "target", "protocol", "source", "path", "subnet"} {
		if text, ok := l.text(y.doc, child(n, name)); ok {
			fields[name] = text
		}
	}
	if kind == "env_file" {
		file, _ := fields["path"].(string)
		return y.doc.paths(file)
	}
	return []string{mappingIdentity(kind, fields)}
}

func shortIdentities(kind, text string, d *document) []string {
	switch kind {
	case "ports":
		parsed, err := types.ParsePortConfig(text)
		if err != nil {
			return nil
		}
		var out []string
		for _, p := range parsed {
			out = append(out, portIdentity(p.HostIP, p.Published, strconv.FormatUint(uint64(p.Target), 10), p.Protocol))
		}
		return out
	case "volumes":
		v, err := format.ParseVolume(text)
		if err != nil {
			return nil
		}
		return []string{path.Clean(v.Target)}
	case "devices":
		parts := strings.Split(text, ":")
		return []string{parts[min(1, len(parts)-1)]}
	case "configs", "secrets":
		return []string{text + "\x00"}
	case "env_file", "label_file":
		return d.paths(text)
	default:
		return []string{text}
	}
}

// paths are the forms in which the model may hold a path of this file: as written, or made absolute.
func (d *document) paths(file string) []string {
	return []string{file, resolve(d.bundle.dir, file), resolve(d.base(), file)}
}

func parentDir(file string) string {
	if file == "-" {
		return ""
	}
	return filepath.Dir(file)
}

// modelAt walks the model; nil if there is nothing at the path.
func modelAt(model map[string]any, p diag.Path) any {
	var v any = model
	for n, key := range p {
		switch node := v.(type) {
		case map[string]any:
			v = node[key]
		case []any:
			i, ok := p[:n+1].ListIndex()
			if !ok || i < 0 || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}
