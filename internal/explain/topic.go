// Package explain answers what a Compose key does on Docker and what becomes of it, from the table of keys.
package explain

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/transform/keys"
)

// Topic is what there is to say about one key.
type Topic struct {
	Key   string     `json:"key"` // as people write it: services.ports.host_ip
	Rows  []Entry    `json:"rows"`
	Below []string   `json:"below,omitempty"` // the keys directly below
	Also  []string   `json:"also,omitempty"`  // other keys of the same name, to ask for
	rows  []keys.Row // those of Rows
}

// Entry is a row of the table in words. A key whose names users choose has two: itself and one of its names.
type Entry struct {
	Path       string `json:"path"`
	Class      string `json:"class"`
	Docker     string `json:"docker"`
	Kubernetes string `json:"kubernetes"`
	Difference string `json:"difference,omitempty"`
	Advice     string `json:"advice,omitempty"`
	Code       string `json:"code,omitempty"`
	ExampleIn  string `json:"exampleIn,omitempty"`
	ExampleOut string `json:"exampleOut,omitempty"`
}

// sections are the places that a key without one is looked for in, in this order.
var sections = []string{"services", "jobs", "services.pre_start", "networks", "volumes", "configs", "secrets", "models", "include"}

// Find returns the topic of a key: a path with or without the names and indices of a project, from the top or from
// within a service ("services.healthcheck", "healthcheck", "services.web.ports[0].host_ip").
func Find(key string) (Topic, error) {
	elements := split(key)
	if len(elements) == 0 {
		return Topic{}, fmt.Errorf("%q names no key", key)
	}
	plain := plainKey(elements)
	var topic Topic
	for _, section := range append([]string{""}, sections...) {
		full := join(section, plain)
		switch rows := rowsOf(full); {
		case len(rows) == 0:
		case topic.Key == "":
			topic = newTopic(rows)
		case !repeats(full):
			topic.Also = append(topic.Also, full)
		}
	}
	if topic.Key != "" {
		return topic, nil
	}
	for _, path := range []diag.Path{elements, append(diag.At("services", "*"), elements...)} {
		if row, ok := keys.Lookup(path); ok && coversAll(row.Path, path) {
			return newTopic(rowsOf(plainKey(strings.Split(row.Path, ".")))), nil
		}
	}
	switch same := endingIn(plain); len(same) {
	case 0:
		return Topic{}, unknown(key, plain)
	case 1:
		return newTopic(rowsOf(same[0])), nil
	default:
		return Topic{}, fmt.Errorf("%q is a key in several places, name one: %s", key, strings.Join(same, ", "))
	}
}

// repeats reports whether a plain key of a job or a hook says what the same key of a service says.
func repeats(plain string) bool {
	for _, place := range []string{"jobs.", "services.pre_start."} {
		rest, found := strings.CutPrefix(plain, place)
		if !found {
			continue
		}
		here, service := rowsOf(plain), rowsOf("services."+rest)
		return len(here) > 0 && len(service) > 0 &&
			here[0].Difference == service[0].Difference && here[0].Kubernetes == service[0].Kubernetes
	}
	return false
}

// unknown is the error for a key that is not in the schema.
func unknown(key, plain string) error {
	var candidates []string
	for _, full := range byPlainKey().plain {
		candidates = append(candidates, full, strings.TrimPrefix(full, "services."), full[strings.LastIndexByte(full, '.')+1:])
	}
	if meant := suggest.Closest(plain, candidates); meant != "" {
		return fmt.Errorf("%q is not a key of the Compose format: did you mean %q?", key, meant)
	}
	return fmt.Errorf("%q is not a key of the Compose format", key)
}

// split takes a written path apart: "ports[0].target" is ports, [0], target.
func split(key string) diag.Path {
	var path diag.Path
	for element := range strings.SplitSeq(strings.ReplaceAll(key, "[", ".["), ".") {
		if element != "" {
			path = append(path, element)
		}
	}
	return path
}

// plainKey leaves out what stands for names and items.
func plainKey(elements []string) string {
	var kept []string
	for _, e := range elements {
		if e != "*" && !strings.HasPrefix(e, "[") {
			kept = append(kept, e)
		}
	}
	return strings.Join(kept, ".")
}

func join(section, plain string) string {
	if section == "" {
		return plain
	}
	return section + "." + plain
}

// rowsOf returns the rows of a plain key: the key itself, then one of its names ("environment", "environment.*").
func rowsOf(plain string) []keys.Row {
	return byPlainKey().rows[plain]
}

// index finds rows by plain key.
type index struct {
	plain []string // each once, in the order of the table
	rows  map[string][]keys.Row
}

var byPlainKey = sync.OnceValue(func() index {
	found := index{rows: map[string][]keys.Row{}}
	for _, r := range keys.All() {
		plain := plainKey(strings.Split(r.Path, "."))
		if found.rows[plain] == nil {
			found.plain = append(found.plain, plain)
		}
		found.rows[plain] = append(found.rows[plain], r)
	}
	return found
})

// coversAll reports whether a pattern describes the whole of a path, and is not merely that of a key above.
func coversAll(pattern string, path diag.Path) bool {
	elements := strings.Split(pattern, ".")
	for len(path) > len(elements) && strings.HasPrefix(path[len(path)-1], "[") {
		path = path[:len(path)-1]
	}
	return len(path) == len(elements)
}

// endingIn returns the plain keys that end in what was asked for.
func endingIn(plain string) []string {
	var found []string
	for _, full := range byPlainKey().plain {
		if strings.HasSuffix(full, "."+plain) && !repeats(full) {
			found = append(found, full)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return rank(a) - rank(b) })
	return found
}

// rank puts what people most likely mean first: keys of services, and those of builds and jobs after all others.
func rank(plain string) int {
	switch {
	case strings.HasPrefix(plain, "jobs."), strings.HasPrefix(plain, "services.build."), strings.HasPrefix(plain, "services.develop."):
		return 2
	case strings.HasPrefix(plain, "services."):
		return 0
	default:
		return 1
	}
}

func newTopic(rows []keys.Row) Topic {
	t := Topic{Key: plainKey(strings.Split(rows[0].Path, ".")), rows: rows}
	for _, r := range rows {
		t.Rows = append(t.Rows, Entry{
			Path: r.Path, Class: r.Class.String(), Docker: r.Docker, Kubernetes: r.Kubernetes, Difference: r.Difference,
			Advice: r.Advice, Code: r.Code, ExampleIn: r.Example.In, ExampleOut: r.Example.Out,
		})
	}
	for _, plain := range byPlainKey().plain {
		below, isBelow := strings.CutPrefix(plain, t.Key+".")
		if isBelow && !strings.Contains(below, ".") {
			t.Below = append(t.Below, below)
		}
	}
	return t
}
