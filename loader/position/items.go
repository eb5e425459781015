package position

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
)

// item finds the i-th item of a merged list. Merging appends, replaces and, for ports, multiplies items, so the index
// says nothing about the files: the item is found by what makes it one of its kind, and by order only if that fails.
func (l *Locator) item(list diag.Path, parents []Layer, i int) []Layer {
	kind := list[len(list)-1]
	if _, nested := list.ListIndex(); nested {
		kind = ""
	}
	id, total := "", -1
	if items, ok := modelAt(l.Model, list).([]any); ok {
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
	all  []Layer
	last map[string]int
}

func (l *Locator) listing(list diag.Path, kind string, parents []Layer) *listing {
	id := strings.Join(list, "\x00")
	if known, ok := l.lists[id]; ok {
		return known
	}
	items := &listing{last: map[string]int{}}
	for _, p := range parents {
		value := document.Deref(p.Value)
		switch {
		case p.short || value != nil && value.Kind == yaml.ScalarNode && value.Tag != "!!null":
			items.all = append(items.all, Layer{Doc: p.Doc, key: p.key, Value: p.Value, short: true})
		case value != nil && value.Kind == yaml.SequenceNode:
			for _, item := range value.Content {
				items.all = append(items.all, Layer{Doc: p.Doc, Value: item})
			}
		}
	}
	for i, y := range items.all {
		for _, identity := range l.Identities(kind, y) {
			items.last[identity] = i
		}
	}
	l.lists[id] = items
	return items
}

// identified returns the item with an identity: the one at the same index if it matches, else the last that does,
// because the last one wins.
func (l *Locator) identified(kind, id string, items *listing, i int) []Layer {
	if id == "" {
		return nil
	}
	if i < len(items.all) && !unique(kind) && slices.Contains(l.Identities(kind, items.all[i]), id) {
		return items.all[i : i+1]
	}
	if j, ok := items.last[id]; ok {
		return items.all[j : j+1]
	}
	return nil
}
